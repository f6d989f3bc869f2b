"""Which incidents somebody may know of. Deny beats allow. Used through ``Incident.objects.visible_to(viewer)``."""

from django.db.models import Q

from schools.roles import Permission
from schools.viewer import Viewer


def visible_q(viewer: Viewer) -> Q:
    """The incidents a viewer's roles let them read in full. Duty D1 (CM 3.2). No role, no rows."""
    if not viewer.may(Permission.READ_INCIDENTS):
        return Q(pk__in=[])
    return Q(school_id=viewer.school_id) & ~Q(status="draft")


def subject_q(viewer: Viewer) -> Q:
    """The involvements that deny: a subject of a case does not know of it, whatever their role. Duty R7 (NE)."""
    return Q(school_id=viewer.school_id, person_id=viewer.person_id, part="subject", until_revision__isnull=True)


def own_q(viewer: Viewer) -> Q:
    """The reports a member of staff wrote: they see that each was picked up, not what was decided. Duty R1 (CC 4.1)."""
    if not viewer.may(Permission.SEE_OWN_REPORTS):
        return Q(pk__in=[])
    return Q(school_id=viewer.school_id, started_by_id=viewer.person_id)
