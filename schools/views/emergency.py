"""Emergency accesses to the school's records, for its head and chair."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from audit.traces import traced
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.services.emergency import end_emergency, open_emergencies
from schools.services.problems import NotPossible
from schools.views.guard import READ, page

_SEE = Permission.SEE_EMERGENCIES


@traced("emergency.reasons_read")
@page(_SEE, methods=READ, fresh=True)
def emergencies(request: SchoolRequest) -> HttpResponse:
    """Who was let in, by whom, when and why."""
    return render(request, "schools/emergency/list.html", {"opened": open_emergencies(by=request.viewer)})


@traced(writes=("emergency.ended",))
@page(_SEE, methods=("POST",), fresh=True)
def end(request: SchoolRequest, emergency_id: UUID) -> HttpResponse:
    """End one that runs."""
    try:
        end_emergency(by=request.viewer, emergency_id=emergency_id)
        messages.success(request, "Ended. They see nothing of the school any more.")
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    return redirect("schools:emergencies")
