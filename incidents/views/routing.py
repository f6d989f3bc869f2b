"""What whoever handles a case does about who handles it: hand it on, correct whom it is about, record a decision."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from audit.traces import EITHER_WAY, traced
from incidents.forms.about import typed_of
from incidents.forms.routing import AdviceForm, ChangeAboutForm, HandOnForm
from incidents.selectors.routing import DecisionShown
from incidents.selectors.told import who_is_told_of
from incidents.services.about import change_about
from incidents.services.advice import record_advice
from incidents.services.browsing import Handled, read_handled
from incidents.services.handing_on import hand_on
from incidents.services.problems import CannotTakeIt, WrongStatus
from incidents.views.onward import onward
from incidents.views.sensitive import sensitive
from schools.middleware import SchoolRequest


@dataclass(frozen=True, slots=True)
class Deciding:
    """A decision that is to be recorded, or was, with the form for it."""

    shown: DecisionShown
    form: AdviceForm

    @property
    def kind(self) -> str:
        """Whose advice it is about."""
        return self.shown.kind


@traced("incident.routing_opened", writes=("incident.handed_on",))
@sensitive
@require_http_methods(["GET", "HEAD", "POST"])
def hand(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """Give the case to another post. Nobody who only reads it gets here."""
    handled = _handled(request, incident_id)
    posts = [(post.value, label) for post, label in handled.routing.may_hand_on_to]
    form = HandOnForm(request.POST if request.method == "POST" else None, posts=posts)
    if request.method == "POST" and form.is_valid():
        try:
            hand_on(
                by=request.viewer, incident_id=incident_id, to_post=form.to_post, reason=form.cleaned_data["reason"]
            )
        except CannotTakeIt as refused:
            form.add_error("to_post", str(refused))
        except WrongStatus as refused:
            form.add_error(None, str(refused))
        else:
            return onward(request, incident_id, done="Handed on.", gone="Handed on.")
    return _page(request, "incidents/routing/hand_on.html", handled, form)


@traced("incident.routing_opened", writes=("incident.about_changed",))
@sensitive
@require_http_methods(["GET", "HEAD", "POST"])
def about(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """Correct whom of the school the case is about; who handles and reads it follows."""
    handled = _handled(request, incident_id)
    told = who_is_told_of(viewer=request.viewer, incident_id=incident_id, today=timezone.localdate())
    words = {typed_of(code): text for code, text in told.words.items()}
    data = request.POST if request.method == "POST" else None
    form = ChangeAboutForm(data, told=words, about=handled.routing.about)
    if request.method == "POST" and form.is_valid():
        try:
            change_about(
                by=request.viewer, incident_id=incident_id, about=form.about, reason=form.cleaned_data["reason"]
            )
        except WrongStatus as refused:
            form.add_error(None, str(refused))
        else:
            return onward(request, incident_id, done="Corrected.", gone="Corrected.")
    return _page(request, "incidents/routing/about.html", handled, form)


@traced("incident.routing_opened", by=EITHER_WAY, writes=("incident.advice_recorded",))
@sensitive
@require_http_methods(["GET", "HEAD", "POST"])
def decisions(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """Put on record what was decided about advice. Whose advice it is stands in no address."""
    handled = _handled(request, incident_id)
    kind = request.POST.get("kind", "")
    deciding = [
        Deciding(each, AdviceForm(request.POST if each.kind == kind else None, kind=each.kind))
        for each in handled.routing.decisions
    ]
    posted = next((each.form for each in deciding if each.kind == kind), None)
    if posted is not None and posted.is_valid():
        try:
            record_advice(by=request.viewer, incident_id=incident_id, kind=kind, **posted.cleaned_data)
        except WrongStatus as refused:
            posted.add_error(None, str(refused))
        else:
            to = reverse("incidents:incident", args=[incident_id]) + "#decisions"
            return onward(request, incident_id, done="The decision is on record.", to=to)
    return _page(request, "incidents/routing/decisions.html", handled, posted, decisions=deciding)


def _handled(request: SchoolRequest, incident_id: UUID) -> Handled:
    """The case, for whoever handles it. Raises NotAllowed for a reader, and DoesNotExist."""
    return read_handled(by=request.viewer, incident_id=incident_id)


def _page(
    request: SchoolRequest,
    template: str,
    handled: Handled,
    form: HandOnForm | ChangeAboutForm | AdviceForm | None,
    **more: object,
) -> HttpResponse:
    wrong = form is not None and bool(form.errors)
    context = {
        "heading": handled.heading,
        "routing": handled.routing,
        "form": form,
        "summary_shown": True,
        **more,
    }
    return render(request, template, context, status=422 if wrong else 200)
