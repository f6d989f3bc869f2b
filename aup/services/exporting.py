"""The lists of who is outstanding and who has no access yet, opened and taken out: each leaves its row on the trail.

Duties A1, A4 (CM 3.3, NS 7.2).
"""

from django.db import transaction

from audit import services as audit
from aup.selectors.outstanding import NoAccessLine, NoAccessPage, OutstandingPage, no_access_page, outstanding_page
from schools.viewer import Viewer


def read_outstanding(*, by: Viewer, chosen: str = "") -> OutstandingPage:
    """Who has something outstanding in a class or role. At most fourteen queries. Raises NotAllowed."""
    with transaction.atomic():
        page = outstanding_page(viewer=by, chosen=chosen)
        _record(by, "outstanding.read", {"people": page.count})
    return page


def read_no_access(*, by: Viewer) -> NoAccessPage:
    """Who may not have access yet. Eleven queries. Raises NotAllowed."""
    with transaction.atomic():
        page = no_access_page(viewer=by)
        _record(by, "no_access.read", {"people": len(page.lines)})
    return page


def take_out_no_access(*, by: Viewer, file_format: str) -> tuple[NoAccessLine, ...]:
    """The same for a file; the trail holds how many and in which format. Eleven queries. Raises NotAllowed."""
    with transaction.atomic():
        lines = no_access_page(viewer=by).lines
        _record(by, "no_access.exported", {"people": len(lines), "format": file_format})
    return lines


def _record(by: Viewer, action: str, detail: dict[str, str | int]) -> None:
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="school",
        object_id=by.school_id,
        detail=detail,
    )
