"""What the pages of the record's form have in common: progress, clock, the conflict of two versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from incidents.forms.answers import AnswersForm, Typed
from incidents.rules.clock import Clock, clock_for
from incidents.rules.pages import PAGES, Page, state_of
from incidents.rules.wording import compare
from incidents.selectors.guidance import key_of
from incidents.selectors.sheets import RecordSheet
from incidents.services.reading import OpenPage
from schools.middleware import SchoolRequest


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step of the progress over the form."""

    title: str
    state: str
    href: str
    current: bool


def steps_of(sheet: RecordSheet, current: str) -> list[StepShown]:
    """The pages, each with how far it has come, and the check at the end."""
    today = timezone.localdate()
    steps = [
        _step(each.title, state_of(sheet.pack.form, each, sheet.content, today=today), each.code == current, url)
        for each in PAGES
        for url in [page_url(sheet.incident_id, each.code)]
    ]
    check = reverse("incidents:check", args=[sheet.incident_id])
    return [*steps, _step("Check and send", "todo", current == "check", check)]


def steps_of_a_new_one() -> list[StepShown]:
    """The same before there is a record: only the first page can be opened."""
    titles = [*(each.title for each in PAGES), "Check and send"]
    return [_step(title, "todo", number == 0, "") for number, title in enumerate(titles)]


def _step(title: str, state: str, current: bool, href: str) -> StepShown:
    if current and state != "problem":
        state = "now"
    return StepShown(title, state, href, current)


def page_url(incident_id: UUID, code: str) -> str:
    """Where a page of a record is filled in."""
    return reverse("incidents:record", args=[incident_id, code])


def next_url(incident_id: UUID, code: str) -> str:
    """Where "Save and continue" leads."""
    codes = [each.code for each in PAGES]
    after = codes.index(code) + 1
    if after < len(codes):
        return page_url(incident_id, codes[after])
    return reverse("incidents:check", args=[incident_id])


def clock_of(sheet: RecordSheet) -> Clock | None:
    """The clock of what the authority does not have yet."""
    if sheet.due_at is None or sheet.was_sent or sheet.is_closed:
        return None
    return clock_for(sheet.due_at, timezone.now())


def show(
    request: SchoolRequest,
    opened: OpenPage,
    form: AnswersForm,
    *,
    version: int,
    template: str = "incidents/record/page.html",
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """A page of the record. ``version``: which one the answers in the form are meant to follow."""
    sheet, page = opened.sheet, opened.page
    context = {
        "sheet": sheet,
        "page": page,
        "form": form,
        "summary_shown": True,
        "version": version,
        "steps": steps_of(sheet, page.code),
        "clock": clock_of(sheet),
        "organisation": opened.organisation,
        "guidance": opened.guidance,
        "evidence": opened.evidence,
        "pack_key": key_of(sheet.pack),
        "last": page == PAGES[-1],
        **more,
    }
    return render(request, template, context, status=status)


def show_conflict(
    request: SchoolRequest, sheet: RecordSheet, page: Page, yours: Mapping[str, Any], typed: Typed
) -> HttpResponse:
    """Both versions of a page, question by question, and a way to go on with either. Nothing has been saved."""
    context = {
        "sheet": sheet,
        "page": page,
        "steps": steps_of(sheet, page.code),
        "compared": compare(sheet.pack.form, page.keys, yours, sheet.content),
        "typed": typed,
        "clock": clock_of(sheet),
    }
    return render(request, "incidents/record/conflict.html", context, status=409)
