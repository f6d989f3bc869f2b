"""The agreements of a class as one file: asked for, looked at while it is made, saved, thrown away."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from audit.traces import traced, untraced
from aup.services.bundles import (
    BundleNotReady,
    NothingToBundle,
    ask_bundle,
    bundle_page,
    delete_bundle,
    open_bundle,
)
from aup.views.files import as_file
from dispatch.preparing import PdfAltered
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.views.guard import READ, page

_READ = Permission.READ_SIGNATURES


@untraced("a button", writes=("agreement.bundle_asked",))
@page(_READ, methods=("POST",))
def bundles(request: SchoolRequest) -> HttpResponse:
    """Ask for the file of a class, or of the grown-ups."""
    try:
        bundle_id = ask_bundle(by=request.viewer, class_name=request.POST.get("class_name", "")[:20])
    except NothingToBundle as refusal:
        messages.error(request, str(refusal))
        return redirect("aup:signed")
    return redirect("aup:bundle", bundle_id)


@untraced("a class, and how far its file is", writes=("agreement.bundle_deleted",))
@page(_READ)
def bundle(request: SchoolRequest, bundle_id: UUID) -> HttpResponse:
    """How far the file is; POST throws it away."""
    if request.method == "POST":
        delete_bundle(by=request.viewer, bundle_id=bundle_id)
        messages.success(request, "The file is gone. Each agreement is still kept.")
        return redirect("aup:signed")
    return render(
        request, "aup/bundles/bundle.html", {"bundle": bundle_page(viewer=request.viewer, bundle_id=bundle_id)}
    )


@traced("agreement.bundle_opened")
@page(_READ, methods=READ, fresh=True)
def bundle_file(request: SchoolRequest, bundle_id: UUID) -> HttpResponse:
    """The file, after a log-in of the last five minutes: it holds a whole class."""
    try:
        content = open_bundle(by=request.viewer, bundle_id=bundle_id)
    except PdfAltered as refusal:
        messages.error(request, str(refusal))
        return redirect("aup:bundle", bundle_id)
    except BundleNotReady:
        return redirect("aup:bundle", bundle_id)
    return as_file(content, "signed-agreements.pdf")
