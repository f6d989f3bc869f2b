"""Which sanctions run: for whoever carries them out, and for the head teacher."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.traces import traced
from incidents.services.opening_cases import open_measures
from incidents.views.sensitive import sensitive
from schools.middleware import SchoolRequest


@traced("measures.read")
@sensitive
@require_safe
def measures(request: SchoolRequest) -> HttpResponse:
    """Whose, what, and until when. Whoever carries it out is never told the case, and never why."""
    return render(request, "incidents/measures/page.html", {"page": open_measures(by=request.viewer)})
