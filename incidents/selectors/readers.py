"""Who has read a case, and on which days: for those who answer for who needs to know."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Max
from django.db.models.functions import TruncDate

from audit.selectors import entries_about
from incidents.models import CaseOf
from incidents.selectors.timeline import Event
from schools.models import Person
from schools.roles import Permission
from schools.viewer import Viewer

READINGS_SHOWN = 60
# Every action by which somebody gets to see what a case says.
READING = (
    "incident.opened",
    "incident.version_opened",
    "incident.page_opened",
    "incident.newest_opened",
    "incident.checked",
    "incident.routing_opened",
    "incident.deciding_opened",
    "incident.case_opened",
    "incident.downloaded",
    "incident.letters_opened",
    "letter.printed",
    "evidence.opened",
    "document.opened",
)
_OUTSIDE = "somebody with emergency access"
_MORE = "Earlier readings are kept in the audit trail."


def readings_of(*, viewer: Viewer, incident_id: UUID, document_ids: Iterable[UUID]) -> tuple[Event, ...]:
    """One line for each person and day, newest first, at most 60. Duty D1 (CM 3.2).

    Three queries, however often it was read; none for whoever may not see the readers, and nothing to see either.
    Whether the viewer may know of the incident is asked before one comes here.
    """
    if not viewer.may(Permission.SEE_READERS):
        return ()
    letters = CaseOf.objects.filter(incident=incident_id, case__letters__isnull=False)
    about = [incident_id, *document_ids, *letters.values_list("case__letters", flat=True)]
    entries = entries_about(school_id=viewer.school_id, object_ids=about, actions=READING).filter(
        actor_id__isnull=False
    )
    days = entries.annotate(day=TruncDate("at")).values_list("actor_id", "day")
    rows = list(days.annotate(last=Max("at"), times=Count("pk")).order_by("-last", "actor_id")[: READINGS_SHOWN + 1])
    people = Person.objects.filter(school_id=viewer.school_id, user_id__in={actor_id for actor_id, *_ in rows})
    names = {user_id: f"{given} {family}" for user_id, given, family in people.values_list(
        "user_id", "given_name", "family_name")}  # fmt: skip
    shown = rows[:READINGS_SHOWN]
    return tuple(
        Event(
            "Read",
            last,
            names.get(actor_id, _OUTSIDE),
            note=" ".join(
                filter(None, (_times(times), _MORE if len(rows) > len(shown) and number == len(shown) else ""))
            ),
        )
        for number, (actor_id, _, last, times) in enumerate(shown, start=1)
    )


def _times(count: int) -> str:
    return f"{count} times that day." if count > 1 else ""
