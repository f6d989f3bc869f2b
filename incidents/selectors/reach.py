"""How far a case reaches somebody: asked after a change that may have brought it to somebody else."""

from typing import Literal
from uuid import UUID

from incidents import access
from incidents.models import Incident
from schools.viewer import Viewer

# Whether the viewer writes in the case, reads it, or does not know of it.
Reach = Literal["runs", "reads", "nothing"]


def reach_of(*, viewer: Viewer, incident_id: UUID) -> Reach:
    """What the case is to this viewer now; one that is not there is nothing to anybody. One query. Duty D1 (CM 3.2)."""
    rows = Incident.objects.visible_to(viewer).filter(pk=incident_id)
    for handler_post in rows.values_list("handler_post", flat=True):
        return "runs" if access.may_run(viewer, handler_post) else "reads"
    return "nothing"
