"""After a decision: it is changed or quashed, things are done, a sanction is lifted, an agreement looked at again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from audit.traces import traced
from incidents.forms.after_deciding import ReviewForm, TaskForm, WhyForm
from incidents.forms.deciding import DecisionForm
from incidents.selectors.cases_shown import CasePage
from incidents.services import deciding
from incidents.services.opening_cases import open_to_confirm, open_to_decide, open_to_do
from incidents.views.deciding import CASE, READ_AND_WRITE, form_of, number_in
from incidents.views.kept import proved_first, taken_back
from incidents.views.sensitive import sensitive
from sanctions.services.problems import CannotDecide, MovedOn, NotDecided, NothingToDo, NotWholeYet, ReasonMissing
from schools.middleware import SchoolRequest
from schools.views.guard import only_looking

REVISE, QUASH, LIFT = "incidents:revise", "incidents:quash", "incidents:lift"


@traced("incident.case_opened", writes=("case.revised",))
@sensitive
@proved_first(REVISE)
@require_http_methods(READ_AND_WRITE)
def revise(request: SchoolRequest, incident_id: UUID, case_id: UUID) -> HttpResponse:
    """Put another decision in the place of the one that stands, with the reason."""
    page = open_to_decide(by=request.viewer, incident_id=incident_id, case_id=case_id)
    if not page.decisions or page.is_quashed:
        return redirect(CASE, incident_id, case_id)
    if request.method != "POST":
        typed = taken_back(request, REVISE, incident_id=incident_id, case_id=case_id)
        form = form_of(page, typed, is_revision=True)
        return _show_revise(request, page, only_looking(form) if typed is not None else form)
    form = form_of(page, request.POST, is_revision=True)
    if not form.is_valid():
        return _show_revise(request, page, form)
    try:
        deciding.revise(
            by=request.viewer,
            incident_id=incident_id,
            case_id=case_id,
            seen=number_in(request.POST.get("seen")),
            choice=form.choice,
        )
    except CannotDecide as wrong:
        form.show(wrong.problems)
        return _show_revise(request, page, form)
    except (MovedOn, NotDecided) as moved:
        return _show_revise(request, page, only_looking(form), refused=str(moved))
    messages.success(request, "The decision is changed. The earlier one stays in the history.")
    return redirect(CASE, incident_id, case_id)


@traced("incident.case_opened", writes=("case.quashed",))
@sensitive
@proved_first(QUASH)
@require_http_methods(READ_AND_WRITE)
def quash(request: SchoolRequest, incident_id: UUID, case_id: UUID) -> HttpResponse:
    """Take a decision back on appeal, with the reason."""
    page = open_to_decide(by=request.viewer, incident_id=incident_id, case_id=case_id)
    if not page.decisions or page.is_quashed:
        return redirect(CASE, incident_id, case_id)
    typed = request.POST if request.method == "POST" else _typed(request, QUASH, page)
    form = WhyForm(
        typed,
        label="Who heard the appeal, and why is the decision quashed?",
        missing="Say who heard the appeal and why the decision is quashed.",
    )
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            deciding.quash(
                by=request.viewer,
                incident_id=incident_id,
                case_id=case_id,
                seen=number_in(request.POST.get("seen")),
                reason=form.cleaned_data["reason"],
            )
        except MovedOn as moved:
            refused = str(moved)
        except (NotDecided, ReasonMissing) as wrong:
            form.add_error("reason", str(wrong))
        else:
            messages.success(request, "The decision is quashed. What it gave has ended; its history stays.")
            return redirect(CASE, incident_id, case_id)
    elif typed is not None and request.method != "POST":
        form = only_looking(form)
    return _show_act(
        request,
        page,
        form,
        title="Quash the decision on appeal",
        lede="Its sanctions end at once, and a warning given with it does not count any more. It stays in the history.",
        label="Quash the decision",
        refused=refused,
    )


@traced("incident.case_opened", writes=("case.task_done",))
@sensitive
@require_http_methods(READ_AND_WRITE)
def task(request: SchoolRequest, incident_id: UUID, case_id: UUID, task_id: UUID) -> HttpResponse:
    """Say that something which must follow was done, or what was decided about it."""
    page, found = open_to_do(by=request.viewer, incident_id=incident_id, case_id=case_id, task_id=task_id)
    if found.done_at is not None:
        return _back(request, page, str(NothingToDo()), "follows")
    form = TaskForm(request.POST if request.method == "POST" else None, asks_for_decision=found.asks_for_decision)
    if request.method == "POST" and form.is_valid():
        try:
            deciding.do_task(by=request.viewer, incident_id=incident_id, task_id=task_id, **form.cleaned_data)
        except NothingToDo as wrong:
            return _back(request, page, str(wrong), "follows")
        except NotWholeYet as wrong:
            form.add_error(None, str(wrong))
        else:
            return _back(request, page, "It is on record as done.", "follows")
    return _show_act(
        request,
        page,
        form,
        title="Decide and record" if found.asks_for_decision else "Done?",
        lede=f"{found.text}.",
        label="Put it on record" if found.asks_for_decision else "It is done",
    )


@traced("incident.case_opened", writes=("sanction.lifted",))
@sensitive
@proved_first(LIFT)
@require_http_methods(READ_AND_WRITE)
def lift(request: SchoolRequest, incident_id: UUID, case_id: UUID, sanction_id: UUID) -> HttpResponse:
    """End a sanction before its last day."""
    page = open_to_decide(by=request.viewer, incident_id=incident_id, case_id=case_id)
    found = next((s for made in page.decisions for s in made.sanctions if s.sanction_id == sanction_id), None)
    if found is None:
        raise Http404
    if found.ended_at is not None:
        return _back(request, page, str(NothingToDo()), "decided")
    form = WhyForm(
        request.POST if request.method == "POST" else _typed(request, LIFT, page, sanction_id=sanction_id),
        label="Why does it end early?",
        missing="Say why it is lifted.",
    )
    if request.method == "POST" and form.is_valid():
        try:
            deciding.lift(
                by=request.viewer, incident_id=incident_id, sanction_id=sanction_id, why=form.cleaned_data["reason"]
            )
        except (NothingToDo, ReasonMissing) as wrong:
            form.add_error("reason", str(wrong))
        else:
            return _back(request, page, "It has ended. Whoever carries it out is told.", "decided")
    return _show_act(
        request,
        page,
        form,
        title="End it early",
        lede=f"{found.text}. It ends today, and whoever carries it out is told.",
        label="End it today",
    )


@traced("incident.case_opened", writes=("restorative.reviewed",))
@sensitive
@require_http_methods(READ_AND_WRITE)
def review(request: SchoolRequest, incident_id: UUID, case_id: UUID, restorative_id: UUID) -> HttpResponse:
    """Look again at what was agreed to put it right."""
    page = open_to_confirm(by=request.viewer, incident_id=incident_id, case_id=case_id)
    found = next((each for each in page.agreed if each.restorative_id == restorative_id), None)
    if found is None:
        raise Http404
    if found.reviewed_at is not None:
        return _back(request, page, str(NothingToDo()), "decided")
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            deciding.review(
                by=request.viewer,
                incident_id=incident_id,
                restorative_id=restorative_id,
                worked=form.cleaned_data["worked"] == "yes",
                outcome=form.cleaned_data["outcome"],
            )
        except (NothingToDo, ReasonMissing) as wrong:
            form.add_error("outcome", str(wrong))
        else:
            return _back(request, page, "The review is on record.", "decided")
    return _show_act(
        request,
        page,
        form,
        title="Look at it again",
        lede="This was agreed:",
        label="Keep the review",
        quoted=found.agreed,
    )


def _typed(request: SchoolRequest, name: str, page: CasePage, **parts: UUID) -> QueryDict | None:
    return taken_back(request, name, incident_id=page.heading.incident_id, case_id=page.case_id, **parts)


def _back(request: SchoolRequest, page: CasePage, said: str, part: str) -> HttpResponse:
    messages.success(request, said)
    response = redirect(CASE, page.heading.incident_id, page.case_id)
    response["Location"] += f"#{part}"
    return response


def _show_revise(request: SchoolRequest, page: CasePage, form: DecisionForm, *, refused: str = "") -> HttpResponse:
    context = {"page": page, "heading": page.heading, "form": form, "summary_shown": True, "refused": refused}
    wrong = bool(refused or form.errors)
    return render(request, "incidents/deciding/revise.html", context, status=422 if wrong else 200)


def _show_act(
    request: SchoolRequest, page: CasePage, form: Any, *, title: str, lede: str, label: str, **more: str
) -> HttpResponse:
    context = {
        "page": page,
        "heading": page.heading,
        "form": form,
        "summary_shown": True,
        "title": title,
        "lede": lede,
        "label": label,
        **more,
    }
    wrong = bool(more.get("refused") or form.errors)
    return render(request, "incidents/deciding/act.html", context, status=422 if wrong else 200)
