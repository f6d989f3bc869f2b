"""What is to be done because of what was signed, refused or changed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from audit.traces import traced, untraced
from aup.services.follow_ups import mark_done, open_follow_ups
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.views.guard import READ, page

_READ = Permission.READ_SIGNATURES


@traced("agreement.follow_ups_opened")
@page(_READ, methods=READ)
def follow_ups(request: SchoolRequest) -> HttpResponse:
    """The tasks, oldest first."""
    return render(request, "aup/follow_ups/list.html", {"shown": open_follow_ups(by=request.viewer)})


@untraced("a button", writes=("agreement.follow_up_done",))
@page(_READ, methods=("POST",))
def follow_up_done(request: SchoolRequest, follow_up_id: UUID) -> HttpResponse:
    """One of them is done."""
    mark_done(by=request.viewer, follow_up_id=follow_up_id)
    messages.success(request, "Put down as done.")
    return redirect("aup:follow_ups")
