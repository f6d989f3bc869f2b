"""Opening what there is to sign: services and not only reads, because each leaves its row on the trail. Threat T20.

What somebody may not know of does not exist for them; what they may know of and cannot be signed (any more) is a
problem with words of its own.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from aup.models import AgreementVersion, Signature
from aup.rules.stages import counts_until
from aup.selectors.reading import Document, answers_now, document_of, version_of
from aup.selectors.signing import (
    Home,
    Item,
    Receipt,
    Waiting,
    allowed_about,
    receipt_of,
    reception_list,
    signing_home,
    signs,
)
from aup.selectors.standing import members_on, paper_of, versions_in_force
from aup.services.copies import OpenedCopy, open_copy
from aup.services.problems import NewerVersion, NotForThem, NotSignable, NotYours, SignedAlready, Withdrawn
from aup.services.signing import Signer, check_may_answer
from schools.models import Person
from schools.roles import Permission
from schools.viewer import Viewer

LINK, LOG_IN, RECEPTION = "link", "log_in", "reception"


class ChangedSinceMail(NotSignable):
    """The version is in force, and the link was made before it was published."""

    def __init__(self) -> None:
        super().__init__(
            "The school has changed this agreement since it sent you the mail. Nothing was signed. Have a new link "
            "sent: it leads to the agreement as it is now."
        )


def open_home(*, by: Signer, bound: frozenset[UUID] | None = None) -> Home:
    """Everything that somebody may sign, and what they have answered. Twelve queries.

    By a link it leaves no row of its own: opening the link has left one.
    """
    with transaction.atomic():
        home = signing_home(by.school_id, by.person_id, now=timezone.now(), bound=bound)
        if by.how != LINK:
            _record("agreement.own_listed", by, "person", by.person_id, count=home.to_sign_count)
    return home


def open_document(
    *,
    by: Signer,
    version_id: UUID,
    about_id: UUID,
    language: str = "en",
    bound: frozenset[UUID] | None = None,
    is_view: bool = True,
) -> Document:
    """One agreement to be read and signed. Ten queries, eleven with ``is_view``, which puts it on the trail.

    Raises Person.DoesNotExist and AgreementVersion.DoesNotExist for what they may not know of; Withdrawn, NewerVersion,
    ChangedSinceMail, NotForThem, NotYours for what cannot be signed, and SignedAlready for a view of what is: what is
    sent for the second time finds its receipt instead.
    """
    now = timezone.now()
    with transaction.atomic():
        version = _known(by, version_id, about_id, now)
        _check_open(by, version, about_id, bound, now)
        document = document_of(version, by.person_id, about_id, language=language)
        if is_view:
            _record("agreement.signing_opened", by, "agreement_version", version_id)
    if is_view and document.signed_until and document.signed_until >= counts_until(timezone.localdate(now)):
        raise SignedAlready
    return document


def open_answers(
    *, by: Signer, version_id: UUID, about_id: UUID, language: str = "en", is_view: bool = True
) -> tuple[Document, dict[str, bool]]:
    """The questions of an agreement that was signed, and how they are answered now. Eight queries. Duty A5.

    Not only of the version in force, and not only of a signature that counts: an answer can be taken back at any time.
    Raises Person.DoesNotExist, AgreementVersion.DoesNotExist, NotSignedYet, AnsweredSince.
    """
    now = timezone.now()
    with transaction.atomic():
        version = _known(by, version_id, about_id, now)
        if not version.content.get("consents"):
            raise AgreementVersion.DoesNotExist
        said = answers_now(by.school_id, by.person_id, version_id, about_id)
        check_may_answer(by, version, about_id)
        document = document_of(version, by.person_id, about_id, language=language, with_changes=False)
        if is_view:
            _record("agreement.answers_opened", by, "agreement_version", version_id)
    return document, said


def open_receipt(
    *, by: Signer, signature_id: UUID, bound: frozenset[UUID] | None = None
) -> tuple[Receipt, Item | None]:
    """What was just put down, and what waits to be signed next. Fourteen queries.

    Raises Signature.DoesNotExist for what is not theirs. At the desk nothing is next: the screen goes back.
    """
    with transaction.atomic():
        if by.how == RECEPTION and by.witness_id:
            of_whom: dict[str, UUID | str] = {"witness_id": by.witness_id, "identified_by": RECEPTION}
            receipt, item = receipt_of(by.school_id, signature_id, **of_whom), None
        else:
            receipt = receipt_of(by.school_id, signature_id, signer_id=by.person_id)
            _check_allowed(by, receipt.about_id)
            home = signing_home(by.school_id, by.person_id, now=timezone.now(), bound=bound)
            item = home.after(receipt.version_id, receipt.about_id)
        _record("agreement.receipt_opened", by, "agreement_signature", signature_id)
    return receipt, item


def open_own_copy(*, by: Signer, signature_id: UUID) -> OpenedCopy:
    """The PDF of something one has signed oneself. Five queries; opening it leaves a row on the trail.

    Raises Signature.DoesNotExist, and CopyNotReady while it is being drawn.
    """
    _check_allowed(by, receipt_of(by.school_id, signature_id, signer_id=by.person_id).about_id)
    return open_copy(school_id=by.school_id, signature_id=signature_id, actor_id=by.user_id)


def open_any_copy(*, by: Viewer, signature_id: UUID) -> OpenedCopy:
    """The PDF of anything that was signed at the school. Four queries. Duty A4. Raises NotAllowed besides."""
    by.must(Permission.READ_SIGNATURES)
    return open_copy(school_id=by.school_id, signature_id=signature_id, actor_id=by.user_id)


def open_reception(*, by: Viewer) -> tuple[Waiting, ...]:
    """The visitors who have not signed yet, for the desk. Ten queries. Duty A3. Raises NotAllowed."""
    with transaction.atomic():
        waiting = reception_list(viewer=by)
        audit.record(
            "agreement.reception_listed",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="school",
            object_id=by.school_id,
            detail={"count": len(waiting)},
        )
    return waiting


def newer_than(*, by: Signer, version_id: UUID, bound: frozenset[UUID] | None = None) -> UUID | None:
    """The version that has taken another's place, where this way of signing is good for it. Two queries."""
    code = version_of(by.school_id, version_id).code
    found = [each.pk for each in versions_in_force(by.school_id, timezone.localdate()) if each.code == code]
    return next((each for each in found if bound is None or each in bound), None)


