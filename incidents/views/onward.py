"""Where somebody goes after a change to a case: on with it, back to it, or away where it is theirs no more."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from incidents.selectors.reach import reach_of
from schools.middleware import SchoolRequest


def onward(
    request: SchoolRequest, incident_id: UUID, *, done: str = "", to: str = "", gone: str = "Saved."
) -> HttpResponse:
    """On to ``to`` (else the case's page) with ``done`` said; ``gone`` is said where the case is somebody else's now.

    Whoever may not know of it any more is on the first page then: all its own pages are a 404 to them.
    """
    reach = reach_of(viewer=request.viewer, incident_id=incident_id)
    if reach == "nothing":
        messages.success(request, f"{gone} It is with somebody else now, and you no longer see it.")
        return redirect("incidents:today")
    page = reverse("incidents:incident", args=[incident_id])
    if reach == "reads":
        messages.success(request, f"{gone} Somebody else handles it now; you can still read it.")
        return redirect(f"{page}#handled")
    if done:
        messages.success(request, done)
    return redirect(to or page)
