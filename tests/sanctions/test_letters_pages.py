"""The parts of pages about letters, and what is typed into them. Duty R11 (CC 4.3)."""

import html
import io
import re
import uuid
from typing import Any

import pikepdf
import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from dispatch.models import Document
from dispatch.preparing import stored_pdf
from sanctions.forms.letters import DraftLetterForm, EditionForm, LetterForm
from sanctions.models import LetterCopy
from sanctions.selectors.letters import LetterPage, letter_page, letters_of
from sanctions.services.letter_problems import EditedMeanwhile
from schools.roles import Role
from tests import factories
from tests.printing.reading import tree_of
from tests.sanctions.letter_routes import WAYS
from tests.sanctions.letters import Home, draw_all

KEY = uuid.uuid4()


@pytest.fixture
def home(db: None, settings: Any) -> Home:
    settings.ROOT_URLCONF = "tests.sanctions.letter_routes"
    return Home()


def shown(part: str, **context: Any) -> str:
    request = RequestFactory().get("/")
    return render_to_string(f"sanctions/letters/{part}.html", {"ways": WAYS, "key": KEY, **context}, request)


def words(source: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", source)).split())


def whole(page: LetterPage) -> str:
    """A letter as its page shows it: the words, and beside them what is to be done."""
    return shown("preview", page=page) + shown("who_gets_it", page=page)


def at(name: str, one: uuid.UUID) -> str:
    return reverse(name, kwargs={"key": KEY, "one": one})


def test_the_list_offers_the_letters_that_fit_and_chooses_none(home: Home) -> None:
    case = home.case()
    home.decide(case, sanctions=(home.ban(),))
    page = letters_of(viewer=home.by, case_id=case.pk)
    source = shown("list", page=page, form=DraftLetterForm(page=page))
    for title in ("Please come in at once", "What was decided", "No internet at school for a time"):
        assert title in words(source)
    assert f'action="{at("t_draft", case.pk)}"' in source
    assert "checked" not in source
    assert "When and where do they come in?" in words(source)
    letter = home.written(case)
    page = letters_of(viewer=home.by, case_id=case.pk)
    assert f'href="{at("t_letter", letter.pk)}"' in shown("list", page=page, form=DraftLetterForm(page=page))


def test_the_list_where_nothing_fits_and_for_who_may_only_read(home: Home) -> None:
    case = home.case("A")
    page = letters_of(viewer=home.by, case_id=case.pk)
    source = shown("list", page=page, form=DraftLetterForm(page=page))
    assert "No letter fits where the case stands now." in words(source)
    assert "<form" not in source
    dsl = factories.viewer(factories.person(home.school, "Marc Oyel", Role.DSL))
    page = letters_of(viewer=dsl, case_id=home.case().pk)
    source = shown("list", page=page, form=DraftLetterForm(page=page))
    assert "No letter has been written yet." in words(source)
    assert "<form" not in source


def test_the_form_that_drafts(home: Home) -> None:
    page = letters_of(viewer=home.by, case_id=home.case().pk)
    form = DraftLetterForm(QueryDict("template=come_in&meeting=on+Monday"), page=page)
    assert form.is_valid()
    assert (form.cleaned_data["template"], form.meeting_said) == ("come_in", "on Monday")
    for typed, problem in (("", "Choose a letter."), ("template=quashed", "does not fit any more")):
        refused = DraftLetterForm(QueryDict(typed), page=page)
        assert problem in str(refused.errors)
    told = home.case("A")
    home.decide(told, "A")
    page = letters_of(viewer=home.by, case_id=told.pk)
    form = DraftLetterForm(QueryDict("template=told_low"), page=page)
    assert form.is_valid()
    assert form.meeting_said == ""


def test_the_editor_says_what_is_still_to_be_written(home: Home) -> None:
    letter = home.draft(home.case())
    page = letter_page(viewer=home.by, letter_id=letter.pk, cases=[letter.case_id])
    source = shown("edit", page=page, form=LetterForm(page=page))
    assert "Still to be written [write here the day, the time and the room]" in words(source)
    assert f'action="{at("t_edit", letter.pk)}"' in source
    assert "Dear parent or carer of Sam," in html.unescape(source)
    assert 'name="edition" value="1"' in source


def test_what_was_typed_stays_where_somebody_was_quicker(home: Home) -> None:
    letter = home.draft(home.case())
    seen = letter_page(viewer=home.by, letter_id=letter.pk, cases=[letter.case_id])
    home.save(letter, "What the other one wrote.")
    typed = QueryDict("edition=1&subject_line=About+Sam&body=What+I+wrote.")
    form = LetterForm(typed, page=seen)
    assert form.is_valid()
    newest = letter_page(viewer=home.by, letter_id=letter.pk, cases=[letter.case_id])
    with pytest.raises(EditedMeanwhile) as problem:
        home.save(letter, form.cleaned_data["body"], edition=form.cleaned_data["edition"])
    form.take(problem.value, newest)
    source = shown("edit", page=seen, form=form, newest=newest)
    assert "What I wrote." in words(source)
    assert "What the other one wrote." in words(source)
    assert "Somebody has changed this letter" in words(source)
    assert 'name="edition" value="2"' in source
    assert typed["edition"] == "1"


@pytest.mark.parametrize("typed", ["edition=0", "edition=x", "", "edition=9999999999"], ids=["0", "x", "none", "huge"])
def test_an_edition_is_a_number(typed: str) -> None:
    assert not EditionForm(QueryDict(typed)).is_valid()


def test_the_preview_says_who_gets_it_and_has_one_button_for_who_may(home: Home) -> None:
    home.parent("Ben Reed")
    home.parent("Cal Moss", is_barred=True)
    letter = home.written()
    page = letter_page(viewer=home.head, letter_id=letter.pk, cases=[letter.case_id])
    source = whole(page)
    said = words(source)
    assert "Ann Reed, by a mail that says only that there is a letter" in said
    assert "Ben Reed, on paper" in said
    assert "not to get it: 1" in said
    assert "Cal Moss" not in said
    assert f'action="{at("t_approve", letter.pk)}"' in source
    assert 'name="edition" value="1"' in source
    page = letter_page(viewer=home.by, letter_id=letter.pk, cases=[letter.case_id])
    assert at("t_approve", letter.pk) not in whole(page)
    assert at("t_discard", letter.pk) in whole(page)


@pytest.mark.parametrize("why", ["gap", "nobody"])
def test_there_is_no_button_that_would_be_refused(home: Home, why: str) -> None:
    letter = home.draft(home.case()) if why == "gap" else home.written()
    if why == "nobody":
        home.sam.guarded_by.update(is_barred=True)
    page = letter_page(viewer=home.head, letter_id=letter.pk, cases=[letter.case_id])
    assert at("t_approve", letter.pk) not in whole(page)


def test_after_it_was_approved(home: Home) -> None:
    home.parent("Ben Reed")
    letter = home.approve(home.written())
    draw_all()
    page = letter_page(viewer=home.by, letter_id=letter.pk, cases=[letter.case_id])
    source = whole(page)
    assert f'href="{at("t_pdf", letter.pk)}"' in source
    for copy in LetterCopy.objects.all():
        assert f'action="{at("t_posted", copy.pk)}"' in source
    for gone in ("t_edit", "t_approve", "t_discard"):
        assert at(gone, letter.pk) not in source
    assert "Print it and post it." in words(source)


def test_what_was_typed_is_shown_as_text(home: Home) -> None:
    letter = home.draft(home.case())
    letter = home.save(letter, "<script>alert(1)</script>\n\n- <b>one</b>")
    page = letter_page(viewer=home.head, letter_id=letter.pk, cases=[letter.case_id])
    source = whole(page) + shown("edit", page=page, form=LetterForm(page=page))
    assert "<script>" not in source
    assert "<b>one" not in source


def test_the_pdf_is_tagged_and_names_nobody_in_its_title(home: Home) -> None:
    case = home.case()
    home.decide(case, sanctions=(home.ban(),))
    letter = home.approve(home.draft(case, "told_serious"))
    draw_all()
    document = Document.objects.get()
    with pikepdf.open(io.BytesIO(stored_pdf(document))) as pdf:
        assert str(pdf.docinfo["/Title"]) == f"Letter LETTER-{letter.pk.hex[:8].upper()}"
        assert str(pdf.Root.Lang) == "en-GB"
        assert pdf.Root.MarkInfo.Marked
        assert "pdfuaid" in pdf.Root.Metadata.read_bytes().decode()
        tags = [tag for _, tag, _ in tree_of(pdf)]
        assert tags.count("H1") == 1
        assert tags.count("LI") == 2
        assert [round(float(each)) for each in pdf.pages[0].mediabox] == [0, 0, 595, 842]
