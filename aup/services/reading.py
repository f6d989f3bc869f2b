"""Opening what was signed: services and not only reads, because each leaves its row on the trail. Threats T2, T22."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from aup.models import Signature
from aup.rules.chaining import hash_of
from aup.rules.content import sha256_of
from aup.selectors.signed import Narrowed, SignedList, SignedPage, signed_list, signed_page
from aup.services.copies import CopyNotReady, OpenedCopy, open_copy
from aup.services.signing import values_of
from schools.roles import Permission
from schools.viewer import Viewer


def open_signed_list(*, by: Viewer, narrowed: Narrowed, page: int = 1) -> SignedList:
    """A page of the register. Four queries. Raises NotAllowed. Whose name was looked for is on no trail."""
    with transaction.atomic():
        shown = signed_list(viewer=by, by=narrowed, today=timezone.localdate(), page=page)
        audit.record(
            "agreement.signed_listed",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="school",
            object_id=by.school_id,
            detail={"count": len(shown.lines), "kind": shown.by.kind, "audience": shown.by.audience},
        )
    return shown


def open_signed(*, by: Viewer, signature_id: UUID) -> tuple[SignedPage, bool]:
    """One line of the register whole, and whether it is what was written. Six queries.

    Raises NotAllowed, Signature.DoesNotExist.
    """
    with transaction.atomic():
        shown = signed_page(viewer=by, signature_id=signature_id)
        audit.record(
            "agreement.signature_opened",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="agreement_signature",
            object_id=signature_id,
            detail={"number": shown.signature.number},
        )
    return shown, is_as_written(shown.signature)


def open_copy_of(*, by: Viewer, signature_id: UUID) -> OpenedCopy:
    """The PDF of a line of the register, for whoever keeps them. Three queries.

    Raises NotAllowed, Signature.DoesNotExist, CopyNotReady, PdfAltered.
    """
    by.must(Permission.READ_SIGNATURES)
    with transaction.atomic():
        try:
            return open_copy(school_id=by.school_id, signature_id=signature_id, actor_id=by.user_id)
        except CopyNotReady as not_yet:
            # What was issued just now because it was not there must stay: it is raised outside of the transaction.
            waits = not_yet
    raise waits


def is_as_written(row: Signature) -> bool:
    """Whether a line and its text have the hashes they were given. No query where the version is there. Threat T20."""
    version = row.version
    is_text = row.text_sha256 == version.sha256 == sha256_of(version.content)
    return is_text and row.hash == hash_of(values_of(row), row.previous_hash)
