"""The officer's page: the link in the mail is the key, and only pressing the button acknowledges."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audit.traces import untraced
from dispatch import selectors, services
from dispatch.forms import AcknowledgeForm


@untraced("a reference and a button", writes=("message.acknowledged",))
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def acknowledge(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what arrived and a button, for mail scanners open every link; POST acknowledges, once or more."""
    form = AcknowledgeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.acknowledge(token=token, name=form.cleaned_data["name"])
        except services.LinkUnknown:
            raise Http404 from None
        except services.LinkExpired:
            return _page(request, "dispatch/link_expired.html", {}, status=410)
        return _without_path(HttpResponseRedirect(request.path))
    link = selectors.officer_link(token=token, now=timezone.now())
    if link is None:
        raise Http404
    if link.is_expired:
        return _page(request, "dispatch/link_expired.html", {}, status=410)
    return _page(request, "dispatch/acknowledge.html", {"link": link, "form": form})


def _page(request: HttpRequest, template: str, context: dict[str, object], status: int = 200) -> HttpResponse:
    return _without_path(render(request, template, context, status=status))


def _without_path(response: HttpResponse) -> HttpResponse:
    # The path is the key, so it is told to nobody. "no-referrer" would do too, but makes browsers send
    # "Origin: null" with the form, which the protection against forged requests has to refuse.
    response["Referrer-Policy"] = "strict-origin"
    return response
