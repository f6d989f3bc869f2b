"""What past cases would have come to under a draft: asked, worked out, kept; it changes nothing. Duties S1, S3."""

import html
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from sanctions import dry_run_tasks
from sanctions.models import Case, DryRun, DryRunChange, FrameworkDraft, Proposal
from sanctions.selectors.dry_runs import changed_cases, dry_run_page
from sanctions.services import dry_runs
from sanctions.services.drafting import begin_draft, save_look_back
from sanctions.services.dry_runs import ask_dry_run, run_dry, sweep_dry_runs
from schools.models import Person, School
from schools.roles import Role
from schools.viewer import NotAllowed, Viewer
from schools.wall import in_school
from tests import factories
from tests.factories.queries import queries_at_most
from tests.sanctions.cases import past_case
from tests.sanctions.editor import Editor


@pytest.fixture
def school(db: None) -> School:
    return factories.school()


@pytest.fixture(autouse=True)
def everything_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """These cases belong to no matter; who may know of one is asked about in tests/incidents/test_deciding_pages.py."""
    monkeypatch.setattr("sanctions.known._ANSWERS", [lambda _: Q(pk__isnull=False)])


@pytest.fixture
def jo(school: School) -> Person:
    return factories.coordinator(school)


@pytest.fixture
def by(jo: Person) -> Viewer:
    return factories.viewer(jo)


@pytest.fixture
def pupil(school: School) -> Person:
    return factories.pupil(school)


@pytest.fixture
def client(jo: Person) -> Client:
    return factories.log_in(jo)


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Which dry runs a worker was woken for; none is at hand."""
    found: list[UUID] = []
    monkeypatch.setattr(dry_runs, "wake_for", lambda task, school_id, run_id: found.append(run_id) or True)
    return found


def moved(client: Client, by: Viewer, place: int = 5, to: str = "D") -> int:
    """A draft in which a breach of pupils' C stands elsewhere; its edition. 5 is advertising."""
    begin_draft(by=by)
    Editor(client, "edit_category", "pupil", "C").press("save", **{f"breach-{place}-grade": to})
    return FrameworkDraft.objects.get().edition


def test_cases_are_counted_by_what_they_came_to_and_would_have(
    client: Client, school: School, by: Viewer, pupil: Person
) -> None:
    cases = [past_case(school, pupil, "advertising") for _ in range(6)]
    past_case(school, pupil, "disrepute")
    past_case(school, pupil)
    # What nobody has looked at, what was withdrawn and what is of another edition is not asked.
    past_case(school, pupil, "advertising", is_confirmed=False)
    Case.objects.filter(pk=past_case(school, pupil, "advertising").pk).update(withdrawn_at=timezone.now())
    past_case(school, pupil, "advertising", pack="camden_2012")
    run_id = ask_dry_run(by=by, edition=moved(client, by))
    row = DryRun.objects.get(pk=run_id)
    assert (row.state, row.done_count, row.total_count) == ("done", 8, 8)
    assert row.counts == [["pupil", "C", "D", 6], ["pupil", "D", "D", 1], ["pupil", "nothing", "nothing", 1]]
    assert {each.case_id for each in changed_cases(viewer=by, run_id=run_id)} == {each.pk for each in cases}
    said = html.unescape(client.get(reverse("sanctions:dry_run", args=[run_id])).content.decode())
    assert "Cases that would have come to something else: 6." in said
    assert said.count("fewer than 5") == 2
    for case in cases:
        assert case.reference not in said
    assert Entry.objects.filter(action="framework.dry_run_asked", object_id=run_id).count() == 1


def test_it_changes_no_case_and_no_proposal(client: Client, school: School, by: Viewer, pupil: Person) -> None:
    past_case(school, pupil, "advertising")
    before = list(Case.objects.values()), list(Proposal.objects.values())
    ask_dry_run(by=by, edition=moved(client, by))
    assert (list(Case.objects.values()), list(Proposal.objects.values())) == before
    assert DryRunChange.objects.count() == 1


def test_a_breach_that_is_taken_out_and_a_look_back_that_ends_earlier(
    client: Client, school: School, by: Viewer, pupil: Person
) -> None:
    past_case(school, pupil, "advertising")
    begin_draft(by=by)
    Editor(client, "edit_category", "pupil", "C").press("out-5")
    run_id = ask_dry_run(by=by, edition=FrameworkDraft.objects.get().edition)
    assert DryRun.objects.get(pk=run_id).counts == [["pupil", "C", "unlisted", 1]]
    page = html.unescape(client.get(reverse("sanctions:dry_run", args=[run_id])).content.decode())
    assert "A breach is not listed any more" in page


def test_few_are_counted_only_as_few(client: Client, school: School, by: Viewer, pupil: Person) -> None:
    for _ in range(4):
        past_case(school, pupil, "advertising")
    page = dry_run_page(viewer=by, run_id=ask_dry_run(by=by, edition=moved(client, by)))
    assert (page.changed, page.audiences[0].lines[0].count) == ("fewer than 5", "fewer than 5")


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch, school: School, pupil: Person) -> int:
    """More cases than are asked at once, in batches of three."""
    monkeypatch.setattr(dry_runs, "AT_ONCE", 0)
    monkeypatch.setattr(dry_runs, "BATCH", 3)
    for _ in range(8):
        past_case(school, pupil, "advertising")
    return 8


