"""The rules of asking: who is asked in a campaign, how far somebody has come, until when. Duty A4 (CC 3.2, CM 3.3)."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.rules.campaigns import (
    BATCH_SIZE,
    MAILS_PER_MINUTE,
    OUTSTANDING,
    PROGRESS_NAMES,
    InvitationState,
    Progress,
    asked_by,
    default_day,
    is_asked_for,
    progress_of,
)
from aup.rules.due import Due, Kind
from packs.schema import SIGNERS, Signer

IDS = [uuid4() for _ in range(4)]
VERSIONS: dict[UUID, Signer] = {uuid4(): audience for audience in SIGNERS}
DUE = st.builds(
    Due,
    version_id=st.sampled_from(list(VERSIONS)),
    signer_id=st.sampled_from(IDS),
    about_id=st.sampled_from(IDS),
    kind=st.sampled_from([Kind.SIGNED, Kind.ACKNOWLEDGED]),
)


@given(st.sampled_from(list(SIGNERS)), st.lists(DUE), st.none() | st.sets(st.sampled_from(IDS)))
def test_everybody_due_is_asked_once_and_nobody_else(audience: Signer, due: list[Due], about: set[UUID] | None) -> None:
    found = asked_by(audience, due, VERSIONS, about)
    wanted = [
        each
        for each in due
        if each.kind is Kind.SIGNED
        and (about is None or each.about_id in about)
        and (
            each.signer_id != each.about_id
            if audience == "parent"
            else each.signer_id == each.about_id and VERSIONS[each.version_id] == audience
        )
    ]
    assert set(found) == {each.signer_id for each in wanted}
    assert sorted(map(repr, (each for asked in found.values() for each in asked))) == sorted(map(repr, wanted))
    assert all(each.signer_id == signer_id for signer_id, asked in found.items() for each in asked)


def test_a_parent_is_asked_for_a_child_whatever_the_document_and_never_for_themselves() -> None:
    me, child = IDS[:2]
    for version in ("parent", "pupil", None):
        assert is_asked_for(audience="parent", version_audience=version, signer_id=me, about_id=child)  # type: ignore[arg-type]
    assert not is_asked_for(audience="parent", version_audience="parent", signer_id=me, about_id=me)
    assert not is_asked_for(audience="staff", version_audience="staff", signer_id=me, about_id=child)
    assert is_asked_for(audience="staff", version_audience="staff", signer_id=me, about_id=me)
    assert not is_asked_for(audience="staff", version_audience="governor", signer_id=me, about_id=me)


def test_a_version_that_is_not_known_is_asked_for_of_nobody_but_parents() -> None:
    due = Due(uuid4(), IDS[0], IDS[0])
    assert asked_by("staff", [due], VERSIONS) == {}


STATES = {
    InvitationState.WAITING: Progress.WAITING,
    InvitationState.QUEUED: Progress.SENT,
    InvitationState.NO_ADDRESS: Progress.PAPER,
    InvitationState.BOUNCED: Progress.PAPER,
}


@pytest.mark.parametrize(("state", "progress"), STATES.items())
def test_whoever_is_still_asked(state: InvitationState, progress: Progress) -> None:
    for has_signed in (False, True):
        for has_refused in (False, True):
            said = {"is_asked": True, "has_signed": has_signed, "has_refused": has_refused}
            assert progress_of(state, has_opened=False, **said) is progress
            assert progress_of(state, has_opened=True, **said) is Progress.OPENED


@pytest.mark.parametrize("state", InvitationState)
@pytest.mark.parametrize("has_opened", [False, True])
def test_whoever_is_asked_no_more(state: InvitationState, has_opened: bool) -> None:
    said = {"is_asked": False, "has_opened": has_opened}
    assert progress_of(state, has_signed=True, has_refused=False, **said) is Progress.SIGNED
    assert progress_of(state, has_signed=True, has_refused=True, **said) is Progress.REFUSED
    assert progress_of(state, has_signed=False, has_refused=True, **said) is Progress.REFUSED
    assert progress_of(state, has_signed=False, has_refused=False, **said) is Progress.NOT_NEEDED


def test_the_words_and_numbers() -> None:
    assert PROGRESS_NAMES == {
        Progress.WAITING: "waiting to be sent",
        Progress.SENT: "sent",
        Progress.OPENED: "link opened",
        Progress.SIGNED: "signed",
        Progress.REFUSED: "refused",
        Progress.PAPER: "to be asked on paper",
        Progress.NOT_NEEDED: "not needed any more",
    }
    assert set(Progress) - OUTSTANDING == {Progress.SIGNED, Progress.REFUSED, Progress.NOT_NEEDED}
    assert [each.value for each in Progress] == [
        "waiting", "sent", "opened", "signed", "refused", "paper", "not_needed",
    ]  # fmt: skip
    assert (MAILS_PER_MINUTE, BATCH_SIZE) == (600, 50)


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 6, 30), date(2026, 6, 30)),
        (date(2026, 7, 1), date(2026, 9, 1)),
        (date(2026, 8, 31), date(2026, 9, 1)),
        (date(2026, 9, 1), date(2026, 9, 1)),
        (date(2026, 9, 2), date(2026, 9, 2)),
        (date(2026, 12, 31), date(2026, 12, 31)),
    ],
)
def test_in_summer_it_is_for_the_year_that_comes(today: date, day: date) -> None:
    assert default_day(today) == day
