"""What about agreements waits for somebody when they come in."""

from dataclasses import dataclass

from django.utils import timezone

from aup.models import FollowUp
from aup.rules.due import Kind, due_of
from aup.selectors.families import children_of
from aup.selectors.standing import standing_on, versions_in_force
from schools.roles import Permission
from schools.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many signatures this person is asked for, and how many tasks follow from what others signed."""

    to_sign: int = 0
    follow_ups: int = 0


def waiting_for(*, viewer: Viewer) -> Waiting:
    """What waits, in numbers alone. Nine queries at most, two where nothing is published.

    Duties A1, A4, A5 (CM 3.3, CC 3.2, CC 3.5.8).
    """
    to_sign = follow_ups = 0
    if viewer.may(Permission.SIGN_AGREEMENTS):
        today = timezone.localdate()
        versions = versions_in_force(viewer.school_id, today)
        if versions:
            about = [viewer.person_id, *children_of(viewer.school_id, viewer.person_id, today)]
            asked = due_of(standing_on(viewer.school_id, today, person_ids=about, versions=versions).lines)
            to_sign = sum(each.signer_id == viewer.person_id and each.kind is Kind.SIGNED for each in asked)
    if viewer.may(Permission.READ_SIGNATURES):
        follow_ups = FollowUp.objects.filter(school_id=viewer.school_id, done_at=None).count()
    return Waiting(to_sign, follow_ups)
