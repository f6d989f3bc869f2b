"""When a session ends, and what a page asks of it before it opens."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from schools.log_in import marks, rules, trail
from schools.log_in.addresses import is_by_script, page_to_return_to
from schools.log_in.fresh import led_to
from schools.log_in.password_age import must_change_password
from schools.log_in.selectors import has_second_step
from schools.middleware import without_school
from schools.selectors.school import roles_anywhere
from schools.viewer import Viewer

Answer = Callable[[HttpRequest], HttpResponse]
# What other pages, and pages of others on this machine, may have left behind. Not "cookies": that would reach the
# other services of the same domain, and the session is gone from the database anyway.
FORGET = '"cache", "storage"'
PART_OF_LOG_IN = "part_of_log_in"


def part_of_log_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that somebody needs before the log-in is whole, whether or not they belong to a school."""
    setattr(view, PART_OF_LOG_IN, True)
    return without_school(view)


class SessionEnds:
    """Ends a session that nobody has used, that is a working day old, or that our own log-in did not begin (T22)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        ended = ""
        if SESSION_KEY in session:
            ended = marks.why_ended(session, now=time.time())
            if ended:
                if request.user.is_authenticated:
                    trail.of_user("log_in.timed_out", request.user.pk, detail={"why": ended})
                logout(request)
                request.log_in_ended = ended  # type: ignore[attr-defined]
        response = self.get_response(request)
        if ended:
            response.headers["Clear-Site-Data"] = FORGET
        elif SESSION_KEY in request.session and shows_somebody(request, response):
            marks.see(request.session, now=time.time())
        return response


def shows_somebody(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether a request shows that a person is there: opens a page, or sends something that was taken.

    What a script fetches by itself does not keep a session alive, nor what it sends again and again in vain. A draft
    that saves itself does: it is only sent after somebody has typed.
    """
    if request.method in {"GET", "HEAD"}:
        return not is_by_script(request)
    return response.status_code < 400


class LogInRequired(LoginRequiredMiddleware):
    """Django's, but it comes back only to a page, and says why somebody is logged out."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        said = {}
        there = page_to_return_to(request)
        if there:
            said["next"] = there
        if getattr(request, "log_in_ended", "") in {"idle", "long"}:
            said["ended"] = request.log_in_ended  # type: ignore[attr-defined]
        address = reverse("login")
        response = HttpResponseRedirect(f"{address}?{urlencode(said)}" if said else address)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            # Somebody was logged in here, and was logged out from elsewhere: by themselves, or because they have left.
            response.headers["Clear-Site-Data"] = FORGET
        return response


class WholeLogIn:
    """Until a log-in is whole every page leads to what it lacks: the second step, or a new password (threat T10)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        if getattr(view, "login_required", True) is False or not request.user.is_authenticated:
            return None
        viewer: Viewer | None = getattr(request, "viewer", None)
        roles = viewer.roles if viewer else frozenset()
        marks.last_for(request.session, rules.idle_seconds(roles))
        if getattr(view, PART_OF_LOG_IN, False):
            return None
        if not is_whole(request):
            enrolled = has_second_step(user_id=request.user.pk)
            return led_to(request, reverse("account_reauthenticate" if enrolled else "account_second_step"))
        if must_change_password(request, viewer):
            return led_to(request, reverse("account_password"))
        return None


def must_have_second_step(request: HttpRequest) -> bool:
    """Whether whoever asks needs a second step for what they are here. Only the demonstration goes without."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    is_administrator = bool(getattr(request.user, "is_staff", False))
    roles = viewer.roles if viewer else frozenset()
    return not settings.DEMO and rules.needs_second_step(roles, is_service_administrator=is_administrator)


def must_keep_second_step(request: HttpRequest) -> bool:
    """Whether somebody needs a second step at any of their schools: it is one log-in for all of them. One query."""
    roles = roles_anywhere(user_id=request.user.pk, today=timezone.localdate()) if request.user.pk else frozenset()
    needs = rules.needs_second_step(roles, is_service_administrator=False)
    return must_have_second_step(request) or (needs and not settings.DEMO)


def is_whole(request: HttpRequest) -> bool:
    """Whether this session has passed the second step, or needs none."""
    return bool(marks.second_step(request.session)) or not must_have_second_step(request)
