"""What was typed into a long form, kept while somebody shows again who it is: thinking takes more than five minutes."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from schools.log_in import marks
from schools.log_in.fresh import AGAIN
from schools.sealing import SealBroken, seal, unseal

View = Callable[..., HttpResponse]
# A form has some forty fields; what is longer than a form can be is not kept.
LARGEST = 100_000
# Of several people who were to be decided about together, one each.
MOST = 20
_PREFIX = "typed:"


def proved_first(page: str) -> Callable[[View], View]:
    """Only for somebody who has shown in the last five minutes who it is; what was typed is there again afterwards.

    ``page``: the name of the page with the form, which takes the same parts of the address. The session keeps what was
    typed, for this form alone, until it is sent again, and ends with the log-in (threat T22).
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def asked_first(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if marks.is_fresh(request.session, now=time.time()):
                return view(request, *args, **kwargs)
            there = reverse(page, kwargs=kwargs)
            if request.method == "POST":
                keep(request, there)
            if query := request.GET.urlencode():
                there = f"{there}?{query}"
            return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': there})}")

        return asked_first

    return wrap


def keep(request: HttpRequest, there: str) -> None:
    """Keep what was posted for the page at this address, and say so."""
    remember(request, there)
    messages.info(request, AGAIN)


def remember(request: HttpRequest, there: str) -> None:
    """Keep what was posted for the page at this address. The oldest of many such forms is forgotten."""
    data = request.POST.copy()
    data.pop("csrfmiddlewaretoken", None)
    typed = data.urlencode()
    if len(typed) > LARGEST:
        return
    there_already = [name for name in request.session.keys() if name.startswith(_PREFIX)]  # noqa: SIM118
    for name in there_already[: max(0, len(there_already) - MOST + 1)]:
        del request.session[name]
    # The session is a row of the database like any other: a story does not lie open in it.
    request.session[_PREFIX + there] = seal(typed.encode()).decode()


def taken_back(request: HttpRequest, page: str, **parts: UUID) -> QueryDict | None:
    """What was kept for a page, which is shown once and forgotten; None where nothing was."""
    typed = request.session.pop(_PREFIX + reverse(page, kwargs=parts), None)
    try:
        return QueryDict(unseal(typed.encode()).decode()) if isinstance(typed, str) else None
    except SealBroken:
        return None
