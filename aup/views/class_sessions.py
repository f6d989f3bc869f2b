"""The teacher's pages: choose a class, the whiteboard that children tap, and its end."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from audit.traces import traced, untraced
from aup.forms.class_sessions import StartForm, TapForm
from aup.selectors.class_sessions import classes_page
from aup.services.class_sessions import (
    NoSuchClass,
    NotInClass,
    SessionEnded,
    end_session,
    open_board,
    start_session,
    tap,
)
from aup.services.problems import NotSignable
from aup.views.signing_pages import address_of, device_of
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.views.guard import page

_HOLD = Permission.HOLD_CLASS_SESSION


@untraced("the classes of the school and which agreement each goes through", writes=("agreement.class_started",))
@page(_HOLD)
def classes(request: SchoolRequest) -> HttpResponse:
    """Choose a class; POST starts with it."""
    if request.method == "POST":
        form = StartForm(request.POST)
        if form.is_valid():
            class_name, version_id = form.chosen
            try:
                session = start_session(by=request.viewer, class_name=class_name, version_id=version_id)
            except NoSuchClass as refusal:
                messages.error(request, str(refusal))
            else:
                return redirect("aup:class_session", session.pk)
        return redirect("aup:classes")
    shown = classes_page(viewer=request.viewer, today=timezone.localdate())
    return render(request, "aup/class/list.html", {"shown": shown})


@traced("agreement.class_opened", writes=("agreement.acknowledged",))
@page(_HOLD)
def class_session(request: SchoolRequest, session_id: UUID) -> HttpResponse:
    """The whiteboard; POST is a child's tap on the own name."""
    if request.method == "POST":
        form = TapForm(request.POST)
        if form.is_valid():
            try:
                tap(
                    by=request.viewer,
                    session_id=session_id,
                    child_id=form.child_id,
                    address=address_of(request),
                    device=device_of(request),
                )
            except (SessionEnded, NotInClass, NotSignable) as refusal:
                messages.error(request, str(refusal))
                return redirect("aup:class_session", session_id)
        return redirect(f"{reverse('aup:class_session', args=[session_id])}#names")
    return render(request, "aup/class/board.html", {"board": open_board(by=request.viewer, session_id=session_id)})


@untraced("a button", writes=("agreement.class_ended",))
@page(_HOLD, methods=("POST",))
def end_class_session(request: SchoolRequest, session_id: UUID) -> HttpResponse:
    """The end: who has not tapped stays outstanding."""
    end_session(by=request.viewer, session_id=session_id)
    return redirect("aup:class_session", session_id)
