"""Every published version of the framework, and what puts a new one into force."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from audit.traces import untraced
from sanctions.forms.framework import Typed
from sanctions.selectors.drafts import review_page
from sanctions.selectors.framework import framework_version_page
from sanctions.services.drafting import discard_draft
from sanctions.services.frameworks import EditedMeanwhile, NothingNew, NotPublishable, publish_framework
from sanctions.views.framework import DRAFT, POLICY, READ, framework_view
from schools.middleware import SchoolRequest
from schools.roles import Permission

_EDIT = Permission.EDIT_FRAMEWORK
_WHY = "nothing is shown: it leads on to another page"


@untraced(POLICY)
@framework_view(Permission.READ_POLICY, *READ)
def version(request: SchoolRequest, number: int) -> HttpResponse:
    """One version whole, compared with the one before or with another."""
    said = request.GET.get("against", "")
    against = int(said) if said.isascii() and said.isdigit() and len(said) < 8 else None
    page = framework_version_page(viewer=request.viewer, number=number, against=against)
    return render(request, "sanctions/version.html", {"page": page})


@untraced(DRAFT)
@framework_view(_EDIT, *READ)
def review(request: SchoolRequest) -> HttpResponse:
    """What the draft changes, what it lacks, and what past cases would have come to."""
    return render(request, "sanctions/edit/review.html", {"page": review_page(viewer=request.viewer)})


@untraced(_WHY, writes=("framework.published",))
@framework_view(_EDIT, "POST", fresh=True)
def publish(request: SchoolRequest) -> HttpResponse:
    """Publish the draft, after a log-in of the last five minutes: cases are graded by it from then on."""
    typed = Typed(request.POST)
    try:
        made = publish_framework(by=request.viewer, edition=typed.edition, note=typed.note)
    except (EditedMeanwhile, NothingNew, NotPublishable) as refusal:
        messages.warning(request, str(refusal))
        return redirect("sanctions:review_framework")
    messages.success(request, f"Version {made.number} is in force. What was proposed or decided before stays as it is.")
    return redirect("sanctions:framework")


@untraced(_WHY, writes=("framework.draft_discarded",))
@framework_view(_EDIT, "POST")
def discard(request: SchoolRequest) -> HttpResponse:
    """Throw the draft away."""
    try:
        discard_draft(by=request.viewer, edition=Typed(request.POST).edition)
    except EditedMeanwhile as refusal:
        messages.warning(request, str(refusal))
        return redirect("sanctions:edit_framework")
    messages.success(request, "The draft is thrown away. What is in force stays as it is.")
    return redirect("sanctions:framework")
