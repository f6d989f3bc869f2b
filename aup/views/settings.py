"""How the school has its agreements signed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from audit.traces import untraced
from aup.forms.editing import SettingsForm
from aup.rules.due import WhoSigns
from aup.selectors.editing import settings_page
from aup.services.settings import change_agreement_settings
from aup.views.policy import READ, agreements_view
from schools.middleware import SchoolRequest
from schools.roles import Permission


@untraced("settings of the school, which name nobody", writes=("agreement.settings_changed",))
@agreements_view(Permission.EDIT_AGREEMENTS, *READ, "POST")
def settings(request: SchoolRequest) -> HttpResponse:
    """Who signs for a child, and when people are reminded."""
    page = settings_page(viewer=request.viewer)
    known = {"who_signs": page.who_signs.value, "reminder_days": ", ".join(map(str, page.reminder_days))}
    form = SettingsForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        change_agreement_settings(
            by=request.viewer,
            who_signs=WhoSigns(form.cleaned_data["who_signs"]),
            reminder_days=form.cleaned_data["reminder_days"],
        )
        messages.success(request, "Saved. It counts from now on for whoever has not signed yet.")
        return redirect("aup:agreements")
    context = {"form": form, "summary_shown": True}
    return render(request, "aup/edit/settings.html", context, status=422 if form.errors else 200)
