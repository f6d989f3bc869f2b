"""Deciding on sanctions: the cases of an incident, the page of one, and every step that is taken there."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from audit.traces import traced, untraced
from incidents.forms.deciding import DecisionForm, FactsForm
from incidents.selectors.cases_shown import CasePage
from incidents.selectors.mapping import mapping_of
from incidents.services import deciding
from incidents.services.deciding import CaseSeen
from incidents.services.opening_cases import (
    SeveralCases,
    open_case,
    open_deciding,
    open_to_confirm,
    open_to_decide,
    open_together,
)
from incidents.views.kept import MOST, proved_first, remember, taken_back
from incidents.views.sensitive import sensitive
from sanctions.services.problems import (
    AlreadyDecided,
    CannotDecide,
    FactsOpen,
    MovedOn,
)
from schools.middleware import SchoolRequest
from schools.views.guard import only_looking

CASE, TOGETHER = "incidents:case", "incidents:decide_together"
READ_AND_WRITE = ["GET", "HEAD", "POST"]
_REFUSED = (MovedOn, FactsOpen, AlreadyDecided)


@traced("incident.deciding_opened")
@sensitive
@require_safe
def overview(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """Everybody of an incident about whom sanctions are asked, and how far each has come."""
    found = open_deciding(by=request.viewer, incident_id=incident_id)
    return render(request, "incidents/deciding/overview.html", {"page": found, "heading": found.heading})


@traced("incident.case_opened")
@sensitive
@require_safe
def case(request: SchoolRequest, incident_id: UUID, case_id: UUID) -> HttpResponse:
    """The page of one case: facts, proposal and why, what must follow, what else counts; the form at its end."""
    typed = taken_back(request, CASE, incident_id=incident_id, case_id=case_id)
    if typed is None:
        page = open_case(by=request.viewer, incident_id=incident_id, case_id=case_id)
        return show_case(request, page, form_of(page) if page.can_be_decided else None)
    # What was typed a while ago: the proposal may be another one by now.
    seen = uuid_in(typed.get("seen"))
    page = open_case(by=request.viewer, incident_id=incident_id, case_id=case_id, seen=seen)
    refused = str(MovedOn()) if page.changes else ""
    return show_case(request, page, only_looking(form_of(page, typed)), refused=refused)


@untraced("leads to the page of the case, and shows that page where something is wrong", writes=("case.decided",))
@sensitive
@proved_first(CASE)
@require_http_methods(READ_AND_WRITE)
def decide(request: SchoolRequest, incident_id: UUID, case_id: UUID) -> HttpResponse:
    """Decide one case."""
    page = open_to_decide(by=request.viewer, incident_id=incident_id, case_id=case_id)
    seen = uuid_in(request.POST.get("seen"))
    if request.method != "POST" or seen is None:
        return redirect(reverse(CASE, args=[incident_id, case_id]) + "#decide")
    form = form_of(page, request.POST)
    if not form.is_valid():
        return show_case(request, page, form)
    try:
        deciding.decide(by=request.viewer, incident_id=incident_id, seen=CaseSeen(case_id, seen), choice=form.choice)
    except CannotDecide as wrong:
        form.show(wrong.problems)
        return show_case(request, page, form)
    except _REFUSED as refused:
        page = open_case(by=request.viewer, incident_id=incident_id, case_id=case_id, seen=seen)
        return show_case(request, page, only_looking(form_of(page, request.POST)), refused=str(refused))
    messages.success(request, "The decision is on record.")
    return redirect(CASE, incident_id, case_id)


@traced("incident.deciding_opened", writes=("incident.decided_together",))
@sensitive
@proved_first(TOGETHER)
@require_http_methods(READ_AND_WRITE)
def together(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """One decision about several people for whom the same is proposed: all of them stand, or none."""
    typed = taken_back(request, TOGETHER, incident_id=incident_id) if request.method != "POST" else None
    said: QueryDict = request.POST if request.method == "POST" else typed or request.GET
    seen = dict(each.partition(".")[::2] for each in said.getlist("case"))
    several = open_together(by=request.viewer, incident_id=incident_id, case_ids=seen.keys())
    if several.first is None:
        return _not_alike(request, incident_id, seen)
    if request.method != "POST":
        form = only_looking(form_of(several.first, typed)) if typed is not None else form_of(several.first)
        return _show_together(request, several, form)
    form = form_of(several.first, request.POST)
    if not form.is_valid():
        return _show_together(request, several, form)
    # One that was not seen on the page, or not as it is now, keeps all of them from being decided.
    choices = {
        CaseSeen(each.case_id, uuid_in(seen[str(each.case_id)]) or incident_id): form.choice for each in several.lines
    }
    try:
        deciding.decide_together(by=request.viewer, incident_id=incident_id, choices=choices)
    except CannotDecide as wrong:
        form.show(wrong.problems)
        return _show_together(request, several, form)
    except _REFUSED as refused:
        several = open_together(by=request.viewer, incident_id=incident_id, case_ids=seen.keys())
        if several.first is None:
            return _not_alike(request, incident_id, seen)
        return _show_together(request, several, only_looking(form_of(several.first, request.POST)), str(refused))
    messages.success(request, f"The decision is on record for all {len(choices)}.")
    return redirect("incidents:deciding", incident_id)


def _not_alike(request: SchoolRequest, incident_id: UUID, seen: Mapping[str, str]) -> HttpResponse:
    """Nobody to decide about together, or no longer: what was typed stands on the page of each of them."""
    ids = [found for each in seen if (found := uuid_in(each)) is not None]
    if request.method == "POST" and ids:
        for each in ids[:MOST]:
            remember(request, reverse(CASE, args=[incident_id, each]))
        messages.info(request, "They are not alike any more, and nothing was decided. What you wrote is on each page.")
    else:
        messages.info(request, "Choose two people or more for whom the same is proposed.")
    return redirect("incidents:deciding", incident_id)


@traced("incident.case_opened", writes=("case.facts_confirmed",))
@sensitive
@require_http_methods(READ_AND_WRITE)
def facts(request: SchoolRequest, incident_id: UUID, case_id: UUID) -> HttpResponse:
    """What the form says and what it suggests, beside the facts as somebody who knows puts them down."""
    page = open_to_confirm(by=request.viewer, incident_id=incident_id, case_id=case_id)
    if page.decisions:
        messages.info(request, str(AlreadyDecided()))
        return redirect(CASE, incident_id, case_id)
    if request.method != "POST":
        return _show_facts(request, page, _facts_form(page))
    form = _facts_form(page, request.POST)
    if not form.is_valid():
        return _show_facts(request, page, form)
    try:
        deciding.confirm_facts(
            by=request.viewer,
            incident_id=incident_id,
            case_id=case_id,
            seen=number_in(request.POST.get("seen")),
            facts=form.confirmed,
        )
    except MovedOn as moved:
        return _show_facts(request, page, only_looking(form), refused=str(moved))
    except AlreadyDecided as decided:
        messages.info(request, str(decided))
        return redirect(CASE, incident_id, case_id)
    messages.success(request, "The facts are confirmed. This is what the framework comes to.")
    return redirect(CASE, incident_id, case_id)


def form_of(page: CasePage, data: QueryDict | None = None, *, is_revision: bool = False) -> DecisionForm:
    """The form of a decision about this case."""
    return DecisionForm(
        data,
        framework=page.framework,
        audience=page.audience,
        proposed=page.proposed,
        may_be_restorative=bool(page.restorative),
        is_revision=is_revision,
    )


def show_case(request: SchoolRequest, page: CasePage, form: DecisionForm | None, *, refused: str = "") -> HttpResponse:
    """The page of a case; 422 where something was refused. What was typed is shown also where nothing can be sent."""
    shut = form is not None and not page.can_be_decided
    context = {
        "page": page,
        "heading": page.heading,
        "form": None if shut else form,
        "summary_shown": True,
        "refused": refused,
        "typed_reason": form["reason"].value() if shut and form is not None else "",
    }
    wrong = request.method == "POST" and bool(refused or (form is not None and form.errors))
    return render(request, "incidents/deciding/case.html", context, status=422 if wrong else 200)


def _show_together(
    request: SchoolRequest, several: SeveralCases, form: DecisionForm, refused: str = ""
) -> HttpResponse:
    context = {
        "page": several.first,
        "heading": several.heading,
        "lines": several.lines,
        "form": form,
        "summary_shown": True,
        "refused": refused,
    }
    wrong = bool(refused or form.errors)
    return render(request, "incidents/deciding/together.html", context, status=422 if wrong else 200)


def _facts_form(page: CasePage, data: QueryDict | None = None) -> FactsForm:
    return FactsForm(
        data,
        framework=page.framework,
        audience=page.audience,
        facts=page.facts,
        suggested=mapping_of(page).suggested,
    )


def _show_facts(request: SchoolRequest, page: CasePage, form: FactsForm, *, refused: str = "") -> HttpResponse:
    context = {
        "page": page,
        "heading": page.heading,
        "mapping": mapping_of(page),
        "form": form,
        "summary_shown": True,
        "refused": refused,
    }
    wrong = bool(refused or form.errors)
    return render(request, "incidents/deciding/facts.html", context, status=422 if wrong else 200)


def uuid_in(text: str | None) -> UUID | None:
    """An id that a page said; None where it is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def number_in(text: str | None) -> int:
    """A number that a page said; one that is none is never the newest."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else -1
