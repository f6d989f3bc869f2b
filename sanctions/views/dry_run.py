"""What past cases would have come to under the draft: asked for, looked at while it is done, kept for a month."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from audit.traces import untraced
from sanctions.forms.framework import Typed
from sanctions.selectors.dry_runs import dry_run_page
from sanctions.services.dry_runs import ask_dry_run
from sanctions.services.frameworks import EditedMeanwhile
from sanctions.views.framework import READ, framework_view
from schools.middleware import SchoolRequest
from schools.roles import Permission

_EDIT = Permission.EDIT_FRAMEWORK


@untraced("a button", writes=("framework.dry_run_asked",))
@framework_view(_EDIT, "POST")
def ask(request: SchoolRequest) -> HttpResponse:
    """Ask what past cases would have come to."""
    try:
        run_id = ask_dry_run(by=request.viewer, edition=Typed(request.POST).edition)
    except EditedMeanwhile as refusal:
        messages.warning(request, str(refusal))
        return redirect("sanctions:review_framework")
    return redirect("sanctions:dry_run", run_id)


@untraced("numbers of cases by category, small ones masked; it names none")
@framework_view(_EDIT, *READ)
def dry_run(request: SchoolRequest, run_id: UUID) -> HttpResponse:
    """How far it is, and what it found."""
    return render(request, "sanctions/edit/dry_run.html", {"run": dry_run_page(viewer=request.viewer, run_id=run_id)})
