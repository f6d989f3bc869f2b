"""Middleware of the wiring."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotFound
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from audit.models import MISSED
from audit.services import Refusal, refusals_waiting
from dispatch.misses import WINDOW, is_held_up, write_down
from schools.viewer import Viewer

Answer = Callable[[HttpRequest], HttpResponse]
_UTF_8 = frozenset({"", "utf-8"})


class PlainNotFound:
    """Every 404 is the same page, byte for byte, whether a thing is not there or is not yours (also under DEBUG)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404:
            return response
        return HttpResponseNotFound(render_to_string("404.html"), headers={"X-Frame-Options": "DENY"})


class KeptNowhere:
    """No answer is kept by a browser or on the way, unless it says otherwise itself (threat T22)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class OnlyUtf8:
    """Our pages send UTF-8. What claims another encoding is refused before anybody tries to read it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (request.content_params or {}).get("charset", "").strip().lower() not in _UTF_8:
            return HttpResponseBadRequest(render_to_string("400.html"), headers={"X-Frame-Options": "DENY"})
        return self.get_response(request)


class RecordsRefusals:
    """Puts on record what somebody with a log-in asked for and did not get, and what else was refused meanwhile.

    Outside of the request's transaction, for that is rolled back when the request fails.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with refusals_waiting() as waiting:
            response = self.get_response(request)
        for refusal in (*waiting, *_refusal_of(request, response)):
            write_down(refusal)
        return response


class HoldsUp:
    """No page about a case for an account that missed too often of late, also not one that is theirs (threat T12)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: dict[str, object]
    ) -> HttpResponse | None:
        """429 instead of the view. One query on the pages that have an id in their address, none on others."""
        if not _ids_in(kwargs):
            return None
        user_id = _who(request)
        if user_id is None or not is_held_up(user_id=user_id, now=timezone.now()):
            return None
        response = render(request, "429.html", status=429)
        response["Retry-After"] = str(int(WINDOW.total_seconds()))
        return response


def _viewer(request: HttpRequest) -> Viewer | None:
    return getattr(request, "viewer", None)


def _who(request: HttpRequest) -> UUID | None:
    """The log-in, whether or not it belongs to a school; None where nobody is logged in."""
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None


def _ids_in(kwargs: dict[str, object]) -> list[UUID]:
    return [value for value in kwargs.values() if isinstance(value, UUID)]


def _refusal_of(request: HttpRequest, response: HttpResponse) -> list[Refusal]:
    """A 403 anywhere, a 404 where an id stood in the address: of somebody with a log-in."""
    match = request.resolver_match
    if match is None or response.status_code not in {403, 404}:
        return []
    ids = _ids_in(match.kwargs)
    if response.status_code == 404 and not ids:
        return []
    user_id, viewer = _who(request), _viewer(request)
    if user_id is None:
        return []
    return [
        Refusal(
            MISSED if response.status_code == 404 else "request.refused",
            # A service administrator, or somebody who has left, belongs to none.
            school_id=viewer.school_id if viewer else None,
            actor_id=user_id,
            object_type="request",
            object_id=ids[0] if ids else None,
            detail={"page": match.view_name, "method": request.method or ""},
        )
    ]
