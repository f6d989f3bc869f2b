"""Where somebody goes after logging in: a page of this service, or none (threat T21)."""

import re
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

MAX_LENGTH = 2000
# One slash, then no second one and no backslash, which browsers read as one; nothing that is no plain character.
_OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")


def is_own_path(address: str) -> bool:
    """Whether this is a path of this very service: no host, no scheme, no odd characters. Pure."""
    return (
        len(address) <= MAX_LENGTH
        and _OWN_PATH.fullmatch(address) is not None
        and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    )


def wanted(request: HttpRequest) -> str:
    """Where the address or the form wants to go on to: a path of ours, or empty."""
    said = request.POST.get("next") or request.GET.get("next") or ""
    return said if is_own_path(said) else ""


def page_to_return_to(request: HttpRequest) -> str:
    """The page to open again afterwards: this one, or the one that the form was on; empty where neither is known.

    Only pages are opened again. What was sent with a form is kept nowhere.
    """
    if request.method in {"GET", "HEAD"} and not is_by_script(request):
        here = request.get_full_path()
        return here if is_own_path(here) else ""
    return page_it_came_from(request)


def page_it_came_from(request: HttpRequest) -> str:
    """The page of ours that a form or a link was on; empty where that is not known."""
    came_from = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    if came_from.netloc != request.get_host():
        return ""
    there = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return there if is_own_path(there) else ""


def is_by_script(request: HttpRequest) -> bool:
    """Whether a script of a page asks, rather than somebody who opens one."""
    if "HX-Request" in request.headers or "X-Requested-With" in request.headers:
        return True
    return request.headers.get("Sec-Fetch-Dest", "document") not in {"document", "iframe"}
