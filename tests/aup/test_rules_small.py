"""Stages, school years, names, consents, texts, the chain and reminders: small rules, each with its table."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.rules import campaigns, content
from aup.rules.campaigns import CampaignState, InvitationState, is_reminder_due, reminders_passed, tidy_days
from aup.rules.chaining import BROKEN_WORDS, FIELDS, FIRST, Broken, Link, broken, hash_of
from aup.rules.consents import FOLLOW_UPS, Answered, allowed, newest, withdrawn
from aup.rules.stages import counts_until, school_year_start, stage_of
from aup.rules.typed_names import NameTrouble, trouble_with
from packs import loader

NOON = datetime(2026, 9, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        ("Nursery", "EYFS"), ("Reception", "EYFS"), ("Reception 1", "EYFS"), ("R", "EYFS"), ("n2", "EYFS"),
        ("N", "EYFS"), ("N1", "EYFS"), ("Foundation 2", "EYFS"), ("Early Years", "EYFS"), ("EYFS", "EYFS"),
        ("Pre-school", "EYFS"), ("Preschool", "EYFS"), ("Year 0", "EYFS"), ("Year 1", "KS1"), ("2", "KS1"),
        ("Yr 3", "KS2"), ("Y6", "KS2"), ("year 7", "KS3"), (" Year  9 ", "KS3"), ("Year 10", "KS4"), ("11", "KS4"),
        ("Year 12", "KS5"), ("Year 14", "KS5"), ("Year 15", None), ("", None), ("Sixth form", None), ("Year 1a", None),
    ],
)  # fmt: skip
def test_the_stage_of_a_year_group(said: str, stage: str | None) -> None:
    assert stage_of(said) == stage


def test_the_stage_of_years_ago() -> None:
    assert [stage_of("Year 7", years_before=each) for each in (0, 1, 5, 8)] == ["KS3", "KS2", "KS1", "EYFS"]


@pytest.mark.parametrize(
    ("day", "start", "until"),
    [
        (date(2026, 9, 1), date(2026, 9, 1), date(2027, 8, 31)),
        (date(2026, 8, 31), date(2025, 9, 1), date(2027, 8, 31)),
        (date(2026, 7, 1), date(2025, 9, 1), date(2027, 8, 31)),
        (date(2026, 6, 30), date(2025, 9, 1), date(2026, 8, 31)),
        (date(2026, 12, 31), date(2026, 9, 1), date(2027, 8, 31)),
        (date(2026, 1, 1), date(2025, 9, 1), date(2026, 8, 31)),
    ],
)
def test_for_how_long_a_signature_counts(day: date, start: date, until: date) -> None:
    assert (school_year_start(day), counts_until(day)) == (start, until)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_signature_counts_on_its_day_and_never_for_longer_than_fourteen_months(day: date) -> None:
    assert day <= counts_until(day) <= day + timedelta(days=427)


@pytest.mark.parametrize(
    ("typed", "trouble"),
    [
        ("Grace Olorun", None), ("grace  OLORUN", None), ("Grace Smith", None), ("G. Olorun", None),
        ("Grâce", None), ("O'Lorun-Olorun", None), ("", NameTrouble.MISSING), ("  ", NameTrouble.MISSING),
        ("G", NameTrouble.TOO_SHORT), ("G. O.", NameTrouble.TOO_SHORT), ("Grace 2", NameTrouble.NOT_A_NAME),
        ("<b>Grace</b>", NameTrouble.NOT_A_NAME), ("Sam Reed", NameTrouble.SOMEBODY_ELSE),
        ("Grace" + "e" * 116, NameTrouble.TOO_LONG), ("Grace " + "e" * 114, None), ("...", NameTrouble.TOO_SHORT),
    ],
)  # fmt: skip
def test_names_that_will_do_and_names_that_will_not(typed: str, trouble: NameTrouble | None) -> None:
    assert trouble_with(typed, given_name="Grace", family_name="Olorun") is trouble


@pytest.mark.parametrize(
    ("given_name", "family_name"), [("明", "李"), ("Ng", "O"), ("Zoë", "Brontë"), ("José", "Núñez")]
)
def test_every_name_on_the_lists_can_be_typed(given_name: str, family_name: str) -> None:
    typed = f"{given_name} {family_name}"
    assert trouble_with(typed, given_name=given_name, family_name=family_name) is None
    assert trouble_with("Zoe Bronte", given_name="Zoë", family_name="Brontë") is None


@given(st.text(max_size=200))
def test_any_typed_name_is_judged_without_a_crash(typed: str) -> None:
    trouble_with(typed, given_name="Grace", family_name="Olorun")


def answered(signer: Any, minutes: int, number: int = 1, **consents: bool) -> Answered:
    return Answered(signer, NOON + timedelta(minutes=minutes), number, consents)


def test_the_newest_answer_of_each_parent_counts_and_a_no_beats_a_yes() -> None:
    first, later = answered("a", 0, photographs=True), answered("a", 5, photographs=False)
    assert newest([later, first]) == newest([first, later]) == {"a": {"photographs": False}}
    assert newest([answered("a", 0, 2, x=False), answered("a", 0, 1, x=True)]) == {"a": {"x": False}}
    assert allowed([], ["x"]) == {"x": None}
    assert allowed([answered("a", 0, x=True), answered("b", 1, x=True)], ["x", "y"]) == {"x": True, "y": None}
    assert allowed([answered("a", 0, x=True), answered("b", 1, x=False)], ["x"]) == {"x": False}
    assert allowed([answered("a", 0, x=True), answered("b", 1, y=False)], ["x"]) == {"x": True}


def test_what_ends_is_a_task() -> None:
    everything = dict.fromkeys(FOLLOW_UPS, True)
    assert set(FOLLOW_UPS) == {"publish_photographs", "publish_work", "video_calls", "internet_access"}
    assert withdrawn(everything, dict.fromkeys(FOLLOW_UPS, False)) == tuple(FOLLOW_UPS)
    assert withdrawn(everything, {}) == tuple(FOLLOW_UPS)
    assert withdrawn(everything, everything) == ()
    assert withdrawn({"publish_work": False}, {"publish_work": False}) == ()
    assert withdrawn({}, {"publish_work": False}) == ()


TEXT = content.from_pack(loader.latest("camden_2021").agreement("parent"))


def test_the_hash_names_the_text_and_nothing_else() -> None:
    shuffled = dict(reversed(list(TEXT.items())))
    assert content.sha256_of(TEXT) == content.sha256_of(shuffled)
    assert content.is_same(TEXT, shuffled)
    other = {**TEXT, "title": TEXT["title"] + " "}
    assert content.sha256_of(other) != content.sha256_of(TEXT)
    assert not content.is_same(TEXT, other)


def test_what_changed_clause_by_clause() -> None:
    clauses = [dict(each) for each in TEXT["clauses"]]
    clauses[0]["text"] = "I have read the rules."
    gone = clauses.pop(1)
    clauses.append({"id": "parent.5", "heading": "", "text": "I log my child out."})
    found = content.changes(TEXT, {**TEXT, "clauses": clauses})
    assert [(each.id, each.what) for each in found] == [
        ("parent.1", "changed"), ("parent.5", "new"), ("parent.2", "taken out"),
    ]  # fmt: skip
    assert found[2].before == gone["text"]
    assert content.changes(TEXT, TEXT) == ()
    emptied = {**TEXT, "clauses": [*TEXT["clauses"], {"id": "parent.9", "heading": "", "text": ""}]}
    assert content.changes(emptied, TEXT) == ()
    headed = {**TEXT, "clauses": [{**each, "heading": "At home"} for each in TEXT["clauses"]]}
    assert len(content.changes(TEXT, headed)) == len(TEXT["clauses"])


def test_every_agreement_that_ships_can_be_published() -> None:
    for pack in loader.editions():
        for agreement in pack.agreements:
            assert content.faults(content.from_pack(agreement)) == ()


@pytest.mark.parametrize(
    ("changes", "where", "message"),
    [
        ({"title": " "}, "title", "Write something here, or take it out."),
        ({"title": "x" * 201}, "title", "Shorten this to 200 characters; it has 201."),
        ({"preamble": "x" * 2_001}, "preamble", "Shorten this to 2,000 characters; it has 2,001."),
        ({"preamble": "a\x00b"}, "preamble", "Take out the characters that cannot be kept."),
        ({"preamble": "a\u202eb"}, "preamble", "Take out the characters that cannot be kept."),
        ({"clauses": []}, "clauses", "An agreement needs at least one clause."),
        ({"clauses": [{"id": "a.1", "heading": "", "text": ""}]}, "a.1", "Write something here, or take it out."),
        ({"clauses": [{"id": "a.1", "heading": "x" * 101, "text": "x"}]}, "a.1",
         "Shorten this to 100 characters; it has 101."),
        ({"clauses": [{"id": "a.1", "heading": "", "text": "x"}] * 2}, "a.1", "This clause is there twice."),
        ({"clauses": [{"id": f"a.{n}", "heading": "", "text": "x"} for n in range(61)]}, "clauses",
         "Keep it to 60 clauses: nobody reads more."),
        ({"consents": [{"code": "c", "text": "", "needed": False}]}, "consent c",
         "Write something here, or take it out."),
    ],
)  # fmt: skip
def test_what_keeps_a_text_from_being_published(changes: dict[str, Any], where: str, message: str) -> None:
    assert content.Fault(where, message) in content.faults({**TEXT, **changes})


def test_a_translation_needs_every_part_and_no_other() -> None:
    assert content.translation_faults(TEXT, TEXT) == ()
    short = {**TEXT, "clauses": TEXT["clauses"][1:]}
    assert content.translation_faults(TEXT, short) == (content.Fault("parent.1", "This part has no translation."),)
    assert content.translation_faults(short, TEXT) == (content.Fault("parent.1", "The English text has no such part."),)


def test_an_empty_part_of_a_translation_is_none() -> None:
    more = {**TEXT, "clauses": [*TEXT["clauses"], {"id": "parent.9", "heading": "", "text": ""}]}
    assert content.translation_faults(TEXT, more) == ()


def test_an_id_is_never_given_twice() -> None:
    assert content.next_id("parent", TEXT) == "parent.5"
    assert content.next_id("parent", TEXT, used=["parent.11", "staff.90", "parent.x"]) == "parent.12"
    assert content.next_id("other", {**TEXT, "clauses": []}) == "other.1"


def test_what_a_signer_reads() -> None:
    said = {"preamble": "I want to stay safe", "clauses": [{"text": "I ask."}, {"text": "Do I log out?"}, {"text": ""}]}
    assert content.readable_text(said) == "I want to stay safe.\nI ask.\nDo I log out?"
    assert content.readable_text({"clauses": [{"text": "Stop!"}]}) == "Stop!"


def test_languages_are_known_by_two_letters() -> None:
    assert " ".join(sorted(content.LANGUAGES)) == (
        "ar bn cs cy de es fa fr gu hi hu it lt ne pa pl pt ro ru so ta tr uk ur vi yo zh"
    )
    assert all(content.LANGUAGES.values())
    assert {"ar", "fa", "ur"} == content.RIGHT_TO_LEFT
    assert content.LANGUAGES.keys() > content.RIGHT_TO_LEFT


def values(**changes: object) -> dict[str, object]:
    return {
        **dict.fromkeys(FIELDS, "x"),
        "number": 1,
        "consents": {"b": True, "a": False},
        "signed_at": NOON,
        **changes,
    }


def chain(length: int) -> list[Link]:
    links: list[Link] = []
    for number in range(1, length + 1):
        before = links[-1].hash if links else FIRST
        said = values(number=number)
        links.append(Link(number, said, before, hash_of(said, before)))
    return links


def test_an_untouched_chain_is_whole() -> None:
    assert broken(chain(5)) == []
    assert broken([]) == []


NAMES = (
    "school_id", "number", "kind", "version_id", "text_sha256", "language", "translation_sha256", "signer_id",
    "about_id", "relation", "typed_name", "intent", "consents", "reason_sha256", "signed_at", "local_time",
    "counts_until", "identified_by", "identified_id", "witness_id", "address", "device",
)  # fmt: skip


def test_what_is_hashed_and_how_never_changes() -> None:
    assert FIELDS == NAMES
    assert hash_of(values(), FIRST) == "faab17fd3c4a516b930070c6ed05567ee6b44c53c5ac0f992da068da8dad564b"


@pytest.mark.parametrize("name", NAMES)
def test_each_value_of_a_line_is_held_by_its_hash(name: str) -> None:
    other = {"number": 2, "consents": {"a": True}, "signed_at": NOON + timedelta(microseconds=1)}.get(name, "y")
    assert hash_of(values(**{name: other}), FIRST) != hash_of(values(), FIRST)


def test_what_is_the_same_gives_the_same_hash() -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5)))
    assert hash_of(values(signed_at=elsewhere, consents={"a": False, "b": True}), FIRST) == hash_of(values(), FIRST)
    assert hash_of(values(), "1" * 64) != hash_of(values(), FIRST)
    assert hash_of(values(witness_id=None), FIRST) != hash_of(values(witness_id="None"), FIRST)


def test_where_a_chain_is_broken() -> None:
    links = chain(4)
    assert broken([links[0], *links[2:]]) == [(2, Broken.MISSING)]
    altered = Link(2, values(number=2, typed_name="Somebody Else"), links[1].previous_hash, links[1].hash)
    assert broken([links[0], altered, *links[2:]]) == [(2, Broken.LINE)]
    said = values(number=2, typed_name="Somebody Else")
    written_anew = Link(2, said, links[0].hash, hash_of(said, links[0].hash))
    assert broken([links[0], written_anew, *links[2:]]) == [(3, Broken.LINE)]
    assert broken(links[1:]) == [(1, Broken.MISSING)]
    assert set(BROKEN_WORDS) == set(Broken)


@pytest.mark.parametrize(
    ("days_later", "reminded", "is_due"),
    [
        (6, 0, False),
        (7, 0, True),
        (7, 1, False),
        (13, 1, False),
        (14, 1, True),
        (30, 0, True),
        (30, 3, False),
        (43, 0, False),
    ],
)
def test_when_somebody_is_reminded(days_later: int, reminded: int, is_due: bool) -> None:
    invited = date(2026, 9, 1)
    said = {"invited_on": invited, "reminder_days": (7, 14, 21), "today": invited + timedelta(days=days_later)}
    ends_on = invited + timedelta(days=42)
    assert is_reminder_due(**said, reminded_count=reminded, ends_on=ends_on) == is_due  # type: ignore[arg-type]


def test_reminders_that_were_missed_are_one() -> None:
    invited = date(2026, 9, 1)
    days = (21, 7, 14)
    assert reminders_passed(invited_on=invited, reminder_days=days, today=invited + timedelta(days=20)) == 2
    assert tidy_days([14, 7, 7, 0, -3]) == (7, 14)
    assert tidy_days(range(1, 20)) == (1, 2, 3, 4, 5, 6)
    assert (campaigns.REMINDER_DAYS, campaigns.LASTS_DAYS) == ((7, 14, 21), 42)


def test_every_state_has_its_name() -> None:
    assert campaigns.CAMPAIGN_STATE_NAMES == {
        CampaignState.PREPARED: "not sent yet", CampaignState.OPEN: "open", CampaignState.CLOSED: "closed",
    }  # fmt: skip
    assert campaigns.INVITATION_STATE_NAMES == {
        InvitationState.WAITING: "waiting to be sent", InvitationState.QUEUED: "sent",
        InvitationState.NO_ADDRESS: "no email address", InvitationState.BOUNCED: "did not arrive",
    }  # fmt: skip
