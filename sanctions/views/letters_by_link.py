"""A letter by the link of a mail, without a log-in: the link is the key, and only its button opens it (T20)."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audit.traces import HANDING_OUT, traced
from sanctions.services.letter_links import LinkPassed, LinkUnknown, find_letter, open_letter
from sanctions.services.letter_problems import LetterNotReady
from sanctions.services.letters import OpenedLetter

GONE, NOT_YET = 410, 202


@traced("letter.opened_by_link", by=HANDING_OUT, writes=("letter.opened_by_link",))
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET says that there is a letter and has a button, for mail scanners open every link; POST gives the letter."""
    try:
        response = _given(open_letter(token=token)) if request.method == "POST" else _there(request, token)
    except LetterNotReady:
        response = render(request, "sanctions/letters/being_made.html", {"again": request.path}, status=NOT_YET)
    except LinkPassed:
        response = render(request, "sanctions/letters/link_passed.html", status=GONE)
    except LinkUnknown:
        raise Http404 from None
    # The path is the key, so it is told to nobody. "no-referrer" would do too, but makes browsers send
    # "Origin: null" with the form, which the protection against forged requests has to refuse.
    response["Referrer-Policy"] = "strict-origin"
    return response


def _there(request: HttpRequest, token: str) -> HttpResponse:
    return render(request, "sanctions/letters/by_link.html", {"letter": find_letter(token=token)})


def _given(opened: OpenedLetter) -> HttpResponse:
    response = HttpResponse(opened.content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{opened.file_name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
