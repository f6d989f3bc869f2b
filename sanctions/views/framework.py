"""The sanction framework, to be read by staff and governors, and who gets through to its other pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audit.traces import untraced
from sanctions.rules.editing import UnknownSanction
from sanctions.selectors.framework import framework_page
from schools.log_in.fresh import fresh_log_in
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.viewer import NotAllowed

View = Callable[..., HttpResponse]
READ = ("GET", "HEAD")
POLICY = "the policy, the same for everybody who may read it"
DRAFT = "what the school lists as breaches and sanctions, not yet published; it names nobody"


def framework_view(needs: Permission, *methods: str, fresh: bool = False) -> Callable[[View], View]:
    """A page about the framework for whoever may: else 403, and 404 for a version, draft or part there is not.

    ``fresh``: after a log-in of the last five minutes (T22).
    """

    def wrap(view: View) -> View:
        inner = fresh_log_in(view) if fresh else view

        @never_cache
        @require_http_methods(list(methods))
        @wraps(view)
        def guarded(request: SchoolRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.viewer.may(needs):
                raise PermissionDenied
            try:
                return inner(request, *args, **kwargs)
            except (ObjectDoesNotExist, UnknownSanction):
                raise Http404 from None
            except NotAllowed:
                raise PermissionDenied from None

        return guarded

    return wrap


@untraced(POLICY)
@framework_view(Permission.READ_POLICY, *READ)
def framework(request: SchoolRequest) -> HttpResponse:
    """Categories A to D for pupils and for staff, as they hold at the school now."""
    return render(request, "sanctions/framework.html", {"page": framework_page(viewer=request.viewer)})
