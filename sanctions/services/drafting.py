"""The draft of the school's framework: one a school, kept on the server, published as a whole or thrown away. Duty S1.

A draft may be as unfinished as it likes; what it must be is asked when it is published (CC 5, CM 5).
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from packs import loader
from packs.schema import Audience, Framework, Grade, LookBack
from sanctions.models import FrameworkDraft
from sanctions.rules import editing
from sanctions.rules.frameworks import content_of, framework_from
from sanctions.selectors.frameworks import framework_for, used_codes
from sanctions.services.frameworks import EditedMeanwhile, locked_draft, one_at_a_time
from schools.roles import Permission
from schools.selectors import pack_of
from schools.viewer import Viewer

__all__ = [
    "EditedMeanwhile",
    "begin_draft",
    "discard_draft",
    "remove_sanction",
    "save_category",
    "save_form",
    "save_look_back",
    "save_sanction",
]
Edit = Callable[[Framework, FrameworkDraft], Framework]


def begin_draft(*, by: Viewer, now: datetime | None = None) -> FrameworkDraft:
    """Begin a draft from what is in force for the adopted policy; one that is there already is gone on with.

    Six queries. Duty S1. Raises NotAllowed.
    """
    by.must(Permission.EDIT_FRAMEWORK)
    with transaction.atomic():
        one_at_a_time(by.school_id)
        there = FrameworkDraft.objects.filter(school_id=by.school_id).first()
        if there is not None:
            return there
        pack = pack_of(viewer=by)
        _, framework = framework_for(by.school_id, pack.code, pack.version)
        draft = FrameworkDraft.objects.create(
            school_id=by.school_id,
            pack_code=pack.code,
            pack_version=pack.version,
            content=content_of(framework),
            edition=1,
            edited_at=now or timezone.now(),
            edited_by_id=by.person_id,
        )
        _record(by, "framework.draft_begun", draft)
        return draft


def save_category(
    *,
    by: Viewer,
    edition: int,
    audience: Audience,
    grade: Grade,
    typed: editing.TypedCategory,
    now: datetime | None = None,
) -> FrameworkDraft:
    """Keep one category as it was typed. Four queries. Duty S1 (CC 5, CM 5).

    ``edition`` is the one that was on the page. Raises NotAllowed, FrameworkDraft.DoesNotExist, EditedMeanwhile.
    """

    def edit(framework: Framework, draft: FrameworkDraft) -> Framework:
        policy = loader.get(draft.pack_code, draft.pack_version).framework
        return editing.with_category(framework, audience, grade, typed, policy=policy, used=used_codes(by.school_id))

    return _saved(by, edition, edit, now)


def save_sanction(
    *, by: Viewer, edition: int, code: str | None, typed: editing.TypedSanction, now: datetime | None = None
) -> FrameworkDraft:
    """Keep one sanction of the school's own, new where ``code`` is None. Four queries. Duty S1.

    Raises NotAllowed, FrameworkDraft.DoesNotExist, EditedMeanwhile, editing.UnknownSanction.
    """

    def edit(framework: Framework, draft: FrameworkDraft) -> Framework:
        return editing.with_sanction(framework, code, typed, used=used_codes(draft.school_id))

    return _saved(by, edition, edit, now)


def remove_sanction(*, by: Viewer, edition: int, code: str, now: datetime | None = None) -> FrameworkDraft:
    """Take a sanction of the school's own out of the draft, and out of every category. Three queries. Duty S1.

    Raises NotAllowed, FrameworkDraft.DoesNotExist, EditedMeanwhile, editing.UnknownSanction.
    """
    return _saved(by, edition, lambda framework, _: editing.without_sanction(framework, code), now)


def save_look_back(
    *, by: Viewer, edition: int, look_back: LookBack, days: int | None, now: datetime | None = None
) -> FrameworkDraft:
    """Keep how far back an earlier warning or decision counts. Three queries. Duty S4 (CC 5.1.2, CC 5.1.4).

    Raises NotAllowed, FrameworkDraft.DoesNotExist, EditedMeanwhile.
    """
    return _saved(by, edition, lambda framework, _: editing.with_look_back(framework, look_back, days), now)


def save_form(
    *,
    by: Viewer,
    edition: int,
    audience: Audience,
    lines: tuple[editing.TypedLine, ...],
    now: datetime | None = None,
) -> FrameworkDraft:
    """Keep what the printed form suggests for one audience. Three queries. Duties S1, R1.

    Raises NotAllowed, FrameworkDraft.DoesNotExist, EditedMeanwhile.
    """
    return _saved(by, edition, lambda framework, _: editing.with_form(framework, audience, lines), now)


def discard_draft(*, by: Viewer, edition: int) -> None:
    """Throw the draft away; what is published stays. Three queries.

    Raises NotAllowed, FrameworkDraft.DoesNotExist, EditedMeanwhile.
    """
    by.must(Permission.EDIT_FRAMEWORK)
    with transaction.atomic():
        draft = locked_draft(by, edition)
        _record(by, "framework.draft_discarded", draft)
        draft.delete()


def _saved(by: Viewer, edition: int, edit: Edit, now: datetime | None) -> FrameworkDraft:
    by.must(Permission.EDIT_FRAMEWORK)
    with transaction.atomic():
        draft = locked_draft(by, edition)
        draft.content = content_of(edit(framework_from(draft.content), draft))
        draft.edition += 1
        draft.edited_at, draft.edited_by_id = now or timezone.now(), by.person_id
        draft.save()
        _record(by, "framework.draft_saved", draft)
        return draft


def _record(by: Viewer, action: str, draft: FrameworkDraft) -> None:
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="framework_draft",
        object_id=draft.pk,
        detail={"edition": draft.edition},
    )
