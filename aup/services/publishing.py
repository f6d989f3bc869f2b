"""From draft to published version, and back out of force. Duties G3 (NS 3, CM 2.1), A1 (CM 3.3); threat T20."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from audit import services as audit
from aup.models import AgreementVersion, Draft, Withdrawal
from aup.rules.content import Content, Fault, faults, from_pack, is_same, sha256_of, translation_faults
from aup.selectors.standing import versions_in_force
from packs.schema import Agreement, UnknownAgreement
from schools.roles import Permission
from schools.selectors import pack_of
from schools.viewer import Viewer


class NotPublishable(ValueError):
    """The text has faults; they are in ``faults``."""

    def __init__(self, found: tuple[Fault, ...]) -> None:
        super().__init__("Some parts of the agreement need your attention before it can be published.")
        self.faults = found


class NothingNew(ValueError):
    """The text says what the published one says: nobody is asked to sign the same again."""

    def __init__(self) -> None:
        super().__init__("This is word for word what is published already, so nobody needs to sign it again.")


class EditedMeanwhile(ValueError):
    """Somebody else, or another tab, has saved the draft since the page was opened."""

    def __init__(self) -> None:
        super().__init__("Somebody has changed this draft since you opened it. Look at it again before you publish.")


def publish(*, by: Viewer, code: str, revision: int, now: datetime | None = None) -> AgreementVersion:
    """Publish a draft: from now on everybody whom it is for is asked for it. Eleven queries. Duty G3.

    Raises NotAllowed, Draft.DoesNotExist, EditedMeanwhile, NotPublishable, NothingNew.
    """
    by.must(Permission.EDIT_AGREEMENTS)
    now = now or timezone.now()
    with transaction.atomic():
        one_at_a_time(by.school_id)
        draft = Draft.objects.select_for_update(no_key=True).get(school_id=by.school_id, code=code)
        if draft.revision != revision:
            raise EditedMeanwhile
        agreement = pack_of(viewer=by).agreement(code)
        version = issue(
            school_id=by.school_id,
            agreement=agreement,
            content=draft.content,
            translations=draft.translations,
            person_id=by.person_id,
            user_id=by.user_id,
            now=now,
        )
        draft.delete()
        return version


def publish_as_shipped(*, by: Viewer, code: str, now: datetime | None = None) -> AgreementVersion:
    """Publish an agreement of the adopted policy word for word. Nine queries. Duties G3, A1.

    Raises NotAllowed, packs.schema.UnknownAgreement, NothingNew.
    """
    by.must(Permission.EDIT_AGREEMENTS)
    with transaction.atomic():
        agreement = pack_of(viewer=by).agreement(code)
        return issue(
            school_id=by.school_id,
            agreement=agreement,
            content=from_pack(agreement),
            translations={},
            person_id=by.person_id,
            user_id=by.user_id,
            now=now or timezone.now(),
        )


def withdraw(*, by: Viewer, version_id: UUID, now: datetime | None = None) -> Withdrawal:
    """Take a version back: nobody is asked for it any more, what was signed stays. Five queries. Duty G3.

    Raises NotAllowed, AgreementVersion.DoesNotExist for one that is not in force.
    """
    by.must(Permission.EDIT_AGREEMENTS)
    now = now or timezone.now()
    with transaction.atomic():
        one_at_a_time(by.school_id)
        there = {each.pk: each for each in versions_in_force(by.school_id, timezone.localdate(now))}
        if version_id not in there:
            raise AgreementVersion.DoesNotExist
        row = Withdrawal.objects.create(
            school_id=by.school_id, version_id=version_id, withdrawn_at=now, withdrawn_by_id=by.person_id
        )
        _record("agreement.withdrawn", by.school_id, by.user_id, version_id)
        return row


def issue(
    *,
    school_id: UUID,
    agreement: Agreement,
    content: Content,
    translations: Mapping[str, Content],
    person_id: UUID | None,
    user_id: UUID | None,
    now: datetime,
) -> AgreementVersion:
    """Make the next version of an agreement, in the caller's transaction. Five queries.

    Raises NotPublishable, NothingNew.
    """
    found = faults(content) + tuple(
        each for text in translations.values() for each in (*translation_faults(content, text), *faults(text))
    )
    if found:
        raise NotPublishable(found)
    one_at_a_time(school_id)
    before = (
        AgreementVersion.objects.filter(school_id=school_id, code=agreement.code)
        .select_related("withdrawal")
        .order_by("-number")
        .first()
    )
    said = {language: {"content": text, "sha256": sha256_of(text)} for language, text in translations.items()}
    if before is not None and not hasattr(before, "withdrawal") and _says_the_same(before, content, said):
        raise NothingNew
    version = AgreementVersion.objects.create(
        school_id=school_id,
        code=agreement.code,
        number=before.number + 1 if before else 1,
        audience=agreement.audience,
        stages=list(agreement.stages),
        signed_by=list(agreement.signed_by),
        acknowledged_by=list(agreement.acknowledged_by),
        reading_age=agreement.reading_age,
        content=dict(content),
        sha256=sha256_of(content),
        translations=said,
        published_at=now,
        published_by_id=person_id,
    )
    # The hashes on the trail, which is a chain of its own, tell of a text that was altered together with its hash.
    hashes = [version.sha256, *(sha256_of(text) for _, text in sorted(translations.items()))]
    _record("agreement.published", school_id, user_id, version.pk, {"sha256": hashes})
    return version


def _says_the_same(before: AgreementVersion, content: Content, translations: Mapping[str, Any]) -> bool:
    return is_same(before.content, content) and before.translations == translations


def one_at_a_time(school_id: UUID) -> None:
    """Until the end of this transaction nobody else publishes, withdraws or edits for this school. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"aup versions {school_id}"])


def _record(
    action: str, school_id: UUID, user_id: UUID | None, version_id: UUID, detail: audit.Detail | None = None
) -> None:
    audit.record(
        action,
        school_id=school_id,
        actor_id=user_id,
        object_type="agreement_version",
        object_id=version_id,
        detail=detail,
    )


__all__ = [
    "EditedMeanwhile",
    "NotPublishable",
    "NothingNew",
    "UnknownAgreement",
    "issue",
    "one_at_a_time",
    "publish",
    "publish_as_shipped",
    "withdraw",
]
