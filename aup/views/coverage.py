"""How much is signed, on any day."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from audit.traces import untraced
from aup.forms.campaigns import CoverageDayForm
from aup.selectors.coverage import coverage_page
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.views.guard import READ, page


@untraced("figures by class, role and agreement; nobody by name")
@page(Permission.READ_SIGNATURES, Permission.RUN_CAMPAIGNS, methods=READ)
def coverage(request: SchoolRequest) -> HttpResponse:
    """Signed, outstanding, refused, on the day that is asked for."""
    asked = "on_day" in request.GET
    form = CoverageDayForm(request.GET if asked else None, initial={"on": timezone.localdate()})
    day = form.cleaned_data["on"] if asked and form.is_valid() else timezone.localdate()
    shown = coverage_page(viewer=request.viewer, day=day)
    context = {"shown": shown, "form": form, "summary_shown": True}
    return render(request, "aup/coverage/coverage.html", context, status=422 if form.errors else 200)
