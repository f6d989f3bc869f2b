"""The agreements, to be read by staff and governors."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.traces import untraced
from aup.selectors.policy import agreement_page, agreements_page
from packs.schema import UnknownAgreement
from schools.middleware import SchoolRequest
from schools.viewer import NotAllowed


@untraced("the policy, the same for everybody who may read it")
@never_cache
@require_safe
def agreements(request: SchoolRequest) -> HttpResponse:
    """All agreements of the policy in force."""
    try:
        page = agreements_page(viewer=request.viewer)
    except NotAllowed:
        raise PermissionDenied from None
    return render(request, "aup/agreements.html", {"page": page})


@untraced("the policy, the same for everybody who may read it")
@never_cache
@require_safe
def agreement(request: SchoolRequest, code: str) -> HttpResponse:
    """One agreement, clause by clause."""
    try:
        page = agreement_page(viewer=request.viewer, code=code)
    except NotAllowed:
        raise PermissionDenied from None
    except UnknownAgreement:
        raise Http404 from None
    return render(request, "aup/agreement.html", {"page": page})
