"""Addresses by which the tests show the parts of pages that another app mounts."""

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.urls import path

from esafety.urls import urlpatterns as service


def nowhere(_: HttpRequest, **__: object) -> HttpResponse:
    """What stands behind them is tested where it is mounted."""
    return HttpResponse()


WAYS = SimpleNamespace(
    draft="t_draft", letter="t_letter", edit="t_edit", approve="t_approve", discard="t_discard", pdf="t_pdf",
    posted="t_posted",
)  # fmt: skip
urlpatterns = [
    *service,
    *(path(f"t/<uuid:key>/{name}/<uuid:one>/", nowhere, name=name) for name in vars(WAYS).values()),
]
