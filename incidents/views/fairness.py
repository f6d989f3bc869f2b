"""Whether like cases were decided alike: the figures of a year, and for the head teacher the cases side by side."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from audit.traces import HANDING_OUT, traced, untraced
from incidents.forms.like_cases import LikeCasesForm
from incidents.selectors.fairness import NoSuchYear, fairness_page
from incidents.selectors.like_cases import LikeOptions, decode_key, like_options
from incidents.services.comparing import read_like_cases
from sanctions.rules.fairness import LETTERS, NOTHING
from sanctions.rules.masking import TOTAL, MaskedTable
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.views.guard import READ, page

FIELDS = ("category", "breach", "decided")


@untraced("figures of a school year with small numbers masked; nobody by name and no reason")
@page(Permission.SEE_FAIRNESS, methods=READ)
def fairness(request: SchoolRequest) -> HttpResponse:
    """Proposals against decisions in one school year, by category, year group and need."""
    asked = request.GET.get("year", "")
    if asked and not (asked.isascii() and asked.isdigit() and len(asked) == 4):
        raise Http404
    try:
        shown = fairness_page(viewer=request.viewer, today=timezone.localdate(), year=int(asked) if asked else None)
    except NoSuchYear:
        raise Http404 from None
    context = {"shown": shown, "figures": shown.shown.pupils, "grades": _grades(shown.shown.pupils.grades)}
    return render(request, "incidents/fairness/figures.html", context)


@traced("like_cases.read", by=HANDING_OUT)
@page(Permission.SEE_FAIRNESS)
def like_cases(request: SchoolRequest) -> HttpResponse:
    """Decided cases with something in common. What they have in common is posted: it stands in no address."""
    options = like_options(viewer=request.viewer)
    if request.method != "POST":
        return _show(request, options)
    form = LikeCasesForm(request.POST, options=options)
    if not form.is_valid():
        return _show(request, options, form=form, status=422)
    key = decode_key(request.POST.get("after", ""))
    shown = read_like_cases(by=request.viewer, alike=form.alike, key=key)
    return _show(request, options, form=form, shown=shown, is_further=key is not None)


def _show(request: SchoolRequest, options: LikeOptions, *, status: int = 200, **context: object) -> HttpResponse:
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    context = {"options": options, "typed": typed, **context}
    return render(request, "incidents/fairness/like_cases.html", context, status=status)


def _grades(table: MaskedTable) -> list[dict[str, object]]:
    """The rows of proposed against decided, every cell with the words that stand before it on a phone."""
    columns = (*LETTERS, TOTAL)
    return [
        {
            "label": _named(row),
            "cells": [
                {
                    "label": "All" if column == TOTAL else f"Decided: {_named(column)}",
                    "shown": table.at(row, column),
                    "is_as_proposed": row == column != TOTAL,
                }
                for column in columns
            ],
        }
        for row in columns
    ]


def _named(letter: str) -> str:
    return {NOTHING: "none", TOTAL: "All"}.get(letter, letter)
