"""The mail of a story as it stood in the outbox, queued by whoever handled the case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.utils import timezone

from audit.models import Entry
from dispatch.models import Document, Message
from dispatch.outbox import envelope_address, message_id_header
from incidents.demo import acts
from incidents.demo.stories import Fate
from incidents.models import Incident
from incidents.printing import TEMPLATE, snapshot_of
from incidents.services.sending import DOCUMENT_KIND, organisation_of
from packs.schema import Pack
from schools.demo_people import DemoPerson
from schools.models import School
from schools.roles import Role

# Where the school's first reports of a story with a failed mail went: a letter is missing.
MISTYPED_ADDRESS = "online-safty@rivermouth.example.org"


@dataclass(slots=True)
class Desk:
    """One school's side of the stories: whose they are, by which pack it works and who holds which post."""

    school: School
    pack: Pack
    holders: Mapping[Role, DemoPerson]

    @property
    def coordinator(self) -> DemoPerson:
        """Whose name the printed form has as the school's officer."""
        return self.holders[Role.COORDINATOR]


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A message that waits in the outbox, and what is to become of it."""

    message: Message
    act: acts.Send


def queue(desk: Desk, incident: Incident, content: Mapping[str, Any], keeper: DemoPerson, act: acts.Send) -> QueuedMail:
    """Put the newest version of a record into the outbox, as ``sending.finalise`` does. Three queries."""
    school = desk.school
    assert incident.recorded_at is not None
    document = Document.objects.create(
        school=school,
        kind=DOCUMENT_KIND,
        subject_id=incident.pk,
        revision=incident.revision,
        reference=incident.reference,
        template=TEMPLATE,
        snapshot=dict(
            snapshot_of(
                pack=desk.pack,
                answers=content,
                organisation=organisation_of(school, officer_name=str(desk.coordinator.name)),
                reference=incident.reference,
                revision=incident.revision,
                recorded_at=timezone.localtime(incident.recorded_at).isoformat(),
                printed_at=timezone.localtime(act.at).isoformat(),
                supersedes=incident.sent_revision or 0,
            )
        ),
        created_at=act.at,
    )
    message_id = uuid4()
    message = Message.objects.create(
        id=message_id,
        school=school,
        document=document,
        to_address=MISTYPED_ADDRESS if act.fate is Fate.FAILED else envelope_address(school_id=school.pk, now=act.at),
        message_id=message_id_header(message_id),
        next_attempt_at=act.at,
        due_at=incident.due_at,
        created_at=act.at,
        queued_by_id=keeper.person_id,
        asked_by_id=keeper.person_id,
    )
    Entry.objects.create(
        school_id=school.pk,
        actor_id=keeper.user_id,
        action="message.queued",
        object_type="message",
        object_id=message.pk,
        detail={"document": str(document.pk), "subject": str(incident.pk), "revision": incident.revision},
        at=act.at,
    )
    return QueuedMail(message, act)
