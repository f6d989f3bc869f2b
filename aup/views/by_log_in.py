"""My agreements: what somebody with a log-in must sign and has signed, for themselves and for their children."""

from uuid import UUID

from django.http import HttpResponse

from audit.traces import traced
from aup.services.copies import OpenedCopy
from aup.services.opening import LOG_IN, open_any_copy, open_own_copy
from aup.services.signing import Signer
from aup.views.signing_pages import (
    Desk,
    address_of,
    device_of,
    give_copy,
    show_answers,
    show_home,
    show_receipt,
    show_refuse,
    show_sign,
)
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.views.guard import READ, page

FRAME = "aup/sign/frame_log_in.html"
_SIGN = Permission.SIGN_AGREEMENTS


@traced("agreement.own_listed")
@page(_SIGN, methods=READ)
def home(request: SchoolRequest) -> HttpResponse:
    """What waits and what was answered."""
    return show_home(request, _desk(request))


@traced("agreement.signing_opened", writes=("agreement.signed",))
@page(_SIGN)
def sign(request: SchoolRequest, version_id: UUID, about_id: UUID) -> HttpResponse:
    """One agreement, to be read and signed."""
    return show_sign(request, _desk(request), version_id, about_id)


@traced("agreement.signing_opened", writes=("agreement.refused",))
@page(_SIGN)
def refuse(request: SchoolRequest, version_id: UUID, about_id: UUID) -> HttpResponse:
    """Say no to one agreement, knowing what follows."""
    return show_refuse(request, _desk(request), version_id, about_id)


@traced("agreement.answers_opened", writes=("agreement.consents",))
@page(_SIGN)
def answers(request: SchoolRequest, version_id: UUID, about_id: UUID) -> HttpResponse:
    """Change the answers that were given with a signature."""
    return show_answers(request, _desk(request), version_id, about_id)


@traced("agreement.receipt_opened")
@page(_SIGN, methods=READ)
def receipt(request: SchoolRequest, signature_id: UUID) -> HttpResponse:
    """What was put down."""
    return show_receipt(request, _desk(request), signature_id)


@traced("agreement.copy_opened")
@page(_SIGN, Permission.READ_SIGNATURES, methods=READ)
def copy(request: SchoolRequest, signature_id: UUID) -> HttpResponse:
    """The PDF of what one has signed; of anything signed, for whoever keeps the copies (A4)."""
    desk, viewer = _desk(request), request.viewer

    def opened() -> OpenedCopy:
        if viewer.may(Permission.READ_SIGNATURES):
            return open_any_copy(by=viewer, signature_id=signature_id)
        return open_own_copy(by=desk.by, signature_id=signature_id)

    return give_copy(request, desk, opened)


def _desk(request: SchoolRequest) -> Desk:
    viewer = request.viewer
    by = Signer(
        school_id=viewer.school_id,
        person_id=viewer.person_id,
        how=LOG_IN,
        identified_id=viewer.user_id,
        user_id=viewer.user_id,
        address=address_of(request),
        device=device_of(request),
    )
    return Desk(by, "own", FRAME)
