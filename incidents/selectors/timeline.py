"""How an incident came to be as it is: its versions, statuses and deliveries, the newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dispatch.selectors import Delivery
from incidents.models import Revision, Status, Transition
from incidents.rules.wording import label_of
from packs.schema import Form, FormField
from schools.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline. ``changed``: the form's names of answers; their content is on a version's page.

    ``detail`` is what somebody typed, and is covered; ``note`` is ours.
    """

    title: str
    at: datetime
    who: str = ""
    detail: str = ""
    changed: tuple[str, ...] = ()
    revision: int | None = None
    note: str = ""


_REVISIONS = Prepared(
    lambda incident_id: (
        Revision.objects.filter(incident_id=incident_id)
        .order_by("number")
        .values_list("number", "at", "reason", "changed", "by__given_name", "by__family_name")
    )
)
_TRANSITIONS = Prepared(
    lambda incident_id: (
        Transition.objects.filter(incident_id=incident_id)
        .order_by("at", "revision", "pk")
        .values_list("to_status", "at", "reason", "revision", "by__given_name", "by__family_name")
    )
)
_TITLES = {
    Status.REPORTED.value: "Reported",
    Status.RECORDED.value: "Recorded",
    Status.IN_PROGRESS.value: "In progress",
    Status.CLOSED.value: "Closed",
}


def timeline_of(
    form: Form, incident_id: UUID, others: Iterable[Event], deliveries: Iterable[Delivery]
) -> tuple[Event, ...]:
    """All that happened, newest first: ``others``, the deliveries, and what is read here. Two queries.

    Whether the viewer may know of the incident is asked before one comes here.
    """
    events = [
        Event(
            "Opened again" if reason and to_status == Status.IN_PROGRESS else _TITLES[to_status],
            at,
            f"{given_name} {family_name}",
            detail=reason,
            revision=None if number else revision,
        )
        for number, (to_status, at, reason, revision, given_name, family_name) in enumerate(
            _TRANSITIONS.rows(incident_id)
        )
    ]
    events += [
        Event(
            f"Version {number} saved",
            at,
            f"{given_name} {family_name}",
            detail=reason,
            changed=tuple(label_of(form, field) for field in fields_of(form, changed)),
            revision=number,
        )
        for number, at, reason, changed, given_name, family_name in _REVISIONS.rows(incident_id)
        if changed
    ]
    events += others
    for each in deliveries:
        events.append(Event(f"Version {each.revision} queued for the local authority", each.queued_at, each.queued_by))
        if each.accepted_at:
            events.append(Event(f"Version {each.revision} accepted by the authority's mail server", each.accepted_at))
        if each.acknowledged_at:
            events.append(Event(f"Version {each.revision} acknowledged", each.acknowledged_at, each.acknowledged_by))
    return tuple(sorted(events, key=lambda event: event.at, reverse=True))


def fields_of(form: Form, keys: Iterable[str]) -> tuple[FormField, ...]:
    """The questions that these answers belong to, in the order of the form; the text of an "other" to its question."""
    wanted = set(keys)
    return tuple(each for each in form.fields() if each.key in wanted or not wanted.isdisjoint(each.specify_keys))
