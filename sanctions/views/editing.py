"""The editor of the framework: a page for each part of the draft. Every button keeps all that was typed."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from audit.traces import untraced
from packs.schema import AUDIENCES, GRADES
from sanctions.forms.framework import Typed
from sanctions.selectors.drafts import category_editor, form_editor, look_back_editor, overview_page, sanction_editor
from sanctions.services.drafting import (
    EditedMeanwhile,
    begin_draft,
    remove_sanction,
    save_category,
    save_form,
    save_look_back,
    save_sanction,
)
from sanctions.views.framework import DRAFT, READ, framework_view
from schools.middleware import SchoolRequest
from schools.roles import Permission

_EDIT = Permission.EDIT_FRAMEWORK
_SAVED = ("framework.draft_saved",)
_TOLD = "Draft saved. It holds for nobody before it is published."


@untraced(DRAFT, writes=("framework.draft_begun",))
@framework_view(_EDIT, *READ, "POST")
def overview(request: SchoolRequest) -> HttpResponse:
    """The draft part by part; POST begins one from what is in force."""
    if request.method == "POST":
        begin_draft(by=request.viewer)
        return redirect("sanctions:edit_framework")
    return render(request, "sanctions/edit/overview.html", {"page": overview_page(viewer=request.viewer)})


@untraced(DRAFT, writes=_SAVED)
@framework_view(_EDIT, *READ, "POST")
def category(request: SchoolRequest, audience: str, grade: str) -> HttpResponse:
    """One category: its breaches, the sanctions it allows, what must follow."""
    if audience not in AUDIENCES or grade not in GRADES:
        raise Http404
    viewer = request.viewer
    if request.method != "POST":
        page = category_editor(viewer=viewer, audience=audience, grade=grade)
        return render(request, "sanctions/edit/category.html", {"page": page})
    typed = Typed(request.POST)
    said = typed.category(grade)
    try:
        save_category(by=viewer, edition=typed.edition, audience=audience, grade=grade, typed=said)
    except EditedMeanwhile:
        page = category_editor(viewer=viewer, audience=audience, grade=grade, typed=said)
        return _stale(request, "category", page)
    return _saved(request, typed, reverse("sanctions:edit_category", args=[audience, grade]))


@untraced(DRAFT, writes=_SAVED)
@framework_view(_EDIT, *READ, "POST")
def new_sanction(request: SchoolRequest) -> HttpResponse:
    """A new sanction of the school's own."""
    return _sanction(request, None)


@untraced(DRAFT, writes=_SAVED)
@framework_view(_EDIT, *READ, "POST")
def sanction(request: SchoolRequest, code: str) -> HttpResponse:
    """One sanction of the school's own; it can be taken out."""
    return _sanction(request, code)


def _sanction(request: SchoolRequest, code: str | None) -> HttpResponse:
    viewer = request.viewer
    if request.method != "POST":
        page = sanction_editor(viewer=viewer, code=code)
        return render(request, "sanctions/edit/sanction.html", {"page": page})
    typed = Typed(request.POST)
    try:
        if typed.action == "remove" and code is not None:
            remove_sanction(by=viewer, edition=typed.edition, code=code)
        else:
            save_sanction(by=viewer, edition=typed.edition, code=code, typed=typed.sanction)
    except EditedMeanwhile:
        return _stale(request, "sanction", sanction_editor(viewer=viewer, code=code, typed=typed.sanction))
    messages.success(request, _TOLD)
    return redirect("sanctions:edit_framework")


@untraced(DRAFT, writes=_SAVED)
@framework_view(_EDIT, *READ, "POST")
def look_back(request: SchoolRequest) -> HttpResponse:
    """How far back an earlier warning or decision counts."""
    viewer = request.viewer
    if request.method != "POST":
        return render(request, "sanctions/edit/look_back.html", {"page": look_back_editor(viewer=viewer)})
    typed = Typed(request.POST)
    chosen, days = typed.look_back
    try:
        save_look_back(by=viewer, edition=typed.edition, look_back=chosen, days=days)
    except EditedMeanwhile:
        return _stale(request, "look_back", look_back_editor(viewer=viewer, typed=typed.look_back))
    return _saved(request, typed, reverse("sanctions:edit_look_back"))


@untraced(DRAFT, writes=_SAVED)
@framework_view(_EDIT, *READ, "POST")
def form(request: SchoolRequest, audience: str) -> HttpResponse:
    """What the printed form suggests, a breach a line."""
    if audience not in AUDIENCES:
        raise Http404
    viewer = request.viewer
    if request.method != "POST":
        page = form_editor(viewer=viewer, audience=audience)
        return render(request, "sanctions/edit/form.html", {"page": page})
    typed = Typed(request.POST)
    try:
        save_form(by=viewer, edition=typed.edition, audience=audience, lines=typed.lines)
    except EditedMeanwhile:
        return _stale(request, "form", form_editor(viewer=viewer, audience=audience, typed=typed.lines))
    return _saved(request, typed, reverse("sanctions:edit_form", args=[audience]))


def _saved(request: SchoolRequest, typed: Typed, here: str) -> HttpResponse:
    """Back to the page, where the button wants to go on; or on to the other parts."""
    if typed.action == "back":
        messages.success(request, _TOLD)
        return redirect("sanctions:edit_framework")
    if typed.action == "save":
        messages.success(request, _TOLD)
    return redirect(here + typed.lands_on)


def _stale(request: SchoolRequest, template: str, page: object) -> HttpResponse:
    context = {"page": page, "is_stale": True}
    return render(request, f"sanctions/edit/{template}.html", context, status=409)
