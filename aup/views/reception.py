"""Signing at the reception desk: a member of staff hands the screen to a visitor, and is the witness. Duty A3."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from audit.traces import traced
from aup.services.opening import RECEPTION, open_reception
from aup.services.signing import Signer
from aup.views.signing_pages import Desk, address_of, device_of, show_receipt, show_refuse, show_sign
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.views.guard import READ, page

# Without the navigation and the name of whoever is logged in: the screen is in the visitor's hands.
FRAME = "aup/sign/frame_reception.html"
_RECORD = Permission.RECORD_SIGNATURES


@traced("agreement.reception_listed")
@page(_RECORD, methods=READ)
def home(request: SchoolRequest) -> HttpResponse:
    """The visitors who have not signed yet."""
    return render(request, "aup/sign/reception.html", {"waiting": open_reception(by=request.viewer)})


@traced("agreement.signing_opened", writes=("agreement.signed",))
@page(_RECORD)
def sign(request: SchoolRequest, version_id: UUID, about_id: UUID) -> HttpResponse:
    """The agreement for visitors, to be read and signed by one of them."""
    return show_sign(request, _desk(request, about_id), version_id, about_id)


@traced("agreement.signing_opened", writes=("agreement.refused",))
@page(_RECORD)
def refuse(request: SchoolRequest, version_id: UUID, about_id: UUID) -> HttpResponse:
    """A visitor says no."""
    return show_refuse(request, _desk(request, about_id), version_id, about_id)


@traced("agreement.receipt_opened")
@page(_RECORD, methods=READ)
def receipt(request: SchoolRequest, signature_id: UUID) -> HttpResponse:
    """What was put down; the screen goes back to the member of staff."""
    return show_receipt(request, _desk(request, request.viewer.person_id), signature_id)


def _desk(request: SchoolRequest, person_id: UUID) -> Desk:
    viewer = request.viewer
    by = Signer(
        school_id=viewer.school_id,
        person_id=person_id,
        how=RECEPTION,
        user_id=viewer.user_id,
        witness_id=viewer.person_id,
        address=address_of(request),
        device=device_of(request),
    )
    return Desk(by, "reception", FRAME)
