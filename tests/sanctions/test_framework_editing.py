"""The editor of the framework: a draft, two tabs, publication, and what never changes by it. Duty S1 (CC 5, CM 5)."""

import html

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from packs import loader
from packs.schema import POSTS
from sanctions.models import Case, FrameworkDraft, FrameworkVersion, Proposal
from sanctions.rules import editing
from sanctions.rules.frameworks import framework_from, sha256_of
from sanctions.selectors.frameworks import framework_for, posts_that_carry_out
from sanctions.services.drafting import begin_draft, discard_draft, save_category, save_look_back
from sanctions.services.frameworks import EditedMeanwhile, NothingNew, NotPublishable, publish_framework
from schools.log_in import marks, rules
from schools.models import Person, School
from schools.roles import Role
from schools.viewer import NotAllowed
from tests import factories
from tests.factories.queries import queries_at_most
from tests.sanctions.cases import past_case
from tests.sanctions.editor import Editor

POLICY = loader.get("camden_2021", 1).framework
OVERVIEW = reverse("sanctions:edit_framework")
REVIEW = reverse("sanctions:review_framework")
C = ("edit_category", "pupil", "C")
RING = "Filming in the changing rooms"


@pytest.fixture
def school(db: None) -> School:
    return factories.school()


@pytest.fixture
def jo(school: School) -> Person:
    return factories.coordinator(school)


@pytest.fixture
def client(jo: Person) -> Client:
    return factories.log_in(jo)


@pytest.fixture
def draft(jo: Person) -> FrameworkDraft:
    return begin_draft(by=factories.viewer(jo))


def published(jo: Person, days: int = 30) -> FrameworkVersion:
    """A version of the school's own, with another look-back."""
    by = factories.viewer(jo)
    draft = begin_draft(by=by)
    draft = save_look_back(by=by, edition=draft.edition, look_back="days", days=days)
    return publish_framework(by=by, edition=draft.edition, note="A look-back of our own")


