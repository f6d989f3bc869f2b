"""The page of accounts that were held up."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.traces import traced
from schools.attempts.reading import read_held_up
from schools.middleware import SchoolRequest
from schools.viewer import NotAllowed


@never_cache
@require_safe
@traced("attempts.read")
def attempts(request: SchoolRequest) -> HttpResponse:
    """Who was held up lately, and when."""
    try:
        found = read_held_up(by=request.viewer)
    except NotAllowed:
        raise PermissionDenied from None
    return render(request, "schools/attempts.html", {"found": found})
