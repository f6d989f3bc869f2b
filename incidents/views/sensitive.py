"""What every page about a case has in common: it is kept by no browser, and says nothing to whom it is not for."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponse
from django.utils.cache import patch_cache_control

from schools.middleware import SchoolRequest
from schools.viewer import NotAllowed

View = Callable[..., HttpResponse]


def sensitive(view: View) -> View:
    """Never cached (threat T22). What may not be known is not there: 404. What may not be done: 403 (threat T12)."""

    @wraps(view)
    def guarded(request: SchoolRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except ObjectDoesNotExist:
            raise Http404 from None
        except NotAllowed:
            raise PermissionDenied from None
        patch_cache_control(response, private=True, no_store=True)
        return response

    return guarded
