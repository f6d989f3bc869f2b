"""Finalising a record: it is frozen into a document and queued for the local authority's officer."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from dispatch import outbox
from dispatch import services as dispatch
from dispatch.models import Message
from incidents import access
from incidents.models import Incident, Status
from incidents.printing import TEMPLATE, Organisation, contact_in_words, snapshot_of
from incidents.rules.pages import everything_wrong
from incidents.services.problems import NotAcceptable, NothingNew, StaleVersion, WrongStatus
from incidents.services.recording import locked, move, newest_content
from packs import loader
from schools.models import School
from schools.roles import Permission
from schools.selectors import coordinator_name
from schools.viewer import NotAllowed, Viewer

DOCUMENT_KIND = "incident_report"


def organisation_of(school: School, *, officer_name: str) -> Organisation:
    """The block at the head of the form, from the school's own record."""
    return Organisation(
        name=school.name,
        address=school.address,
        officer_name=officer_name,
        officer_contact=contact_in_words(school.phone, school.email),
    )


def finalise(*, by: Viewer, incident_id: UUID, version: int) -> Message:
    """Freeze this version of the record and queue it for the officer, as one act. Duties R2, D2 (CC 4.1, CM 3.2).

    A corrected version goes as an update with its own message; the same version never goes twice. Fourteen queries at
    most. Raises NotAllowed, Incident.DoesNotExist, StaleVersion, WrongStatus, NotAcceptable (with every page's
    problems), NothingNew, and from dispatch NoOfficerAddress, NoPassphrase.
    """
    by.must(Permission.HANDLE_INCIDENTS)
    now = timezone.now()
    with transaction.atomic():
        incident = locked(by, incident_id)
        if incident.status in {Status.REPORTED, Status.DRAFT}:
            raise WrongStatus("Record the incident before you send it.")
        if version != incident.revision:
            raise StaleVersion(incident.revision, newest_content(incident))
        if incident.sent_revision == incident.revision:
            raise NothingNew
        pack = loader.get(incident.pack_code, incident.pack_version)
        content = newest_content(incident)
        today = timezone.localdate(now)
        wrong = everything_wrong(pack.form, content, today=today)
        if wrong:
            raise NotAcceptable(tuple(problem for _, problem in wrong))
        school = School.objects.get(pk=by.school_id)
        snapshot = snapshot_of(
            pack=pack,
            answers=content,
            organisation=organisation_of(school, officer_name=coordinator_name(school_id=school.pk, today=today)),
            reference=incident.reference,
            revision=incident.revision,
            recorded_at=timezone.localtime(incident.recorded_at or now).isoformat(),
            printed_at=timezone.localtime(now).isoformat(),
            supersedes=incident.sent_revision or 0,
        )
        message = outbox.queue(
            by=by,
            kind=DOCUMENT_KIND,
            subject_id=incident.pk,
            revision=incident.revision,
            reference=incident.reference,
            template=TEMPLATE,
            snapshot=snapshot,
            due_at=incident.due_at,
        )
        incident.sent_revision = incident.revision
        fields = ["sent_revision"]
        if incident.status == Status.RECORDED:
            move(by, incident, Status.IN_PROGRESS, now)
            fields.append("status")
        incident.save(update_fields=fields)
        audit.record(
            "incident.finalised",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="incident",
            object_id=incident.pk,
            detail={"revision": incident.revision, "message": str(message.pk)},
        )
    return message


def retry_message(*, by: Viewer, incident_id: UUID, message_id: UUID) -> Message:
    """Send a report of this incident again, or now instead of later. Duty R2 (CC 4.1, CM 4.1). Ten queries at most.

    Raises NotAllowed, Incident.DoesNotExist, Message.DoesNotExist, and from dispatch NotNow, NoOfficerAddress,
    NoPassphrase.
    """
    by.must(Permission.HANDLE_INCIDENTS)
    with transaction.atomic():
        _known_message(by, incident_id, message_id)
        return dispatch.retry(by=by, message_id=message_id)


def mark_message_arrived(*, by: Viewer, incident_id: UUID, message_id: UUID) -> Message:
    """Put on record that the officer has a report which may have arrived. Duty R2. Five queries.

    Raises NotAllowed, Incident.DoesNotExist, Message.DoesNotExist, and from dispatch NotNow.
    """
    by.must(Permission.HANDLE_INCIDENTS)
    with transaction.atomic():
        _known_message(by, incident_id, message_id)
        return dispatch.mark_arrived(by=by, message_id=message_id)


def _known_message(by: Viewer, incident_id: UUID, message_id: UUID) -> None:
    """Whether the case is the viewer's to run, and whether the message is about it: dispatch knows of neither."""
    handler_post = Incident.objects.visible_to(by).values_list("handler_post", flat=True).get(pk=incident_id)
    if not access.may_run(by, handler_post):
        raise NotAllowed
    if not Message.objects.filter(pk=message_id, school_id=by.school_id, document__subject_id=incident_id).exists():
        raise Message.DoesNotExist
