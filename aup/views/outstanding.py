"""Who still has what to sign, who may not have access yet, and that list as a file."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from audit.traces import HANDING_OUT, traced
from aup.resources import FORMATS, exported
from aup.services.exporting import read_no_access, read_outstanding, take_out_no_access
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.views.guard import READ, page


@traced("outstanding.read")
@page(Permission.SEE_OUTSTANDING, methods=READ)
def outstanding(request: SchoolRequest) -> HttpResponse:
    """The children of a class whose access waits; for whoever runs campaigns everybody."""
    shown = read_outstanding(by=request.viewer, chosen=request.GET.get("of", ""))
    return render(request, "aup/outstanding/outstanding.html", {"shown": shown})


@traced("no_access.read")
@page(Permission.SEE_NO_ACCESS, methods=READ)
def no_access(request: SchoolRequest) -> HttpResponse:
    """Who may not have access yet."""
    return render(request, "aup/outstanding/no_access.html", {"shown": read_no_access(by=request.viewer)})


@traced("no_access.exported", by=HANDING_OUT)
@page(Permission.SEE_NO_ACCESS, methods=("POST",), fresh=True)
def no_access_export(request: SchoolRequest) -> HttpResponse:
    """The same as a file, after a log-in of the last five minutes."""
    file_format = FORMATS.get(request.POST.get("format", ""))
    if file_format is None:
        messages.error(request, "Choose CSV or Excel.")
        return redirect("aup:no_access")
    lines = take_out_no_access(by=request.viewer, file_format=file_format.extension)
    response = HttpResponse(exported(lines, file_format), content_type=file_format.media_type)
    name = f"no-access-yet-{timezone.localdate():%Y-%m-%d}.{file_format.extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
