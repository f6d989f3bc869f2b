"""What was signed: the list, one line of the register whole, and its copy."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from audit.traces import EITHER_WAY, traced
from aup.selectors.signed import AUDIENCES, KINDS, Narrowed
from aup.services.copies import CopyNotReady
from aup.services.reading import open_copy_of, open_signed, open_signed_list
from aup.views.files import as_file
from dispatch.preparing import PdfAltered
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.views.guard import READ, page, words_of

_READ = Permission.READ_SIGNATURES


@traced("agreement.signed_listed", by=EITHER_WAY)
@page(_READ)
def signed(request: SchoolRequest) -> HttpResponse:
    """The register, narrowed by codes in the address or by a name that is posted."""
    words = words_of(request) if request.method == "POST" else ""
    asked = request.GET if not words else {}
    number = asked.get("page", "1")
    shown = open_signed_list(
        by=request.viewer,
        narrowed=Narrowed(
            asked.get("kind", ""), asked.get("who", ""), asked.get("class", "").replace("\x00", ""), words
        ),
        page=int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else 1,
    )
    context = {
        "shown": shown,
        "find": words,
        "kinds": KINDS.items(),
        "audiences": AUDIENCES.items(),
        "is_narrowed": shown.by != Narrowed(),
        "newer": _address(shown.by, shown.page - 1) if shown.page > 1 else "",
        "older": _address(shown.by, shown.page + 1) if shown.has_more and not words else "",
        "showing": f"Page {shown.page}" if shown.page > 1 or shown.has_more else "",
        "too_many": bool(words) and shown.has_more,
    }
    return render(request, "aup/signed/list.html", context)


@traced("agreement.signature_opened")
@page(_READ, methods=READ)
def signature(request: SchoolRequest, signature_id: UUID) -> HttpResponse:
    """One line of the register whole."""
    shown, is_sound = open_signed(by=request.viewer, signature_id=signature_id)
    return render(request, "aup/signed/signature.html", {"shown": shown, "is_sound": is_sound})


@traced("agreement.copy_opened")
@page(_READ, methods=READ)
def signature_copy(request: SchoolRequest, signature_id: UUID) -> HttpResponse:
    """The PDF, as a file; a page that says so while it is being drawn."""
    try:
        opened = open_copy_of(by=request.viewer, signature_id=signature_id)
    except PdfAltered as refusal:
        messages.error(request, str(refusal))
        return redirect("aup:signature", signature_id)
    except CopyNotReady as not_yet:
        context = {"words": str(not_yet), "signature_id": signature_id}
        return render(request, "aup/signed/being_made.html", context, status=202)
    return as_file(opened.content, opened.file_name)


def _address(by: Narrowed, number: int) -> str:
    said = {"kind": by.kind, "who": by.audience, "class": by.class_name, "page": number}
    return f"{reverse('aup:signed')}?{urlencode(said)}"
