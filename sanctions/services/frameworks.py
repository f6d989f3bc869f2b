"""From draft to published version. Duty S1 (CC 5, CM 5): each school records its own list; what is decided rests on it.

A version never changes. Cases keep the one they were proposed under; a new one holds for what is proposed from then on.
"""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from audit import services as audit
from sanctions.models import FrameworkDraft, FrameworkVersion
from sanctions.rules.frameworks import Fault, content_of, sha256_of
from sanctions.selectors.frameworks import opened_draft
from schools.roles import Permission
from schools.viewer import Viewer

NOTE_MAX_LENGTH = 200


class NotPublishable(ValueError):
    """The draft has faults; they are in ``faults``."""

    def __init__(self, found: tuple[Fault, ...]) -> None:
        super().__init__("Some parts of the framework need your attention before it can be published.")
        self.faults = found


class NothingNew(ValueError):
    """The draft says what the framework in force says."""

    def __init__(self) -> None:
        super().__init__("This is what is in force already, so there is nothing to publish.")


class EditedMeanwhile(ValueError):
    """Somebody else, or another tab, has saved the draft since the page was opened."""

    def __init__(self) -> None:
        super().__init__("Somebody has changed this draft since you opened it. Look at it again first.")


def publish_framework(*, by: Viewer, edition: int, note: str = "", now: datetime | None = None) -> FrameworkVersion:
    """Publish the draft: what is proposed from now on goes by it. Eight queries. Duty S1 (CC 5, CM 5).

    ``edition`` is the one that was on the page. Raises NotAllowed, FrameworkDraft.DoesNotExist, EditedMeanwhile,
    NotPublishable, NothingNew.
    """
    by.must(Permission.EDIT_FRAMEWORK)
    with transaction.atomic():
        one_at_a_time(by.school_id)
        draft = locked_draft(by, edition)
        opened = opened_draft(draft)
        found = opened.faults()
        if found:
            raise NotPublishable(found)
        content = content_of(opened.framework)
        if content == content_of(opened.before):
            raise NothingNew
        rows = FrameworkVersion.objects.filter(school_id=by.school_id)
        newest = rows.aggregate(newest=Max("number"))["newest"] or 0
        version = FrameworkVersion.objects.create(
            school_id=by.school_id,
            number=newest + 1,
            pack_code=draft.pack_code,
            pack_version=draft.pack_version,
            content=content,
            sha256=sha256_of(content),
            note=" ".join(note.split())[:NOTE_MAX_LENGTH],
            published_at=now or timezone.now(),
            published_by_id=by.person_id,
        )
        audit.record(
            "framework.published",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="framework_version",
            object_id=version.pk,
            detail={"number": version.number, "sha256": version.sha256},
        )
        draft.delete()
        return version


def locked_draft(by: Viewer, edition: int) -> FrameworkDraft:
    """The school's draft, held until the end of the transaction. One query.

    Raises FrameworkDraft.DoesNotExist, and EditedMeanwhile where it is not the edition that was on the page.
    """
    draft = FrameworkDraft.objects.select_for_update(no_key=True).get(school_id=by.school_id)
    if draft.edition != edition:
        raise EditedMeanwhile
    return draft


def one_at_a_time(school_id: UUID) -> None:
    """Until the end of this transaction nobody else begins or publishes for this school. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sanction framework {school_id}"])
