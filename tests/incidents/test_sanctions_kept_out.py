"""What of sanctions somebody may not know: by a count, a sentence, a mail; what is on the trail. Duties R7, S2."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from dispatch.models import Notice
from dispatch.notices import NoLongerWanted, NoticeFacts, composer_of
from dispatch.rules.notices import NoticeKind
from incidents.models import Conflict, Incident
from incidents.selectors.deciding import HIDDEN_EARLIER, case_page
from incidents.selectors.measures import measures_of
from incidents.services import deciding
from sanctions.models import DryRun, FrameworkDraft, Sanction, Task
from sanctions.selectors.dry_runs import dry_run_page, newest_dry_run
from sanctions.services.drafting import begin_draft
from sanctions.services.dry_runs import ask_dry_run
from sanctions.services.following import tell_what_begins
from schools.models import Person, School
from schools.roles import Role
from schools.sealing import unseal
from schools.viewer import Viewer
from tests import factories
from tests.incidents.test_deciding_pages import address, ban, bullying, case_of, confirm, decide
from tests.incidents.test_fresh import tired


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def jo(of: School) -> Viewer:
    return factories.viewer(factories.coordinator(of))


@pytest.fixture
def ada(of: School) -> Viewer:
    return factories.viewer(factories.person(of, "Ada Quill", Role.HEAD_TEACHER))


@pytest.fixture
def pupil(of: School) -> Person:
    return factories.pupil(of)


def shut_out(who: Viewer, incident: Incident) -> None:
    Conflict.objects.create(
        school_id=who.school_id, incident=incident, person_id=who.person_id, why="relative", since_revision=1
    )


def begun(of: School, jo: Viewer, ada: Viewer, pupil: Person) -> tuple[Incident, Sanction]:
    incident = bullying(jo, pupil)
    decide(ada, incident, case_of(incident, pupil), ban())
    tell_what_begins(school_id=of.pk, today=timezone.localdate())
    return incident, Sanction.objects.exclude(tells="").get()


# --- a count ---------------------------------------------------------------------------------------------------------


def test_a_dry_run_counts_only_what_its_asker_may_know_of(of: School, jo: Viewer, ada: Viewer, pupil: Person) -> None:
    for _ in range(6):
        incident = bullying(jo, pupil)
        confirm(ada, incident, case_of(incident, pupil))
    shut_out(jo, incident)
    begin_draft(by=ada)
    edition = FrameworkDraft.objects.get().edition
    assert DryRun.objects.get(pk=ask_dry_run(by=ada, edition=edition)).total_count == 6
    hers = ask_dry_run(by=jo, edition=edition)
    assert DryRun.objects.get(pk=hers).total_count == 5
    with pytest.raises(DryRun.DoesNotExist):
        dry_run_page(viewer=ada, run_id=hers)
    newest = newest_dry_run(viewer=ada, sha256="")
    assert newest is not None
    assert newest.id != hers


# --- a sentence ------------------------------------------------------------------------------------------------------


def test_whoever_decides_is_not_told_what_they_are_kept_from(jo: Viewer, ada: Viewer, pupil: Person) -> None:
    earlier = bullying(jo, pupil, happened_on="2026-09-10")
    decide(ada, earlier, case_of(earlier, pupil), ban())
    # What was decided today is listed as not counted, and that is a sentence about it too.
    later = bullying(jo, pupil)
    confirm(ada, later, case_of(later, pupil))
    shut_out(ada, earlier)
    page = case_page(viewer=ada, incident_id=later.pk, case_id=case_of(later, pupil).pk, now=timezone.now())
    said = [step.text for step in page.steps] + list(page.weigh)
    assert earlier.reference not in " ".join(said)
    assert HIDDEN_EARLIER in said
    assert not any(step.earlier for step in page.steps)


# --- a mail ----------------------------------------------------------------------------------------------------------


def composed(notice: Notice) -> Any:
    compose = composer_of(NoticeKind(notice.kind))
    assert compose is not None
    return compose(
        NoticeFacts(
            notice_id=notice.pk,
            kind=NoticeKind(notice.kind),
            school_id=notice.school_id,
            to_address=notice.to_address,
            object_id=notice.object_id,
            params={},
            asked_by=None,
            queued_at=notice.created_at,
        )
    )


def test_whoever_carries_it_out_gets_a_mail_only_where_the_page_shows_it(
    of: School, jo: Viewer, ada: Viewer, pupil: Person
) -> None:
    manager = factories.viewer(factories.person(of, "Nia Ward", Role.NETWORK_MANAGER))
    incident, given = begun(of, jo, ada, pupil)
    notice = Notice.objects.get(kind="measure_begins")
    assert composed(notice) == {}
    shut_out(manager, incident)
    assert measures_of(viewer=manager, now=timezone.now()).to_carry_out == ()
    with pytest.raises(NoLongerWanted):
        composed(notice)
    deciding.lift(by=ada, incident_id=incident.pk, sanction_id=given.pk, why="It is over.")
    with pytest.raises(NoLongerWanted):
        composed(Notice.objects.get(kind="measure_over"))


def test_a_mail_that_waited_too_long_is_dropped_with_the_post(
    of: School, jo: Viewer, ada: Viewer, pupil: Person
) -> None:
    manager = factories.person(of, "Nia Ward", Role.NETWORK_MANAGER)
    begun(of, jo, ada, pupil)
    manager.posts.all().delete()
    with pytest.raises(NoLongerWanted):
        composed(Notice.objects.get(kind="measure_begins"))


# --- the trail -------------------------------------------------------------------------------------------------------


def entries(action: str) -> list[Entry]:
    return list(Entry.objects.filter(action=action))


def test_what_begins_and_what_a_revision_ends_is_on_the_trail(
    of: School, jo: Viewer, ada: Viewer, pupil: Person
) -> None:
    factories.person(of, "Nia Ward", Role.NETWORK_MANAGER)
    incident, given = begun(of, jo, ada, pupil)
    assert [each.object_id for each in entries("sanction.begun")] == [given.pk]
    case = case_of(incident, pupil)
    deciding.quash(by=ada, incident_id=incident.pk, case_id=case.pk, seen=1, reason="The panel found otherwise.")
    ended = set(Sanction.objects.filter(case=case).values_list("pk", flat=True))
    assert {each.object_id for each in entries("sanction.ended")} == ended
    assert {each.actor_id for each in entries("sanction.ended")} == {ada.user_id}


def test_what_is_done_for_all_is_on_the_trail_for_each(of: School, jo: Viewer, ada: Viewer, pupil: Person) -> None:
    other = factories.pupil(of)
    incident = bullying(jo, pupil, other)
    mine = Task.objects.get(case=case_of(incident, pupil), code="tell_head")
    deciding.do_task(by=jo, incident_id=incident.pk, task_id=mine.pk, how="At noon.")
    theirs = Task.objects.get(case=case_of(incident, other), code="tell_head")
    assert theirs.done_by_id == jo.person_id
    assert {each.object_id for each in entries("case.task_done")} == {mine.pk, theirs.pk}


# --- showing again who it is -----------------------------------------------------------------------------------------


def test_ending_a_sanction_early_takes_a_fresh_log_in_and_what_was_typed_lies_sealed(
    of: School, jo: Viewer, ada: Viewer, pupil: Person
) -> None:
    incident, given = begun(of, jo, ada, pupil)
    head = tired(Person.objects.get(pk=ada.person_id))
    lift = address("lift", incident, case_of(incident, pupil), given.pk)
    answer = head.post(lift, {"reason": "He helped the small ones."})
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    given.refresh_from_db()
    assert given.ended_at is None
    session = Session.objects.get(pk=head.session.session_key).get_decoded()
    kept = [value for name, value in session.items() if name.startswith("typed:")]
    assert len(kept) == 1
    assert "small" not in str(session)
    assert "small+ones" in unseal(kept[0].encode()).decode()
