"""Which rows of schools/ somebody may know of."""

from django.db.models import Q

from schools.roles import Permission
from schools.viewer import Viewer


def visible_people_q(viewer: Viewer) -> Q:
    """The people a viewer may look up: those of the own school, for whoever records incidents (duty D1, CM 3.2)."""
    if not viewer.may(Permission.RECORD_INCIDENTS):
        return Q(pk__in=[])
    return Q(school_id=viewer.school_id)
