"""Which cases of sanctions somebody may know of, for the app that asks the framework about them."""

from django.db.models import Q

from incidents.models import CaseOf
from schools.viewer import Viewer


def cases_known_to(viewer: Viewer) -> Q:
    """Those of the incidents that the viewer may know of. Deny beats allow. Duty R7 (NE). No query of its own."""
    return Q(pk__in=CaseOf.objects.visible_to(viewer).values("case_id"))
