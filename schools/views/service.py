"""The service: its schools, the first people of a new one, and emergency access. Never a case."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from audit.traces import traced, untraced
from schools.forms.posts import FirstPostForm
from schools.forms.service import FirstMemberForm, ReasonForm, SchoolForm
from schools.selectors.service import served_school, service_page
from schools.services.appointing import ask_to_appoint_by_log_in
from schools.services.emergency import approve_emergency, ask_emergency, end_emergency, open_emergency
from schools.services.problems import NotPossible
from schools.services.reading import open_appointment, open_served_school
from schools.services.serving import add_school, welcome_member
from schools.views.guard import READ, ServedRequest, ServiceRequest, show_form
from schools.views.guard import service_page as page
from schools.views.posts import DECISIONS, WAITS


@untraced("the names of the schools, and what waits there for an administrator; nobody of a school")
@page(methods=READ)
def schools(request: ServiceRequest) -> HttpResponse:
    """All schools, and what waits at them."""
    shown = service_page(by=request.administrator, now=timezone.now())
    return render(request, "service/schools.html", {"shown": shown})


@untraced("an empty form", writes=("school.added",))
@page(fresh=True)
def add(request: ServiceRequest) -> HttpResponse:
    """A new school."""
    form = SchoolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = add_school(by=request.administrator, details=form.details)
        messages.success(request, "Added. Add its head and its chair next.")
        return redirect("service:school", made.pk)
    return show_form(
        request,
        form,
        title="Schools",
        heading="Add a school",
        lede="The school fills in the rest itself, as soon as its head can log in.",
        back_href=reverse("service:schools"),
        back="Schools",
        button="Add the school",
    )


@traced("school.opened")
@page(methods=READ)
def school(request: ServedRequest, school_id: UUID) -> HttpResponse:
    """One school: how far it has got, what waits, and its emergency accesses."""
    return render(request, "service/school.html", {"shown": open_served_school(by=request.administrator)})


@untraced("the name of the school, and an empty form", writes=("people.welcomed",))
@page(fresh=True)
def member(request: ServedRequest, school_id: UUID) -> HttpResponse:
    """One of the first members."""
    shown = served_school(by=request.administrator, now=timezone.now())
    form = FirstMemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            welcome_member(by=request.administrator, member=form.member)
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, "Added. If the log-in is new, its owner has been sent a link to choose a password."
            )
            return redirect("service:school", school_id)
    return show_form(
        request,
        form,
        title="Schools",
        heading="Add a first member",
        lede="The head and the chair to be. Once they hold their posts the school adds everybody else itself.",
        back_href=reverse("service:school", args=[school_id]),
        back=shown.name,
        button="Add the member",
    )


@untraced("the name of the school, and an empty form", writes=("appointment.asked",))
@page(fresh=True)
def post(request: ServedRequest, school_id: UUID) -> HttpResponse:
    """Ask that a member be given one of the posts that take two people."""
    shown = served_school(by=request.administrator, now=timezone.now())
    form = FirstPostForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            ask_to_appoint_by_log_in(
                by=request.administrator, email=said["email"], post=form.which, starts_on=said["starts_on"]
            )
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, WAITS)
            return redirect("service:school", school_id)
    return show_form(
        request,
        form,
        title="Schools",
        heading="Ask for a post to be given",
        lede="Another service administrator, or somebody of the school who may, has to agree.",
        back_href=reverse("service:school", args=[school_id]),
        back=shown.name,
        button="Ask for it",
    )


@traced(
    "appointment.opened",
    writes=("appointment.confirmed", "appointment.refused", "appointment.withdrawn", "log_in.revoked"),
)
@page(fresh=True)
def appointment(request: ServedRequest, school_id: UUID, appointment_id: UUID) -> HttpResponse:
    """A post of a school that cannot help itself, for the second administrator to decide."""
    if request.method == "POST":
        decision = DECISIONS.get(request.POST.get("action", ""))
        if decision is not None:
            act, told = decision
            try:
                act(by=request.administrator, appointment_id=appointment_id)
                messages.success(request, told)
            except NotPossible as refusal:
                messages.error(request, str(refusal))
        return redirect("service:school", school_id)
    shown = open_appointment(by=request.administrator, appointment_id=appointment_id)
    context = {"shown": shown, "back_href": reverse("service:school", args=[school_id]), "back": "The school"}
    return render(request, "schools/posts/appointment.html", context)


@untraced("the name of the school, and an empty form", writes=("emergency.asked",))
@page(fresh=True)
def ask(request: ServedRequest, school_id: UUID) -> HttpResponse:
    """Ask for emergency access."""
    shown = served_school(by=request.administrator, now=timezone.now())
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_emergency(by=request.administrator, reason=form.cleaned_data["reason"])
        except NotPossible as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, "Asked for. Nothing opens until another service administrator agrees.")
            return redirect("service:school", school_id)
    return show_form(
        request,
        form,
        title="Emergency access",
        heading="Ask for emergency access",
        lede=f"It opens the records of {shown.name} to you for sixty minutes, once another administrator agrees.",
        notice="The school's head and chair are told at once, with this reason. Everything you open is put on record.",
        notice_kind="alarm",
        back_href=reverse("service:school", args=[school_id]),
        back=shown.name,
        button="Ask for access",
    )


@traced("emergency.reason_read", writes=("emergency.approved", "emergency.ended", "emergency.refused"))
@page(fresh=True)
def emergency(request: ServedRequest, school_id: UUID, emergency_id: UUID) -> HttpResponse:
    """One emergency access: for the second administrator to decide, for anybody of them to end."""
    by = request.administrator
    if request.method == "POST":
        try:
            if request.POST.get("action") == "approve":
                approve_emergency(by=by, emergency_id=emergency_id)
                messages.success(request, "Opened for sixty minutes. The school's head and chair have been told.")
            elif request.POST.get("action") == "end":
                end_emergency(by=by, emergency_id=emergency_id)
                messages.success(request, "Ended.")
        except NotPossible as refusal:
            messages.error(request, str(refusal))
        return redirect("service:school", school_id)
    opened = open_emergency(by=by, emergency_id=emergency_id)
    context = {"opened": opened, "shown": opened.shown, "school_id": school_id}
    return render(request, "service/emergency.html", context)
