"""The pupils' agreements in force, and how far their posters are. Duty A7 (CC 3.3.3, CM 3.4.1, NS 5.1)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from aup.models import AgreementVersion
from aup.selectors.standing import versions_in_force
from dispatch.models import Document
from schools.roles import Permission
from schools.viewer import Viewer

DOCUMENT_KIND = "poster"
# The size of the paper is the revision of the document.
SIZES = {"a4": 4, "a3": 3}


@dataclass(frozen=True, slots=True)
class PosterLine:
    """One published agreement, and the sheets that there are of it."""

    version: AgreementVersion
    stages: str
    is_asked: bool
    is_drawn: bool


def posters_page(*, viewer: Viewer, today: date) -> tuple[PosterLine, ...]:
    """The agreements of pupils that are in force. Two queries. Raises NotAllowed."""
    viewer.must(Permission.PRINT_POSTERS)
    versions = [each for each in versions_in_force(viewer.school_id, today) if each.audience == "pupil"]
    rows = Document.objects.filter(
        school_id=viewer.school_id, kind=DOCUMENT_KIND, subject_id__in=[each.pk for each in versions]
    ).values_list("subject_id", "drawn_at")
    there: dict[UUID, list[bool]] = {}
    for subject_id, drawn_at in rows:
        there.setdefault(subject_id, []).append(drawn_at is not None)
    return tuple(
        PosterLine(
            version=each,
            stages=", ".join(each.stages),
            is_asked=each.pk in there,
            is_drawn=len(there.get(each.pk, ())) == len(SIZES) and all(there[each.pk]),
        )
        for each in versions
    )
