"""What the pages about people and posts have in common: who may open them, and that no browser keeps them."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods

from schools.log_in.fresh import fresh_log_in
from schools.middleware import SchoolRequest, without_school
from schools.roles import Permission
from schools.selectors import PersonFound
from schools.viewer import Administrator, AdministratorAt, NotAllowed

View = Callable[..., HttpResponse]
READ = ("GET", "HEAD")
READ_AND_WRITE = ("GET", "HEAD", "POST")
_KIND_LABELS = {"pupil": "pupil", "staff": "staff"}


class ServiceRequest(HttpRequest):
    """A request of a service administrator."""

    administrator: Administrator


class ServedRequest(HttpRequest):
    """A request of a service administrator about one school."""

    administrator: AdministratorAt


def page(*needs: Permission, methods: tuple[str, ...] = READ_AND_WRITE, fresh: bool = False) -> Callable[[View], View]:
    """A page of the school for whoever may one of these; ``fresh``: after a log-in of the last five minutes (T22).

    What may not be known is not there: 404. What may not be done: 403 (threat T12).
    """

    def wrap(view: View) -> View:
        inner = fresh_log_in(view) if fresh else view

        @require_http_methods(list(methods))
        @wraps(view)
        def guarded(request: SchoolRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not any(request.viewer.may(each) for each in needs):
                raise PermissionDenied
            return _answered(inner, request, *args, **kwargs)

        return guarded

    return wrap


def service_page(*, methods: tuple[str, ...] = READ_AND_WRITE, fresh: bool = False) -> Callable[[View], View]:
    """A page of the service, for its administrators alone. They need belong to no school, and see none by it."""

    def wrap(view: View) -> View:
        inner = fresh_log_in(view) if fresh else view

        @without_school
        @require_http_methods(list(methods))
        @wraps(view)
        def guarded(request: ServiceRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            by = administrator_of(request)
            if by is None:
                raise PermissionDenied
            school_id = kwargs.get("school_id")
            request.administrator = by.at(school_id) if isinstance(school_id, UUID) else by
            return _answered(inner, request, *args, **kwargs)

        return guarded

    return wrap


def administrator_of(request: HttpRequest) -> Administrator | None:
    """Who this is to the service; None for everybody else."""
    user = getattr(request, "user", None)
    if user is None or not (user.is_authenticated and user.is_active and user.is_staff):
        return None
    return Administrator(user_id=user.pk, email=user.email)


def _answered(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    try:
        response = view(request, *args, **kwargs)
    except ObjectDoesNotExist:
        raise Http404 from None
    except NotAllowed:
        raise PermissionDenied from None
    patch_cache_control(response, private=True, no_store=True)
    return response


def show_form(
    request: HttpRequest, form: Any, *, template: str = "schools/form.html", **context: object
) -> HttpResponse:
    """A page that is one form: 422 where it was refused. The page shows the summary of errors itself."""
    context = {"form": form, "summary_shown": True, **context}
    return render(request, template, context, status=422 if form.errors else 200)


def only_looking(form: Any) -> Any:
    """A form as it was typed, before anybody has said that it is finished: nothing is wrong with it yet."""
    form.full_clean()
    form.errors.clear()
    return form


def words_of(request: HttpRequest) -> str:
    """What was typed to find somebody: by POST, so that a name stands in no address and no log (threat T22)."""
    return " ".join(request.POST.get("find", "").replace("\x00", "").split())[:200]


def picked_of(request: HttpRequest) -> UUID | None:
    """Whoever was chosen in the picker."""
    try:
        return UUID(request.POST.get("pick", ""))
    except ValueError:
        return None


def lines_of(found: tuple[PersonFound, ...]) -> list[dict[str, str]]:
    """The rows of the picker."""
    return [
        {
            "id": str(each.person_id),
            "name": each.name,
            "group": each.group,
            "kind_label": _KIND_LABELS.get(each.kind, ""),
        }
        for each in found
    ]


def show_found(request: HttpRequest, found: tuple[PersonFound, ...]) -> HttpResponse:
    """The fragment that the picker asks for."""
    context = {"found": lines_of(found), "find": words_of(request), "from_list_only": True}
    return render(request, "components/picker_results.html", context)