def test_many_are_left_to_a_worker_which_goes_on_where_another_stopped(
    client: Client,
    school: School,
    by: Viewer,
    many: int,
    woken: list[UUID],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    edition = moved(client, by)
    with django_capture_on_commit_callbacks(execute=True):
        run_id = ask_dry_run(by=by, edition=edition)
    assert woken == [run_id]
    assert ask_dry_run(by=by, edition=edition) == run_id
    assert dry_run_page(viewer=by, run_id=run_id).is_under_way
    page = html.unescape(client.get(reverse("sanctions:review_framework")).content.decode())
    assert "0 per cent are looked at" in page
    real, calls = dry_runs._batch, []

    def dies(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 3:
            raise MemoryError
        return real(*args)

    monkeypatch.setattr(dry_runs, "_batch", dies)
    with pytest.raises(dry_run_tasks.NotRun, match="MemoryError"):
        dry_run_tasks.run_dry(str(school.pk), str(run_id))
    assert dry_run_page(viewer=by, run_id=run_id).percent == 75
    monkeypatch.setattr(dry_runs, "_batch", real)
    # Its lease is another's until it has run out.
    assert run_dry(school_id=school.pk, run_id=run_id) == ""
    later = timezone.now() + timedelta(minutes=3)
    assert run_dry(school_id=school.pk, run_id=run_id, clock=lambda: later) == "done"
    row = DryRun.objects.get(pk=run_id)
    assert (row.counts, row.done_count) == ([["pupil", "C", "D", many]], many)
    assert DryRunChange.objects.count() == many


def test_each_batch_costs_the_same(client: Client, school: School, by: Viewer, many: int, woken: list[UUID]) -> None:
    run_id = ask_dry_run(by=by, edition=moved(client, by))
    # Each entry into the school is one; three batches.
    with queries_at_most(4 + 2 * 2 + 3 * 6):
        run_dry(school_id=school.pk, run_id=run_id)


def test_the_sweep_wakes_for_what_was_missed_and_deletes_what_is_old(
    client: Client, school: School, by: Viewer, many: int, woken: list[UUID]
) -> None:
    run_id = ask_dry_run(by=by, edition=moved(client, by))
    now = timezone.now()
    assert sweep_dry_runs(now=now) == 0
    assert sweep_dry_runs(now=now + timedelta(minutes=2)) == 1
    assert woken[-1] == run_id
    assert sweep_dry_runs(now=now + timedelta(hours=7)) == 0
    assert DryRun.objects.get(pk=run_id).state == "failed"
    page = html.unescape(client.get(reverse("sanctions:dry_run", args=[run_id])).content.decode())
    assert "It could not be worked out" in page
    dry_run_tasks.sweep_dry_runs()
    again = ask_dry_run(by=by, edition=FrameworkDraft.objects.get().edition)
    run_dry(school_id=school.pk, run_id=again)
    assert DryRunChange.objects.exists()
    sweep_dry_runs(now=now + timedelta(days=31))
    assert not DryRun.objects.exists()
    assert not DryRunChange.objects.exists()


def test_the_review_says_whether_the_draft_has_changed_since(client: Client, by: Viewer) -> None:
    ask_dry_run(by=by, edition=moved(client, by))
    review = reverse("sanctions:review_framework")
    assert "There is no past case to ask" in client.get(review).content.decode()
    assert "The draft has changed since" not in client.get(review).content.decode()
    save_look_back(by=by, edition=FrameworkDraft.objects.get().edition, look_back="whole_time", days=None)
    assert "The draft has changed since" in client.get(review).content.decode()


def test_another_school_sees_nothing_of_it_and_is_not_asked(
    client: Client, school: School, by: Viewer, pupil: Person
) -> None:
    past_case(school, pupil, "advertising")
    other = factories.school("Hillside School")
    theirs = factories.coordinator(other)
    with in_school(other.pk):
        past_case(other, factories.pupil(other), "advertising")
    run_id = ask_dry_run(by=by, edition=moved(client, by))
    assert DryRun.objects.get(pk=run_id).total_count == 1
    stranger = factories.log_in(theirs)
    assert stranger.get(reverse("sanctions:dry_run", args=[run_id])).status_code == 404
    assert changed_cases(viewer=factories.viewer(theirs), run_id=run_id) == ()


def test_only_who_edits_may_ask_and_look(school: School, by: Viewer, pupil: Person, client: Client) -> None:
    run_id = ask_dry_run(by=by, edition=moved(client, by))
    teacher = factories.person(school, "Robin Vale", Role.STAFF)
    for act in (
        lambda: ask_dry_run(by=factories.viewer(teacher), edition=1),
        lambda: dry_run_page(viewer=factories.viewer(teacher), run_id=run_id),
        lambda: changed_cases(viewer=factories.viewer(teacher), run_id=run_id),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert factories.log_in(teacher).get(reverse("sanctions:dry_run", args=[run_id])).status_code == 403
