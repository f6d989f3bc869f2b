"""The short report that any member of staff makes."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import services as audit
from incidents import projection
from incidents.models import Draft, Incident, Revision, Status, Transition
from incidents.rules.answers import blank, changed_keys, problems
from incidents.rules.references import make_reference
from incidents.rules.routing import ABOUT
from incidents.selectors.reports import is_about_changed
from incidents.services.problems import NotAcceptable, UnknownAbout
from incidents.services.rerouting import reroute
from packs import loader
from packs.schema import Pack
from schools.prepared import Prepared
from schools.roles import Permission
from schools.selectors import adopted_pack
from schools.viewer import Viewer

# What a report asks; the rest of the record is the co-ordinator's.
REPORT_KEYS = (
    "happened_on",
    "happened_at",
    "location",
    "reported_by",
    "involved",
    "types",
    "description",
    "immediate_risk",
    "safeguarding",
    "sexual_images",
    "illegal_material",
    "people",
    "specific_action",
)


class AlreadyReported(RuntimeError):
    """It was sent meanwhile, in another tab or by a first click, and not with what is said now."""

    def __init__(self) -> None:
        super().__init__("This report was already sent.")


_TAKEN = Prepared(
    lambda school_id, reference: Incident.objects.filter(school_id=school_id, reference=reference).values_list("pk")
)


def free_reference(school_id: UUID) -> str:
    """A reference that this school has not used. One query, a second one once in a billion."""
    while True:
        reference = make_reference(secrets.choice)
        if not _TAKEN.rows(school_id, reference):
            return reference


def save_report_draft(*, by: Viewer, incident_id: UUID, content: Mapping[str, Any]) -> datetime:
    """Keep what somebody has typed into a report so far; only they see it. Eight queries at most.

    Raises NotAllowed, AlreadyReported.
    """
    by.must(Permission.REPORT_INCIDENT)
    try:
        return _save_draft(by, incident_id, content)
    except IntegrityError:
        # Sent from another tab, or kept by another request, at the same moment: now the row is there.
        return _save_draft(by, incident_id, content)


def _save_draft(by: Viewer, incident_id: UUID, content: Mapping[str, Any]) -> datetime:
    now = timezone.now()
    with transaction.atomic():
        incident = _own_row(by, incident_id)
        if incident is None:
            incident = _new_row(by, incident_id, adopted_pack(school_id=by.school_id), now, Status.DRAFT)
            incident.save(force_insert=True)
        elif incident.status != Status.DRAFT:
            raise AlreadyReported
        Draft.objects.update_or_create(
            incident=incident,
            user_id=by.user_id,
            section="",
            defaults={"school_id": by.school_id, "base_revision": 0, "content": dict(content), "updated_at": now},
        )
        audit.record(
            "draft.saved",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="incident",
            object_id=incident_id,
        )
    return now


def discard_report_draft(*, by: Viewer, incident_id: UUID) -> None:
    """Throw an unsent report away. Raises NotAllowed, AlreadyReported, Incident.DoesNotExist."""
    by.must(Permission.REPORT_INCIDENT)
    with transaction.atomic():
        incident = Incident.objects.select_for_update(no_key=True).get(
            pk=incident_id, school_id=by.school_id, started_by_id=by.person_id
        )
        if incident.status != Status.DRAFT:
            raise AlreadyReported
        incident.drafts.all().delete()
        incident.delete()
        audit.record(
            "report.discarded",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="incident",
            object_id=incident_id,
        )


def report_incident(
    *, by: Viewer, incident_id: UUID, answers: Mapping[str, Any], about: str = "", in_confidence: bool = False
) -> Incident:
    """Report a concern: it reaches whoever handles it at once. Duties R1, R4, R5, R10 (CC 4.1, CM 4.1, 4.4, 4.5.4).

    ``about`` says whom of the school it is about (a key of ``incidents.rules.routing.ABOUT``), ``in_confidence`` that
    it is for the head teacher alone. ``incident_id`` was given with the form, so a second click gives back the report
    that was already made. 13 queries at most, and seven more where nobody at the school is left. Raises NotAllowed,
    NotAcceptable, UnknownAbout, AlreadyReported where the report that was made says something else.
    """
    by.must(Permission.REPORT_INCIDENT)
    if in_confidence:
        by.must(Permission.REPORT_IN_CONFIDENCE)
    refuse_unknown(about)
    try:
        return _report(by, incident_id, answers, about, in_confidence)
    except IntegrityError:
        # Another click, or the first autosave, has inserted the row at the same moment: now it is there.
        return _report(by, incident_id, answers, about, in_confidence)


def refuse_unknown(about: str) -> None:
    """Raises UnknownAbout unless a case can be about this."""
    if about and about not in ABOUT:
        raise UnknownAbout


def _report(by: Viewer, incident_id: UUID, answers: Mapping[str, Any], about: str, in_confidence: bool) -> Incident:
    now = timezone.now()
    with transaction.atomic():
        incident = _own_row(by, incident_id)
        if incident is not None and incident.status != Status.DRAFT:
            is_same = says_the_same(incident, answers, number=1) and says_about(incident, about)
            if incident.in_confidence != in_confidence or not is_same:
                raise AlreadyReported
            return incident
        is_new = incident is None
        if incident is None:
            pack = adopted_pack(school_id=by.school_id)
            incident = _new_row(by, incident_id, pack, now, Status.REPORTED)
        else:
            pack = loader.get(incident.pack_code, incident.pack_version)
            incident.status, incident.logged_at = Status.REPORTED, now
        content = complete(pack, answers, reporter=by.display_name)
        wrong = problems(pack.form, content, today=timezone.localdate(now), keys=REPORT_KEYS)
        if wrong:
            raise NotAcceptable(wrong)
        incident.revision, incident.about, incident.in_confidence = 1, about, in_confidence
        projection.project(incident, content, pack)
        reroute(incident, content=content, at=now, by=by)
        incident.save(force_insert=is_new, force_update=not is_new)
        keep_first_revision(by, incident, content, now)
        if not is_new:
            incident.drafts.all().delete()
        audit.record(
            "incident.reported",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="incident",
            object_id=incident.pk,
            detail={"to": incident.handler_post},
        )
    return incident


def keep_first_revision(by: Viewer, incident: Incident, content: dict[str, Any], at: datetime) -> None:
    """Revision 1, the people in it and the status it starts with. Three queries."""
    Revision.objects.create(
        school_id=by.school_id,
        incident=incident,
        number=1,
        content=content,
        changed=[],
        by_id=by.person_id,
        at=at,
    )
    projection.involve(incident, [], content["people"], revision=1)
    Transition.objects.create(
        school_id=by.school_id,
        incident=incident,
        to_status=incident.status,
        revision=1,
        by_id=by.person_id,
        at=at,
    )


def complete(pack: Pack, answers: Mapping[str, Any], *, reporter: str) -> dict[str, Any]:
    """The whole set of answers: what was said over a blank form; unknown keys are left out."""
    content = blank(pack.form)
    content.update({key: value for key, value in answers.items() if key in content})
    if reporter and not content["reported_by"] and not content["identified_how"]:
        content["reported_by"] = reporter
    return content


def says_the_same(incident: Incident, answers: Mapping[str, Any], *, number: int) -> bool:
    """Whether a revision gives every one of these answers. One query."""
    content = Revision.objects.values_list("content", flat=True).get(incident=incident, number=number)
    return not changed_keys(content, {key: value for key, value in answers.items() if key in content})


def says_about(incident: Incident, about: str) -> bool:
    """Whether it was said to be about this; taken for granted where that was changed since. One query at most."""
    return incident.about == about or is_about_changed(incident)


def _own_row(by: Viewer, incident_id: UUID) -> Incident | None:
    return (
        Incident.objects.select_for_update(no_key=True)
        .filter(pk=incident_id, school_id=by.school_id, started_by_id=by.person_id)
        .first()
    )


def _new_row(by: Viewer, incident_id: UUID, pack: Pack, now: datetime, status: Status) -> Incident:
    return Incident(
        id=incident_id,
        school_id=by.school_id,
        reference=free_reference(by.school_id),
        status=status,
        pack_code=pack.code,
        pack_version=pack.version,
        started_by_id=by.person_id,
        logged_at=now,
    )
