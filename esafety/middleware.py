"""Middleware of the wiring."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotFound
from django.template.loader import render_to_string

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
