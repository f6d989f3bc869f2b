"""The people of a record: found by type-ahead or by name, each with the part they played."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from audit.traces import HANDING_OUT, traced
from incidents.forms.answers import Typed, restored
from incidents.forms.people import KIND_LABELS, Named, PeopleForm, Row, tidy_number, words_to_find
from incidents.forms.record import tidy_version
from incidents.selectors.sheets import edition_of
from incidents.services.browsing import read_newest, search_people
from incidents.services.problems import NotAcceptable, ShutsYouOut, StaleVersion, WrongStatus
from incidents.services.reading import OpenPage, open_page
from incidents.services.recording import save_page, save_page_draft
from incidents.views.onward import onward
from incidents.views.record_page import next_url, page_url, show, show_conflict
from incidents.views.sensitive import sensitive
from schools.middleware import SchoolRequest
from schools.roles import Permission
from schools.selectors import PersonFound, people_by_id
from schools.viewer import Viewer

CODE = "people"
TEMPLATE = "incidents/people/page.html"
LETTERS_MIN = 2


@traced("people.searched", by=HANDING_OUT)
@require_POST
@sensitive
def find(request: SchoolRequest) -> HttpResponse:
    """The rows of the type-ahead. By POST, so that a name stands in no URL and no log (threat T22). Five queries."""
    request.viewer.must(Permission.HANDLE_INCIDENTS)
    words = _words(request.POST)
    found = _search(request.viewer, words)
    return render(request, "components/picker_results.html", {"found": found, "find": words})


def _words(data: QueryDict) -> str:
    return " ".join(data.get("find", "").replace("\x00", "").split())[:200]


def _found(viewer: Viewer, words: str) -> list[dict[str, object]]:
    return _search(viewer, words) if words else []


def _search(viewer: Viewer, words: str) -> list[dict[str, object]]:
    # Too few letters fit nobody; it is on record all the same that somebody asked.
    found = search_people(by=viewer, words=words if len(words) >= LETTERS_MIN else "")
    return [_line(person) for person in found]


def _line(person: PersonFound) -> dict[str, object]:
    return {
        "id": str(person.person_id),
        "name": person.name,
        "group": person.group,
        "kind_label": KIND_LABELS.get(person.kind, "") if person.kind != "other" else "",
    }


def edit(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """The page with everybody in the case; called by ``record.edit``, which guards it."""
    viewer = request.viewer
    if request.method == "POST":
        return _posted(request, open_page(by=viewer, incident_id=incident_id, page_code=CODE))
    page = open_page(by=viewer, incident_id=incident_id, page_code=CODE)
    if page.sheet.is_closed:
        return redirect("incidents:incident", incident_id)
    if page.draft is None:
        return _show(request, page, _form(page), version=page.sheet.revision)
    form = _form(page, data=restored(page.draft.content.get("typed", {})), checked=False)
    return _show(request, page, form, version=page.draft.base_revision, draft=page.draft)


def autosave(request: SchoolRequest, incident_id: UUID) -> HttpResponse:
    """Keep the rows as they stand; called by ``record.autosave``."""
    edition = edition_of(viewer=request.viewer, incident_id=incident_id)
    today = timezone.localdate()
    form = PeopleForm(edition.pack.form, was_sent=edition.was_sent, today=today, data=request.POST, checked=False)
    version = tidy_version(request.POST.get("version"))
    saved_at = _keep(request.viewer, incident_id, version, form.typed())
    return JsonResponse({"saved": f"{timezone.localtime(saved_at):%H:%M}"})


def _keep(viewer: Viewer, incident_id: UUID, version: int, typed: Typed) -> datetime:
    return save_page_draft(
        by=viewer, incident_id=incident_id, page_code=CODE, version=version, content={"typed": typed}
    )


def _form(page: OpenPage, *, data: QueryDict | None = None, checked: bool = True) -> PeopleForm:
    sheet = page.sheet
    answers = sheet.content if data is None else None
    return PeopleForm(
        sheet.pack.form,
        was_sent=sheet.was_sent,
        today=timezone.localdate(),
        data=data,
        answers=answers,
        checked=checked,
    )


def _posted(request: SchoolRequest, page: OpenPage) -> HttpResponse:
    action = request.POST.get("action", "")
    version = tidy_version(request.POST.get("version"))
    if action == "mine":
        form = _form(page, data=request.POST, checked=False)
        return _show(request, page, form, version=page.sheet.revision, mine=True)
    if action == "find" or action.startswith("match-"):
        return _look_up(request, page, version, action)
    form = _form(page, data=request.POST)
    if action == "add":
        return _add(request, page, form, version)
    if not form.is_valid():
        return _show(request, page, form, version=version, status=422)
    return _save(request, page, form, version)


def _look_up(request: SchoolRequest, page: OpenPage, version: int, action: str) -> HttpResponse:
    """The page again with the rows that were asked for, without JavaScript or to match a typed name."""
    data = request.POST.copy()
    form = _form(page, data=data, checked=False)
    number = tidy_number(action.removeprefix("match-"))
    row = next((each for each in form.rows if each.number == number), None)
    if row is not None:
        data["match"], data["find"], data["pick"] = str(row.number), words_to_find(row.name), ""
    return _show(request, page, form, version=version)


def _add(request: SchoolRequest, page: OpenPage, form: PeopleForm, version: int) -> HttpResponse:
    """Put whoever stands in the picker among the rows; the page is still to be saved."""
    viewer, incident_id = request.viewer, page.sheet.incident_id
    named = _named(viewer, form)
    if not form.has_newcomer or (form.match is not None and named is None):
        form.add_error("find", "Choose somebody from the list first.")
    elif form.is_valid() and form.is_there_already(named):
        form.add_error("add_part", "This person is there already with this part.")
    if not form.is_valid():
        return _show(request, page, form, version=version, status=422)
    try:
        _keep(viewer, incident_id, version, form.typed_with(named))
    except StaleVersion:
        return _conflict(request, page, form)
    except WrongStatus as refused:
        form.add_error(None, str(refused))
        return _show(request, page, form, version=version, status=409)
    return redirect(f"{page_url(incident_id, CODE)}#people-find")


def _save(request: SchoolRequest, page: OpenPage, form: PeopleForm, version: int) -> HttpResponse:
    incident_id = page.sheet.incident_id
    try:
        save_page(
            by=request.viewer,
            incident_id=incident_id,
            page_code=CODE,
            version=version,
            answers=form.to_answers(),
            reason=form.reason,
            confirmed="confirmed" in request.POST,
        )
    except NotAcceptable as refused:
        for problem in refused.problems:
            form.show(problem)
        return _show(request, page, form, version=version, status=422)
    except StaleVersion:
        return _conflict(request, page, form)
    except (WrongStatus, ShutsYouOut) as refused:
        form.add_error(None, str(refused))
        asks = isinstance(refused, ShutsYouOut)
        return _show(request, page, form, version=version, status=409, shuts_out=asks)
    if request.POST.get("action") == "save":
        return onward(request, incident_id, done="Saved.", to=page_url(incident_id, CODE))
    return onward(request, incident_id, to=next_url(incident_id, CODE))


def _conflict(request: SchoolRequest, page: OpenPage, form: PeopleForm) -> HttpResponse:
    newest = read_newest(by=request.viewer, incident_id=page.sheet.incident_id)
    typed = form.typed_with(_named(request.viewer, form)) if form.has_newcomer else form.typed()
    return show_conflict(request, newest, page.page, form.to_answers(), typed)


def _named(viewer: Viewer, form: PeopleForm) -> Named | None:
    """Whoever was picked, as the school knows them; None for a typed name and for an id of another school."""
    if not form.picked:
        return None
    for person in people_by_id(viewer=viewer, person_ids=[UUID(form.picked)]).values():
        return Named(person.person_id, person.name, person.group, person.kind)
    return None


def _show(
    request: SchoolRequest,
    page: OpenPage,
    form: PeopleForm,
    *,
    version: int,
    status: int = 200,
    draft: object = None,
    mine: bool = False,
    shuts_out: bool = False,
) -> HttpResponse:
    words = _words(form.data) if isinstance(form.data, QueryDict) else ""
    matched: Row | None = next((each for each in form.rows if each.number == form.match), None)
    return show(
        request,
        page,
        form,
        version=version,
        template=TEMPLATE,
        status=status,
        find=words,
        found=_found(request.viewer, words),
        picked=form.picked,
        matched=matched,
        draft=draft,
        mine=mine,
        shuts_out=shuts_out,
    )
