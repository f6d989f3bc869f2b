"""One Viewer a request."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils import timezone

from schools.selectors import entering_viewer
from schools.viewer import Viewer

SCHOOL_KEY = "school"
MOVED = "You do not belong any more to the school you were working in, so nothing of it was kept. You are at {} now."


class SchoolRequest(HttpRequest):
    """A request of somebody who is logged in and belongs to a school."""

    viewer: Viewer


def without_school(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for whoever is logged in, also for somebody who belongs to no school; then there is no viewer."""
    view.without_school = True  # type: ignore[attr-defined]
    return view


class ViewerMiddleware:
    """Sets ``request.viewer`` before a view runs: the user in the school they chose, with today's roles.

    From here on the request's transaction is in that school, and what was read before it has none: session and log-in.
    Somebody who is logged in but belongs to no school (any more) is told so; a service administrator who comes in by
    the front door is led to the pages of the service.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        if getattr(view, "login_required", True) is False or not request.user.is_authenticated:
            return None
        chosen = request.session.get(SCHOOL_KEY)
        viewer = entering_viewer(
            user_id=request.user.pk, today=timezone.localdate(), school_id=UUID(chosen) if chosen else None
        )
        if viewer is not None:
            request.viewer = viewer  # type: ignore[attr-defined]
            if chosen and chosen != str(viewer.school_id) and not getattr(view, "without_school", False):
                return _moved(request, viewer)
            return None
        if getattr(view, "without_school", False):
            return None
        match = request.resolver_match
        if match is not None and match.url_name == "logout":
            return None
        if request.user.is_staff and match is not None and match.view_name == "incidents:today":
            return redirect("service:schools")
        return render(request, "schools/no_school.html", status=403)


def _moved(request: HttpRequest, viewer: Viewer) -> HttpResponse | None:
    """Somebody who is not at the school they were at, but at another one: what they send was meant for the first."""
    enter_other_school(request, viewer.school_id)
    if request.method in {"GET", "HEAD"}:
        return None
    messages.info(request, MOVED.format(viewer.school_name))
    return redirect("incidents:today")


def enter_other_school(request: HttpRequest, school_id: UUID) -> None:
    """Be at this school from the next request on. Forms that are open in other tabs were meant for the one before:
    with a new token of the session they are refused."""
    request.session[SCHOOL_KEY] = str(school_id)
    rotate_token(request)