def _known(by: Signer, version_id: UUID, about_id: UUID, now: datetime) -> AgreementVersion:
    if about_id not in allowed_about(by.school_id, by.person_id, timezone.localdate(now)):
        raise Person.DoesNotExist
    version = version_of(by.school_id, version_id)
    if by.how == RECEPTION and (version.audience != "visitor" or by.person_id == by.witness_id):
        raise AgreementVersion.DoesNotExist
    return version


def _check_open(
    by: Signer, version: AgreementVersion, about_id: UUID, bound: frozenset[UUID] | None, now: datetime
) -> None:
    day = timezone.localdate(now)
    if version.pk not in {each.pk for each in versions_in_force(by.school_id, day)}:
        raise Withdrawn if hasattr(version, "withdrawal") else NewerVersion
    if bound is not None and version.pk not in bound:
        raise ChangedSinceMail
    members = members_on(by.school_id, day, person_ids=[about_id])
    if not members or not paper_of(version).is_for(members[0]):
        if by.how == RECEPTION:
            # Who stands at the desk is a visitor on the lists, or nobody that it knows of.
            raise Person.DoesNotExist
        raise NotForThem
    if not signs(version, members[0], by.person_id):
        raise NotYours


def _check_allowed(by: Signer, about_id: UUID) -> None:
    if about_id not in allowed_about(by.school_id, by.person_id, timezone.localdate()):
        raise Signature.DoesNotExist


def _record(action: str, by: Signer, object_type: str, object_id: UUID, **counts: int) -> None:
    detail: dict[str, str | int | bool | list[str]] = {"how": by.how, **counts}
    if by.how == LINK and by.identified_id:
        detail["link"] = str(by.identified_id)
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type=object_type,
        object_id=object_id,
        detail=detail,
    )
