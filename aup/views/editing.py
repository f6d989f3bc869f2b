"""The editor of an agreement: the English text, a translation beside it, the preview."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from audit.traces import untraced
from aup.forms.editing import TypedText
from aup.rules.content import LANGUAGES
from aup.selectors.editing import editor_page, preview_page
from aup.selectors.translating import translation_page
from aup.services.drafting import save_draft, save_translation
from aup.services.publishing import EditedMeanwhile
from aup.views.policy import READ, agreements_view
from schools.middleware import SchoolRequest
from schools.roles import Permission

_EDIT = Permission.EDIT_AGREEMENTS
_WHY = "what the school asks people to sign, not yet published; it names nobody"
SAVED = "agreement.draft_saved"


@untraced(_WHY, writes=(SAVED,))
@agreements_view(_EDIT, *READ, "POST")
def edit(request: SchoolRequest, code: str) -> HttpResponse:
    """The English text. Every button keeps all that was typed; 409 where somebody else has saved meanwhile."""
    viewer = request.viewer
    page = editor_page(viewer=viewer, code=code)
    if request.method != "POST":
        return render(request, "aup/edit/editor.html", {"page": page})
    typed = TypedText(request.POST, page.consent_codes)
    try:
        save_draft(by=viewer, code=code, revision=typed.revision, content=typed.content)
    except EditedMeanwhile:
        page = editor_page(viewer=viewer, code=code, typed=typed.content)
        return render(request, "aup/edit/editor.html", {"page": page, "is_stale": True}, status=409)
    if typed.action == "translate":
        return _to_translation(request, code)
    if typed.action == "preview":
        return redirect("aup:preview_agreement", code)
    if typed.action == "save":
        messages.success(request, "Draft saved. Nobody is asked to sign it before it is published.")
    return redirect(reverse("aup:edit_agreement", args=[code]) + typed.lands_on)


@untraced(_WHY, writes=(SAVED,))
@agreements_view(_EDIT, *READ, "POST")
def translation(request: SchoolRequest, code: str, language: str) -> HttpResponse:
    """A translation, part by part beside the English text."""
    viewer = request.viewer
    page = translation_page(viewer=viewer, code=code, language=language)
    if request.method != "POST":
        return render(request, "aup/edit/translation.html", {"page": page})
    typed = TypedText(request.POST, tuple(each["code"] for each in page.content["consents"]))
    said = typed.translated(page.content)
    kept = None if typed.action == "remove" else said
    try:
        save_translation(by=viewer, code=code, language=language, revision=typed.revision, translation=kept)
    except EditedMeanwhile:
        page = translation_page(viewer=viewer, code=code, language=language, typed=said)
        return render(request, "aup/edit/translation.html", {"page": page, "is_stale": True}, status=409)
    if kept is None:
        messages.success(request, "The translation is taken out of the draft.")
        return redirect("aup:edit_agreement", code)
    messages.success(request, "Translation saved in the draft. It is published together with the English text.")
    return redirect("aup:edit_translation", code, language)


@untraced(_WHY)
@agreements_view(_EDIT, *READ)
def preview(request: SchoolRequest, code: str) -> HttpResponse:
    """The draft as a signer will see it, what it changes, and who will be asked."""
    return render(request, "aup/edit/preview.html", {"page": preview_page(viewer=request.viewer, code=code)})


def _to_translation(request: SchoolRequest, code: str) -> HttpResponse:
    language = request.POST.get("language", "")
    if language not in LANGUAGES:
        messages.error(request, "The draft is saved. Choose the language of the translation first.")
        return redirect("aup:edit_agreement", code)
    return redirect("aup:edit_translation", code, language)
