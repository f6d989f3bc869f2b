"""The rules of each stage as posters, for every room with computers."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from audit.traces import traced, untraced
from aup.selectors.posters import SIZES, posters_page
from aup.services.posters import PosterNotReady, ask_posters, open_poster
from aup.views.files import as_file
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.views.guard import READ, page

_PRINT = Permission.PRINT_POSTERS


@untraced("the published rules, the same for everybody", writes=("agreement.poster_asked",))
@page(_PRINT)
def posters(request: SchoolRequest) -> HttpResponse:
    """The published agreements of pupils; POST has the posters of one made."""
    if request.method == "POST":
        try:
            version_id = forms.UUIDField().clean(request.POST.get("version", ""))
        except forms.ValidationError:
            raise Http404 from None
        ask_posters(by=request.viewer, version_id=version_id)
        messages.success(request, "The posters are being made. It takes some seconds: load this page again.")
        return redirect("aup:posters")
    lines = posters_page(viewer=request.viewer, today=timezone.localdate())
    return render(request, "aup/posters/list.html", {"lines": lines})


@traced("agreement.poster_opened")
@page(_PRINT, methods=READ)
def poster(request: SchoolRequest, version_id: UUID, paper: str) -> HttpResponse:
    """One poster, as a file; a page that says so while it is being drawn."""
    if paper not in SIZES:
        raise Http404
    try:
        opened = open_poster(by=request.viewer, version_id=version_id, paper=paper)
    except PosterNotReady as not_yet:
        context = {"words": str(not_yet), "version_id": version_id, "paper": paper}
        return render(request, "aup/posters/being_made.html", context, status=202)
    return as_file(opened.content, opened.file_name)
