"""A report as it is really sent: the authority's form, filled in."""

import uuid
from typing import Any

from incidents.printing import TEMPLATE
from tests.printing.papers import USUAL, snapshot


def a_report() -> dict[str, Any]:
    """What to queue."""
    return {
        "kind": "incident_report",
        "subject_id": uuid.uuid4(),
        "template": TEMPLATE,
        "snapshot": dict(snapshot(USUAL)),
    }
