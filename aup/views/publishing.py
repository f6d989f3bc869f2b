"""What puts an agreement into force or takes it back. Each is one press of a button that was asked for twice."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from audit.traces import untraced
from aup.services.drafting import discard_draft
from aup.services.publishing import (
    EditedMeanwhile,
    NothingNew,
    NotPublishable,
    publish,
    publish_as_shipped,
    withdraw,
)
from aup.views.policy import agreements_view
from schools.middleware import SchoolRequest
from schools.roles import Permission

_EDIT = Permission.EDIT_AGREEMENTS
_WHY = "nothing is shown: it leads on to another page"
PUBLISHED = "Published. Everybody whom it is for is asked to sign it from now on."


@untraced(_WHY, writes=("agreement.published",))
@agreements_view(_EDIT, "POST")
def as_shipped(request: SchoolRequest, code: str) -> HttpResponse:
    """Publish an agreement of the policy word for word."""
    try:
        publish_as_shipped(by=request.viewer, code=code)
    except NothingNew as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, PUBLISHED)
    return redirect("aup:agreement", code)


@untraced(_WHY, writes=("agreement.published",))
@agreements_view(_EDIT, "POST")
def draft(request: SchoolRequest, code: str) -> HttpResponse:
    """Publish the draft that was previewed, with its translations."""
    try:
        publish(by=request.viewer, code=code, revision=_revision(request))
    except (EditedMeanwhile, NothingNew, NotPublishable) as refusal:
        messages.warning(request, str(refusal))
        return redirect("aup:preview_agreement", code)
    messages.success(request, PUBLISHED)
    return redirect("aup:agreement", code)


@untraced(_WHY, writes=("agreement.draft_discarded",))
@agreements_view(_EDIT, "POST")
def discard(request: SchoolRequest, code: str) -> HttpResponse:
    """Throw the draft away."""
    try:
        discard_draft(by=request.viewer, code=code, revision=_revision(request))
    except EditedMeanwhile:
        messages.warning(request, "Somebody has changed this draft since you opened it. Look at it again first.")
        return redirect("aup:edit_agreement", code)
    messages.success(request, "The draft is thrown away. What is published stays as it is.")
    return redirect("aup:agreement", code)


@untraced(_WHY, writes=("agreement.withdrawn",))
@agreements_view(_EDIT, "POST")
def take_back(request: SchoolRequest, code: str) -> HttpResponse:
    """Withdraw the version in force."""
    try:
        version_id = UUID(request.POST.get("version", ""))
    except ValueError:
        raise Http404 from None
    withdraw(by=request.viewer, version_id=version_id)
    messages.success(request, "Withdrawn. Nobody is asked to sign it any more; what was signed is kept.")
    return redirect("aup:agreement", code)


def _revision(request: SchoolRequest) -> int:
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
