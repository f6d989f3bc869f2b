"""What dispatch asks about a case at the moment something goes out. It may not import this app, so it is told at start.

It runs in the case's school, in the worker, with nobody logged in.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from dispatch.notices import NoLongerWanted, NoticeFacts
from incidents.models import Incident
from schools.models import Person
from schools.selectors import viewer_for


def may_still_send(school_id: UUID, incident_id: UUID, person_id: UUID, today: date) -> bool:
    """Whether this person may send the record of this case today, as they might have when they asked. Three queries.

    A post may have ended, a log-in been closed, or the case gone to somebody else since (threat T27). Duty D1 (CM 3.2).
    """
    user_ids = Person.objects.filter(school_id=school_id, pk=person_id, user__is_active=True).values_list("user_id")
    for (user_id,) in user_ids:
        viewer = viewer_for(user_id=user_id, today=today, school_id=school_id)
        if viewer is not None and viewer.school_id == school_id:
            return Incident.objects.run_by(viewer).filter(pk=incident_id).exists()
    return False


def officer_told_text(facts: NoticeFacts) -> Mapping[str, object]:
    """The mail to the officer that nobody at a school is left to handle a case: it fills in nothing. One query.

    Raises NoLongerWanted when somebody is left after all.
    """
    if facts.school_id is None or facts.object_id is None:
        raise NoLongerWanted
    if not Incident.objects.filter(school_id=facts.school_id, pk=facts.object_id, nobody_left=True).exists():
        raise NoLongerWanted
    return {}
