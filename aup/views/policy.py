"""The agreements and every version of them, to be read by staff and governors."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audit.traces import untraced
from aup.selectors.editing import UnknownLanguage
from aup.selectors.policy import agreement_page, agreements_page, version_page
from packs.schema import UnknownAgreement
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.viewer import NotAllowed

View = Callable[..., HttpResponse]
READ = ("GET", "HEAD")
_WHY = "the policy, the same for everybody who may read it"


def agreements_view(needs: Permission, *methods: str) -> Callable[[View], View]:
    """A page about agreements for whoever may: else 403, and 404 for an agreement, version or draft there is not."""

    def wrap(view: View) -> View:
        @never_cache
        @require_http_methods(list(methods))
        @wraps(view)
        def guarded(request: SchoolRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.viewer.may(needs):
                raise PermissionDenied
            try:
                return view(request, *args, **kwargs)
            except (UnknownAgreement, UnknownLanguage, ObjectDoesNotExist):
                raise Http404 from None
            except NotAllowed:
                raise PermissionDenied from None

        return guarded

    return wrap


@untraced(_WHY)
@agreements_view(Permission.READ_POLICY, *READ)
def agreements(request: SchoolRequest) -> HttpResponse:
    """All agreements of the school, and what is in force of them."""
    return render(request, "aup/agreements.html", {"page": agreements_page(viewer=request.viewer)})


@untraced(_WHY)
@agreements_view(Permission.READ_POLICY, *READ)
def agreement(request: SchoolRequest, code: str) -> HttpResponse:
    """One agreement, clause by clause, with its versions."""
    return render(request, "aup/agreement.html", {"page": agreement_page(viewer=request.viewer, code=code)})


@untraced(_WHY)
@agreements_view(Permission.READ_POLICY, *READ)
def version(request: SchoolRequest, code: str, number: int) -> HttpResponse:
    """One published version: its exact text, and what it changed."""
    page = version_page(viewer=request.viewer, code=code, number=number)
    return render(request, "aup/edit/version.html", {"page": page})
