"""Middleware of the wiring."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.template.loader import render_to_string


class PlainNotFound:
    """Every 404 is the same page, byte for byte, whether a thing is not there or is not yours (also under DEBUG)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 404 and not request.path.startswith("/static/"):
            return HttpResponseNotFound(render_to_string("404.html"))
        return response
