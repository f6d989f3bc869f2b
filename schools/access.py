"""Which rows of schools/ somebody may know of."""

from django.db.models import Q

from schools.roles import Permission, Role
from schools.viewer import Viewer


def visible_people_q(viewer: Viewer) -> Q:
    """The people a viewer may look up: those of the own school, for whoever names them in a record.

    Whoever handles a case or logs one straight onto the form. Duties D1, R1 (CM 3.2, CC 4.1).
    """
    if not (viewer.may(Permission.HANDLE_INCIDENTS) or viewer.may(Permission.RECORD_INCIDENTS)):
        return Q(pk__in=[])
    return Q(school_id=viewer.school_id)


def managed_people_q(viewer: Viewer) -> Q:
    """The people a viewer keeps the lists of: those of the own school (duties D1, L1; CM 3.1, CM 3.2)."""
    if not viewer.may(Permission.MANAGE_PEOPLE):
        return Q(pk__in=[])
    return Q(school_id=viewer.school_id)


def appointable_people_q(viewer: Viewer) -> Q:
    """The people a viewer may give a post to: staff and governors of the own school, never a pupil or a parent.

    Duty D1 (CM 3.2). Whether they are staff or governors today is asked again when a post is given.
    """
    if not viewer.may(Permission.APPOINT):
        return Q(pk__in=[])
    roles = [Role.STAFF.value, Role.GOVERNOR.value]
    return Q(school_id=viewer.school_id, memberships__role__in=roles)
