"""A report as it is really sent: the authority's form, filled in, about a case that its sender handles."""

from typing import Any

from incidents.printing import TEMPLATE
from schools.viewer import Viewer
from tests import factories
from tests.printing.papers import USUAL, snapshot


def a_report(by: Viewer) -> dict[str, Any]:
    """What to queue; the worker asks whether this viewer may still send it."""
    return {
        "kind": "incident_report",
        "subject_id": factories.incident(by).pk,
        "template": TEMPLATE,
        "snapshot": dict(snapshot(USUAL)),
    }
