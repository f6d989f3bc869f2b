"""The rules of a stage as a poster, from the very version that was published. Duty A7; threat T20."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from aup.models import AgreementVersion
from aup.rules.icons import icon_of
from aup.selectors.posters import DOCUMENT_KIND, SIZES
from aup.selectors.standing import versions_in_force
from dispatch import issuing
from schools.models import School
from schools.roles import Permission
from schools.viewer import Viewer

TEMPLATE = "pdf/aup/poster_v1.html"
PICTURE = "pdf/aup/poster_v1/{}.html"
# Up to how many rules, of how many letters together, are written how large.
DENSITIES = (("few", 8, 420), ("some", 9, 700), ("many", 12, 1_250))


class PosterNotReady(RuntimeError):
    """The poster is still being made, or cannot be made."""

    def __init__(self, words: str = "The poster is being made. Try again in a minute.") -> None:
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class OpenedPoster:
    """A poster as a file."""

    content: bytes
    file_name: str


def ask_posters(*, by: Viewer, version_id: UUID) -> None:
    """Have the posters of a published agreement made, A4 and A3, once. Nine queries.

    Raises NotAllowed, AgreementVersion.DoesNotExist for one that is not in force or not for pupils.
    """
    by.must(Permission.PRINT_POSTERS)
    with transaction.atomic():
        in_force = versions_in_force(by.school_id, timezone.localdate())
        version = next((each for each in in_force if each.pk == version_id and each.audience == "pupil"), None)
        if version is None:
            raise AgreementVersion.DoesNotExist
        school_name = School.objects.values_list("name", flat=True).get(pk=by.school_id)
        for paper, revision in SIZES.items():
            issuing.issue(
                school_id=by.school_id,
                kind=DOCUMENT_KIND,
                subject_id=version.pk,
                revision=revision,
                reference=f"poster-v{version.number}-{paper}",
                template=TEMPLATE,
                snapshot=poster_of(version, school_name=school_name, paper=paper),
            )
        _record(by, "agreement.poster_asked", version.pk)


def open_poster(*, by: Viewer, version_id: UUID, paper: str) -> OpenedPoster:
    """A poster, as it was drawn, and an entry on the trail. Two queries.

    Raises NotAllowed, Document.DoesNotExist, PosterNotReady, dispatch.preparing.PdfAltered.
    """
    by.must(Permission.PRINT_POSTERS)
    with transaction.atomic():
        try:
            document, content = issuing.issued(
                school_id=by.school_id, kind=DOCUMENT_KIND, subject_id=version_id, revision=SIZES[paper]
            )
        except issuing.DrawingGivenUp as given_up:
            raise PosterNotReady(str(given_up)) from None
        except issuing.NotDrawnYet:
            raise PosterNotReady from None
        _record(by, "agreement.poster_opened", version_id)
    return OpenedPoster(content, f"{document.reference}.pdf")


def poster_of(version: AgreementVersion, *, school_name: str, paper: str) -> dict[str, Any]:
    """All that a poster prints. No query."""
    texts = [each["text"] for each in version.content["clauses"]]
    letters = sum(map(len, texts))
    fitting = (name for name, rules, limit in DENSITIES if len(texts) <= rules and letters <= limit)
    return {
        "lang": "en-GB",
        "school": school_name,
        "title": version.title,
        "version": f"version {version.number}",
        "sha256": version.sha256,
        "created": version.published_at.isoformat(timespec="seconds"),
        "preamble": version.content.get("preamble", ""),
        "paper": paper,
        "density": next(fitting, "crowded"),
        "rules": [{"text": each, "picture": PICTURE.format(icon_of(each))} for each in texts],
    }


def _record(by: Viewer, action: str, version_id: UUID) -> None:
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="agreement_version",
        object_id=version_id,
    )
