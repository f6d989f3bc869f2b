"""Looking at decided cases side by side: a read that leaves a trace. Duties S3, D1 (CC 5, CM 4.5.2, CM 3.2)."""

from django.db import transaction

from audit import services as audit
from incidents.selectors.like_cases import Alike, CaseKey, LikeCases, like_cases
from schools.viewer import Viewer


def read_like_cases(*, by: Viewer, alike: Alike, key: CaseKey | None = None) -> LikeCases:
    """A page of like cases, and an audit row that says who looked, not for what. Five queries. Raises NotAllowed."""
    with transaction.atomic():
        page = like_cases(viewer=by, alike=alike, key=key)
        audit.record(
            "like_cases.read",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="case",
            detail={"rows": len(page.rows), "narrowed": alike != Alike(), "further": key is not None},
        )
    return page
