"""Seeded records cannot be told from records that people made: every story, once written into the past by the seeder
and once played through the services under a moved clock, leaves the same rows."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Set
from datetime import date, datetime
from functools import singledispatch
from typing import Any
from uuid import UUID

import time_machine
from django.db import transaction
from django.utils import timezone

from audit.models import Entry
from dispatch.models import Document, Message
from incidents.demo import acts
from incidents.demo.deciding import (
    HOW,
    LATELY,
    REVIEWED,
    begun_at,
    confirmed,
    decide_all,
    decision_on,
    ended_at,
    is_over,
    reviewed_at,
)
from incidents.demo.files import bytes_of
from incidents.demo.stories import Finding, stories_of
from incidents.models import (
    Advice,
    CaseOf,
    Conflict,
    Draft,
    Evidence,
    EvidenceContent,
    Handover,
    Incident,
    Involvement,
    Revision,
    Status,
    Told,
    Transition,
)
from incidents.services.advice import record_advice
from incidents.services.closing import close, reopen
from incidents.services.deciding import confirm_facts
from incidents.services.evidence import add_evidence
from incidents.services.handing_on import hand_on
from incidents.services.recording import open_record, save_page
from incidents.services.reporting import report_incident, save_report_draft
from incidents.services.sending import finalise
from sanctions.models import (
    Case,
    FactsRecord,
    Proposal,
    Restorative,
    Sanction,
    Task,
    Warning,
)
from sanctions.models import Decision as SanctionDecision
from sanctions.services import following
from schools.demo_cast import SCHOOLS
from schools.demo_people import DemoPerson, demo_id, fill_schools, school_id_of
from schools.models import Post
from schools.sealing import unseal
from schools.selectors import viewer_for
from schools.viewer import Viewer
from tests.demo.test_stories import setting_of

# By chance or by the run: ids, references and what is sealed under a random number; and the mails' own later life.
VARIES = {"id", "reference", "search", "sealed", "incident_id", "evidence_id", "object_id", "document_id"}
OF_THE_MAIL = {
    "message_id", "mime_sealed", "composed_at", "state", "attempt_count", "tries", "repeated", "next_attempt_at",
    "lease_until", "problem", "handed_over_at", "accepted_at", "acknowledged_at", "acknowledged_by", "token_hash",
    "token_expires_at", "to_address", "drawn_at", "pdf_sealed", "pdf_sha256", "pdf_bytes", "pdf_pages", "attachment",
    "attachment_sha256",
}  # fmt: skip
# What earlier decisions a proposal rests on is told by ids and references, which are by chance.
OF_THE_RUN = {"case_id", "facts_id", "proposal_id", "decision_id", "content", "sha256"}
OTHER_IDS = {"message", "document", "evidence"}
BY_THE_WORKER = ("message.accepted", "message.failed", "message.uncertain", "message.acknowledged")


def test_every_story_leaves_the_rows_that_the_services_leave(seed: Callable[[], str]) -> None:
    now = timezone.localtime().replace(hour=14, minute=0, second=0, microsecond=0)
    fill_schools(today=now.date())
    with transaction.atomic():
        play_all(now)
        played = rows_of_stories()
        transaction.set_rollback(True)
    with time_machine.travel(now, tick=False):
        seed()
    seeded = rows_of_stories()
    assert set(seeded) == set(played)
    for story in played:
        for table, rows in played[story].items():
            assert seeded[story][table] == rows, f"{table} of {story}"


def play_all(now: datetime) -> None:
    for school in SCHOOLS:
        setting = setting_of(school, now)
        for story in stories_of(school.key):
            incident_id = demo_id(school.key, "incident", story.key)
            reporter, post = setting.people[story.by], story.handled_by
            for act in acts.acts_of(story, setting):
                keeper = setting.people[setting.holders[post]]
                with time_machine.travel(act.at, tick=False):
                    today = act.at.date()
                    play(act, viewer_on(today, reporter), viewer_on(today, keeper), incident_id)
                post = act.to_post if isinstance(act, acts.HandOn) else post


def viewer_on(day: date, person: DemoPerson) -> Viewer:
    assert person.user_id is not None
    viewer = viewer_for(user_id=person.user_id, today=day)
    assert viewer is not None
    return viewer


@singledispatch
def play(act: Any, reporter: Viewer, keeper: Viewer, incident_id: UUID) -> None:
    raise TypeError(act)


@play.register
def _(act: acts.Draft, reporter: Viewer, keeper: Viewer, incident_id: UUID) -> None:
    save_report_draft(by=reporter, incident_id=incident_id, content=act.content)


@play.register
def _(act: acts.Report, reporter: Viewer, keeper: Viewer, incident_id: UUID) -> None:
    report_incident(
        by=reporter,
        incident_id=incident_id,
        answers=act.answers,
        about=act.about,
        in_confidence=act.in_confidence,
    )


@play.register
def _(act: acts.Open, reporter: Viewer, keeper: Viewer, incident_id: UUID) -> None:
    open_record(by=keeper, incident_id=incident_id, answers=act.answers)


@play.register
def _(act: acts.Save, reporter: Viewer, keeper: Viewer, incident_id: UUID) -> None:
    version = Incident.objects.get(pk=incident_id).revision
    save_page(
        by=keeper,
        incident_id=incident_id,
        page_code=act.page,
        version=version,
        answers=act.answers,
        reason=act.reason,
    )


@play.register
def _(act: acts.Keep, reporter: Viewer, keeper: Viewer, incident_id: UUID) -> None:
    add_evidence(by=keeper, incident_id=incident_id, filename=act.file.name, content=bytes_of(act.file))


@play.register
def _(act: acts.Send, reporter: Viewer, keeper: Viewer, incident_id: UUID) -> None:
    finalise(by=keeper, incident_id=incident_id, version=Incident.objects.get(pk=incident_id).revision)


@play.register
def _(act: acts.Close, reporter: Viewer, keeper: Viewer, incident_id: UUID) -> None:
    close(by=keeper, incident_id=incident_id)


@play.register
def _(act: acts.Reopen, reporter: Viewer, keeper: Viewer, incident_id: UUID) -> None:
    reopen(by=keeper, incident_id=incident_id, reason=act.reason)


@play.register
def _(act: acts.HandOn, reporter: Viewer, keeper: Viewer, incident_id: UUID) -> None:
    hand_on(by=keeper, incident_id=incident_id, to_post=act.to_post, reason=act.reason)


@play.register
def _(act: acts.Advise, reporter: Viewer, keeper: Viewer, incident_id: UUID) -> None:
    advice = act.advice
    record_advice(by=keeper, incident_id=incident_id, kind=advice.kind, decision=advice.decision, reason=advice.reason)


@play.register
def _(act: acts.Confirm, reporter: Viewer, keeper: Viewer, incident_id: UUID) -> None:
    for case in Case.objects.filter(pk__in=CaseOf.objects.filter(incident=incident_id).values("case")):
        confirm_facts(
            by=keeper,
            incident_id=incident_id,
            case_id=case.pk,
            seen=case.facts_number,
            facts=confirmed(case, Finding()),
        )


@play.register
def _(act: acts.Decide, reporter: Viewer, keeper: Viewer, incident_id: UUID) -> None:
    incident = Incident.objects.get(pk=incident_id)
    posts = Post.objects.filter(school=incident.school_id, post=incident.decider_post).select_related("person")
    for post in posts[:1]:
        assert post.person.user_id is not None
        viewer = viewer_for(user_id=post.person.user_id, today=act.at.date())
        assert viewer is not None
        for case in decide_all(viewer, incident, act):
            for task in case.tasks.filter(done_at__isnull=True, dropped_at__isnull=True):
                following.do_task(
                    by=viewer, task_id=task.pk, cases=[case.pk], decision=decision_on(task), how=HOW, now=act.at
                )
        begin_and_end(incident, act)
        review(viewer, incident, act)


def begin_and_end(incident: Incident, act: acts.Decide) -> None:
    """What the clock does each minute, at the moments at which it has something to do with these."""
    given = list(Sanction.objects.filter(case__in=CaseOf.objects.filter(incident=incident).values("case")))
    over = {ended_at(each) for each in given if is_over(each, act)}
    for moment in [begun_at(act), *sorted(over)]:
        with time_machine.travel(moment, tick=False):
            following.tell_what_begins(school_id=incident.school_id, today=moment.date())
            following.end_what_is_over(school_id=incident.school_id, today=moment.date())


def review(by: Viewer, incident: Incident, act: acts.Decide) -> None:
    those = list(CaseOf.objects.filter(incident=incident).values_list("case_id", flat=True))
    for each in Restorative.objects.filter(case__in=those, review_on__lt=act.today - LATELY):
        with time_machine.travel(reviewed_at(each), tick=False):
            following.review(by=by, restorative_id=each.pk, cases=those, worked=True, outcome=REVIEWED)


def rows_of_stories() -> dict[str, dict[str, list[Any]]]:
    """By story, then by table: the rows without what varies."""
    stories = {
        demo_id(school.key, "incident", story.key): f"{school.key}/{story.key}"
        for school in SCHOOLS
        for story in stories_of(school.key)
    }
    found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for table, incident_id, row in rows():
        found[stories[incident_id]][table].append(row)
    return found


def rows() -> Iterator[tuple[str, UUID, Any]]:
    ids = [school_id_of(school) for school in SCHOOLS]
    for incident in Incident.objects.filter(school_id__in=ids):
        assert incident.search or incident.status == Status.DRAFT, "the log can find it"
        yield "incident", incident.pk, plain(incident)
    for model in (Draft, Revision, Transition, Involvement, Evidence, Conflict, Handover, Told, Advice):
        for row in ordered(model.objects.filter(school_id__in=ids)):
            yield model.__name__, row.incident_id, plain(row)
    for content in EvidenceContent.objects.select_related("evidence").order_by("evidence__added_at"):
        yield "content", content.evidence.incident_id, unseal(content.sealed)
    of_case = {each.case_id: each.incident_id for each in CaseOf.objects.filter(school_id__in=ids)}
    for case in Case.objects.filter(pk__in=of_case).order_by("person_id"):
        yield "case", of_case[case.pk], plain(case, OF_THE_RUN)
    for model in (FactsRecord, Proposal, SanctionDecision, Sanction, Warning, Restorative, Task):
        found = model.objects.filter(case__in=of_case).select_related("case")
        for row in sorted(found, key=lambda each: (str(each.case.person_id), *ordered_by(each))):
            yield model.__name__, of_case[row.case_id], plain(row, OF_THE_RUN)
    of_part = {
        pk: of_case[case_id]
        for model in (Sanction, Task, Restorative)
        for pk, case_id in model.objects.filter(case__in=of_case).values_list("pk", "case_id")
    }
    whose: dict[UUID, UUID] = of_case | of_part
    for message in Message.objects.select_related("document").order_by("created_at"):
        whose[message.pk] = message.document.subject_id
        yield "message", message.document.subject_id, plain(message, OF_THE_MAIL)
    for document in Document.objects.exclude(kind="agreement").order_by("created_at"):
        document.snapshot["record"]["reference"] = ""
        yield "document", document.subject_id, plain(document, OF_THE_MAIL)
    # Agreements are signed through the services themselves.
    entries = Entry.objects.exclude(action__in=BY_THE_WORKER).exclude(object_type__startswith="agreement")
    for entry in sorted(entries, key=lambda each: (each.at, each.action, str(each.detail.get("departure")))):
        entry.detail = {
            key: value for key, value in entry.detail.items() if key not in {"message", "document", "evidence"}
        }
        assert entry.object_id is not None
        yield "audit", whose.get(entry.object_id, entry.object_id), plain(entry)


def ordered_by(row: Any) -> tuple[str, ...]:
    return tuple(str(getattr(row, name, "")) for name in ("at", "number", "code"))


def ordered(rows: Any) -> list[Any]:
    def key(row: Any) -> tuple[str, ...]:
        names = ("at", "number", "name", "part", "since_revision", "person_id", "post", "kind")
        return tuple(str(getattr(row, name, "")) for name in names)

    return sorted(rows, key=key)


def plain(row: Any, without: Set[str] = frozenset()) -> dict[str, Any]:
    names = (field.attname for field in row._meta.concrete_fields)
    return {name: getattr(row, name) for name in names if name not in VARIES and name not in without}