def page(client: Client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


# --- a draft ---------------------------------------------------------------------------------------------------------


def test_a_draft_begins_from_what_is_in_force_and_there_is_one_a_school(client: Client, school: School) -> None:
    assert client.get(OVERVIEW).status_code == 404
    assert client.post(OVERVIEW, follow=True).status_code == 200
    assert client.post(OVERVIEW, follow=True).status_code == 200
    row = FrameworkDraft.objects.get()
    assert framework_from(row.content) == POLICY
    assert (row.pack_code, row.pack_version, row.edition) == ("camden_2021", 1, 1)
    assert "Go on editing" in page(client, reverse("sanctions:framework"))


def test_a_draft_begins_from_the_school_s_own_version(jo: Person) -> None:
    published(jo, 77)
    draft = begin_draft(by=factories.viewer(jo))
    assert framework_from(draft.content).escalation.look_back_days == 77


PARTS = [
    *(("edit_category", audience, grade) for audience in ("pupil", "staff") for grade in "ABCD"),
    ("edit_look_back",),
    ("edit_form", "pupil"),
    ("edit_form", "staff"),
]


@pytest.mark.parametrize("pack", ["camden_2012", "camden_2021"])
@pytest.mark.parametrize("part", PARTS, ids="-".join)
def test_a_part_that_is_sent_back_as_it_is_shown_changes_nothing(db: None, pack: str, part: tuple[str, ...]) -> None:
    jo = factories.coordinator(factories.school(pack=pack))
    begin_draft(by=factories.viewer(jo))
    before = FrameworkDraft.objects.get().content
    tab = Editor(factories.log_in(jo), *part).press("save")
    assert "Draft saved" in tab.page
    after = FrameworkDraft.objects.get()
    assert (after.content, after.edition) == (before, 2)


def test_a_breach_is_added_typed_and_kept_as_unfinished_as_it_is(client: Client, draft: FrameworkDraft) -> None:
    tab = Editor(client, *C).press("add")
    assert tab.typed["breach-6-code"] == ["own_1"]
    tab.press("save", **{"breach-6-text": f"  {RING} ", "breach-6-persists": "non_educational_site"})
    row = framework_from(FrameworkDraft.objects.get().content).breach("pupil", "own_1")
    assert (row.text, row.clauses, row.persists_from) == (RING, (), "non_educational_site")
    assert "names no clause of an agreement" in tab.page
    tab.press("back", **{"breach-6-clauses": ["pupil_ks2.9", "pupil_secondary.4"]})
    assert "names no clause" not in tab.page
    review = page(client, REVIEW)
    assert f"“{RING}” is new." in review
    assert ">Publish</button>" in review


def test_a_breach_is_taken_out_and_another_moved(client: Client, draft: FrameworkDraft) -> None:
    tab = Editor(client, *C).press("out-5")
    assert "Sending commercial" not in tab.page
    tab.press("save", **{"breach-4-grade": "D"})
    said = page(client, REVIEW)
    assert "“Sending commercial or advertising material” is taken out." in said
    assert "“Buying or ordering items over the internet” is moved here from category C." in said


def test_staff_c_is_switched_on_and_filled_page_by_page(client: Client, draft: FrameworkDraft) -> None:
    tab = Editor(client, "edit_category", "staff", "C").press("add")
    tab.press("add-obligation", enabled="on", meaning="between the two", **{"breach-0-text": "Ignoring a warning"})
    tab.press(
        "save",
        sanctions=["refer_head", "warning"],
        **{
            "breach-0-clauses": ["staff.1"],
            "breach-0-persists": "password_sharing",
            "obligation-0-text": "Meeting with the head",
            "obligation-0-hours": "48",
            "obligation-0-owner": "head_teacher",
            "obligation-0-decision": "on",
        },
    )
    row = framework_from(FrameworkDraft.objects.get().content).category("staff", "C")
    assert (row.enabled, row.meaning, row.sanctions) == (True, "between the two", ("refer_head", "warning"))
    assert (row.breaches[0].persists_from, row.obligations[-1].within_hours) == ("password_sharing", 48)
    assert row.obligations[:-1] == POLICY.category("staff", "B").obligations
    assert "Equipment taken out of use and stored securely as evidence" in page(client, tab.address)
    assert ">Publish</button>" in page(client, REVIEW)


def test_what_the_policy_lays_down_cannot_be_sent_away(client: Client, draft: FrameworkDraft) -> None:
    tab = Editor(client, *C)
    client.post(tab.address, {**tab.typed, "meaning": "nothing", "obligation-0-code": "report_la", "action": "save"})
    row = framework_from(FrameworkDraft.objects.get().content).category("pupil", "C")
    assert row.obligations == POLICY.category("pupil", "C").obligations
    assert (row.enabled, row.meaning) == (True, POLICY.category("pupil", "C").meaning)


def test_a_sanction_of_one_s_own_is_added_changed_and_taken_out(client: Client, draft: FrameworkDraft) -> None:
    Editor(client, "new_sanction_type").press("save", text="Litter picking", ends="on", tells="network_manager")
    row = framework_from(FrameworkDraft.objects.get().content).sanction_type("own_1")
    assert (row.text, row.ends, row.tells, row.head_only) == ("Litter picking", True, "network_manager", False)
    offered = page(client, reverse("sanctions:edit_sanction_type", args=["own_1"]))
    assert [post for post in POSTS if f'value="{post}"' in offered] == [*posts_that_carry_out()]
    Editor(client, *C).press("save", sanctions=["own_1", "refer_head"])
    tab = Editor(client, "edit_sanction_type", "own_1")
    assert tab.typed["text"] == ["Litter picking"]
    tab.press("save", text="")
    assert "one of your own has no words yet" in page(client, REVIEW)
    Editor(client, "edit_sanction_type", "own_1").press("remove")
    framework = framework_from(FrameworkDraft.objects.get().content)
    assert framework.sanction_types == POLICY.sanction_types
    assert framework.category("pupil", "C").sanctions == ("refer_head",)
    for code in ("own_1", "warning", "nonsense"):
        assert client.get(reverse("sanctions:edit_sanction_type", args=[code])).status_code == 404


def test_the_look_back_and_what_the_form_suggests(client: Client, draft: FrameworkDraft) -> None:
    tab = Editor(client, "edit_look_back").press("save", look_back="days", days="a week")
    assert "give a number of days" in tab.page
    tab.press("save", look_back="days", days="180")
    tab = Editor(client, "edit_form", "pupil").press("out-line-0").press("add-line")
    last = len([each for each in tab.typed if each.endswith("-answer")]) - 1
    assert "choose a breach in every line" in tab.page
    tab.press(
        "save",
        **{
            f"line-{last}-answer": "types.gambling",
            f"line-{last}-nature": "deliberate",
            f"line-{last}-breach": "advertising",
        },
    )
    said = page(client, REVIEW)
    assert "What counts is the 180 days before; it was the current school year." in said
    assert "That “bullying” suggests “Online bullying” is taken out." in said
    assert "That “gambling, on purpose” suggests “Sending commercial or advertising material” is new." in said


# --- two tabs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", [*PARTS[2:4], *PARTS[8:10]], ids="-".join)
def test_of_two_tabs_the_later_one_is_refused_and_loses_nothing(
    client: Client, draft: FrameworkDraft, part: tuple[str, ...]
) -> None:
    changes: dict[str, dict[str, str | list[str]]] = {
        "edit_category": {"breach-0-text": "Mine", "breach-1-grade": "B", "breach-2-clauses": ["pupil_ks2.1"]},
        "edit_look_back": {"look_back": "days", "days": "90"},
        "edit_form": {"line-0-answer": "types.gambling", "line-1-breach": "disrepute"},
    }
    first, second = Editor(client, *part), Editor(client, *part)
    first.press("save")
    kept = FrameworkDraft.objects.get().content
    second.press("save", **changes[part[0]])
    assert second.answer.status_code == 409
    assert "Somebody has saved this draft since you opened it" in second.page
    assert FrameworkDraft.objects.get().content == kept
    for name, value in changes[part[0]].items():
        assert second.typed[name] == (value if isinstance(value, list) else [value])
    second.press("save")
    assert second.answer.status_code == 200
    assert FrameworkDraft.objects.get().content != kept


def test_a_sanction_that_was_refused_is_still_on_the_page(client: Client, draft: FrameworkDraft) -> None:
    late = Editor(client, "new_sanction_type")
    Editor(client, "edit_look_back").press("save", look_back="whole_time")
    late.press("save", text="Litter picking", ends="on")
    assert late.answer.status_code == 409
    assert (late.typed["text"], late.typed["ends"]) == (["Litter picking"], ["on"])
    assert "“Litter picking” is new (ends on a date)." in late.page


def test_an_old_page_can_neither_publish_nor_throw_away(client: Client, draft: FrameworkDraft, jo: Person) -> None:
    by = factories.viewer(jo)
    save_look_back(by=by, edition=1, look_back="whole_time", days=None)
    for name in ("publish_framework", "discard_framework_draft", "ask_dry_run"):
        said = client.post(reverse(f"sanctions:{name}"), {"edition": "1"}, follow=True)
        assert "Somebody has changed this draft" in html.unescape(said.content.decode())
    for act in (publish_framework, discard_draft):
        with pytest.raises(EditedMeanwhile):
            act(by=by, edition=1)
    assert FrameworkDraft.objects.count() == 1
    assert not FrameworkVersion.objects.exists()


# --- published -------------------------------------------------------------------------------------------------------


def test_a_version_is_numbered_hashed_and_on_record(client: Client, school: School, jo: Person) -> None:
    first = published(jo)
    second = published(jo, 60)
    assert (first.number, second.number) == (1, 2)
    assert second.sha256 == sha256_of(second.content)
    assert framework_for(school.pk, "camden_2021", 1)[0] == second
    assert framework_for(school.pk, "camden_2012", 1)[0] is None
    assert not FrameworkDraft.objects.exists()
    entry = Entry.objects.get(action="framework.published", object_id=second.pk)
    assert (entry.actor_id, entry.detail["number"]) == (jo.user_id, 2)
    said = page(client, reverse("sanctions:framework"))
    assert "The school\u2019s own version 2" in said
    assert "An earlier warning or decision counts for the 60 days before." in said
    assert "A look-back of our own" in said


def test_publishing_by_the_page(client: Client, draft: FrameworkDraft) -> None:
    tab = Editor(client, "edit_look_back").press("save", look_back="whole_time")
    said = client.post(
        reverse("sanctions:publish_framework"), {**tab.typed, "note": " All\tyears "}, follow=True
    ).content.decode()
    assert "Version 1 is in force" in said
    assert FrameworkVersion.objects.get().note == "All years"


def test_what_has_faults_or_says_nothing_new_is_not_published(
    client: Client, draft: FrameworkDraft, jo: Person
) -> None:
    by = factories.viewer(jo)
    with pytest.raises(NothingNew):
        publish_framework(by=by, edition=1)
    save_look_back(by=by, edition=1, look_back="days", days=None)
    with pytest.raises(NotPublishable) as refusal:
        publish_framework(by=by, edition=2)
    assert [each.part for each in refusal.value.faults] == ["look-back"]
    said = page(client, REVIEW)
    assert "First see to this" in said
    assert ">Publish</button>" not in said


def test_a_published_version_cannot_be_altered_in_the_database(jo: Person) -> None:
    made = published(jo)
    for act in (
        lambda: FrameworkVersion.objects.filter(pk=made.pk).update(note="x"),
        lambda: FrameworkVersion.objects.filter(pk=made.pk).update(content={}),
        lambda: FrameworkVersion.objects.filter(pk=made.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    made.refresh_from_db()
    assert framework_from(made.content).escalation.look_back_days == 30


def test_editing_a_framework_never_changes_a_past_proposal(school: School, jo: Person) -> None:
    pupil = factories.pupil(school)
    case = past_case(school, pupil, "advertising")
    before = Proposal.objects.values().get()
    by = factories.viewer(jo)
    draft = begin_draft(by=by)
    said = editing.typed_category(POLICY, "pupil", "C", policy=POLICY)
    without = tuple(each for each in said.breaches if each.code != "advertising")
    typed = editing.TypedCategory(said.meaning, said.enabled, without, said.sanctions, said.obligations)
    draft = save_category(by=by, edition=draft.edition, audience="pupil", grade="C", typed=typed)
    made = publish_framework(by=by, edition=draft.edition)
    assert Proposal.objects.values().get() == before
    row = Case.objects.get(pk=case.pk)
    assert (row.framework_id, row.proposed, row.outcome) == (None, "C", "graded")
    # Only what is proposed from now on goes by it.
    assert past_case(school, pupil, "disrepute").framework_id == made.pk


def test_a_code_of_a_published_version_is_never_given_again(client: Client, draft: FrameworkDraft, jo: Person) -> None:
    by = factories.viewer(jo)
    tab = Editor(client, *C).press("add")
    tab.press("save", **{"breach-6-text": RING, "breach-6-clauses": ["pupil_ks2.9"]})
    publish_framework(by=by, edition=FrameworkDraft.objects.get().edition)
    begin_draft(by=by)
    tab = Editor(client, *C).press("out-6").press("add")
    assert tab.typed["breach-6-code"] == ["own_2"]


def test_versions_are_compared(client: Client, jo: Person) -> None:
    published(jo, 30)
    published(jo, 60)
    address = reverse("sanctions:framework_version", args=[2])
    assert "What counts is the 60 days before; it was the 30 days before." in page(client, address)
    assert "What counts is the 60 days before; it was the current school year." in page(client, f"{address}?against=0")
    assert "They say the same" in page(client, f"{address}?against=2")
    assert client.get(f"{address}?against=9").status_code == 404
    assert client.get(reverse("sanctions:framework_version", args=[3])).status_code == 404


# --- who, where, how dear --------------------------------------------------------------------------------------------


def test_another_school_s_draft_and_versions_are_not_there(jo: Person) -> None:
    published(jo)
    begin_draft(by=factories.viewer(jo))
    stranger = factories.log_in(factories.coordinator(factories.school("Hillside School")))
    for address in (OVERVIEW, REVIEW, reverse("sanctions:framework_version", args=[1])):
        assert stranger.get(address).status_code == 404
    said = stranger.post(reverse("sanctions:discard_framework_draft"), {"edition": "1"})
    assert said.status_code == 404
    assert FrameworkDraft.objects.count() == 1
    assert "The school\u2019s own version" not in page(stranger, reverse("sanctions:framework"))


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.COORDINATOR, True),
        (Role.HEAD_TEACHER, True),
        (Role.DSL, False),
        (Role.GOVERNOR, False),
        (Role.STAFF, False),
    ],
)
def test_who_may_edit(db: None, role: Role, may: bool) -> None:
    who = factories.person(factories.school(), "Ada Bell", role)
    client = factories.log_in(who)
    assert (client.post(OVERVIEW).status_code == 302) is may
    assert (client.get(OVERVIEW).status_code == 200) is may
    if not may:
        with pytest.raises(NotAllowed):
            begin_draft(by=factories.viewer(who))


