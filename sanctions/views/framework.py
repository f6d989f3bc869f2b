"""The sanction framework, to be read by staff and governors."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.traces import untraced
from sanctions.selectors.framework import framework_page
from schools.middleware import SchoolRequest
from schools.viewer import NotAllowed


@untraced("the policy, the same for everybody who may read it")
@never_cache
@require_safe
def framework(request: SchoolRequest) -> HttpResponse:
    """Categories A to D for pupils and for staff, of the policy in force."""
    try:
        page = framework_page(viewer=request.viewer)
    except NotAllowed:
        raise PermissionDenied from None
    return render(request, "sanctions/framework.html", {"page": page})
