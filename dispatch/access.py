"""Which rows of dispatch/ somebody may know of. Who may know of one case is decided by the app that owns the case."""

from django.db.models import Q

from schools.roles import Permission
from schools.viewer import Viewer


def visible_q(viewer: Viewer) -> Q:
    """Documents or messages of the own school, for whoever reads its incidents (duty D1, CM 3.2)."""
    if not viewer.may(Permission.READ_INCIDENTS):
        return Q(pk__in=[])
    return Q(school_id=viewer.school_id)