def test_what_there_is_not_is_not_there(client: Client, draft: FrameworkDraft) -> None:
    for part in (("pupil", "E"), ("parent", "A"), ("pupil", "a")):
        assert client.get(reverse("sanctions:edit_category", args=part)).status_code == 404
    assert client.get(reverse("sanctions:edit_form", args=["parent"])).status_code == 404


def test_what_the_pages_and_services_cost(client: Client, draft: FrameworkDraft, jo: Person) -> None:
    by = factories.viewer(jo)
    client.get(OVERVIEW)
    # Three of them say who is asking.
    for address, limit in (
        (OVERVIEW, 7),
        (reverse("sanctions:edit_category", args=["pupil", "C"]), 6),
        (reverse("sanctions:edit_look_back"), 6),
        (reverse("sanctions:edit_form", args=["pupil"]), 6),
        (REVIEW, 8),
    ):
        with queries_at_most(limit):
            assert client.get(address).status_code == 200
    with queries_at_most(3):
        save_look_back(by=by, edition=1, look_back="days", days=7)
    with queries_at_most(4):
        said = editing.typed_category(POLICY, "pupil", "C", policy=POLICY)
        save_category(by=by, edition=2, audience="pupil", grade="C", typed=said)
    with queries_at_most(8):
        publish_framework(by=by, edition=3)
    with queries_at_most(6):
        begin_draft(by=by)
    with queries_at_most(3):
        discard_draft(by=by, edition=1)
    with queries_at_most(8):
        client.get(reverse("sanctions:framework"))
    with queries_at_most(8):
        client.get(reverse("sanctions:framework_version", args=[1]))


def test_publishing_is_asked_for_once_more_where_the_log_in_is_not_fresh(client: Client, draft: FrameworkDraft) -> None:
    tab = Editor(client, "edit_look_back").press("save", look_back="whole_time")
    session = client.session
    session[marks.PROVED] -= rules.FRESH_SECONDS
    session.save()
    said = client.post(reverse("sanctions:publish_framework"), tab.typed)
    assert said["Location"].startswith("/log-in/again/")
    assert not FrameworkVersion.objects.exists()
    assert framework_from(FrameworkDraft.objects.get().content).escalation.look_back == "whole_time"
