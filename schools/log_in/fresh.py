"""What is asked of somebody before an act that must not be done at an unattended machine (threat T22)."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from schools.log_in import marks
from schools.log_in.addresses import page_it_came_from, page_to_return_to
from schools.log_in.selectors import has_second_step

AGAIN = "Nothing was lost and nothing was done yet: press it once more."


View = Callable[..., HttpResponse]


def fresh_log_in(view: View) -> View:
    """Only for somebody who has logged in, or shown again who it is, in the last five minutes.

    Anybody else is led to the page that asks, and from there back by GET: to this page, or to the one whose form was
    sent. What was sent is kept nowhere, so the button is pressed once more.
    """

    @wraps(view)
    def asked_first(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if marks.is_fresh(request.session, now=time.time()):
            return view(request, *args, **kwargs)
        if request.method not in {"GET", "HEAD"}:
            messages.info(request, AGAIN)
        return led_to(request, reverse("account_reauthenticate"))

    return asked_first


def of_whole_log_in(view: View) -> View:
    """What changes the ways to log in: where there is a second step already, only for a session that has passed it.

    Otherwise whoever knows the password could put a phone of their own in place of the one that was set up meanwhile.
    """

    @wraps(view)
    def asked_first(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user_id = getattr(request.user, "pk", None)
        if user_id and not marks.second_step(request.session) and has_second_step(user_id=user_id):
            return led_to(request, reverse("account_reauthenticate"))
        return view(request, *args, **kwargs)

    return asked_first


def fresh_for_file(view: View) -> View:
    """The same for a file: afterwards one is on the page with the link, for a file is no page to come back to."""

    @wraps(view)
    def asked_first(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if marks.is_fresh(request.session, now=time.time()):
            return view(request, *args, **kwargs)
        messages.info(request, AGAIN)
        return _led_to(request, reverse("account_reauthenticate"), page_it_came_from(request))

    return asked_first


def led_to(request: HttpRequest, address: str) -> HttpResponse:
    """To a page of the log-in that afterwards opens this one again; htmx is told in its own way."""
    return _led_to(request, address, page_to_return_to(request))


def _led_to(request: HttpRequest, address: str, there: str) -> HttpResponse:
    address = f"{address}?{urlencode({'next': there})}" if there else address
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
