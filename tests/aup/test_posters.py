"""The rules of a stage as posters, from the very version that was published. Duty A7; threat T20."""

import re
import uuid
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from aup.models import AgreementVersion
from aup.rules.icons import OTHERWISE, PICTURES, TABLE, icon_of
from aup.selectors.posters import posters_page
from aup.services.posters import ask_posters, open_poster, poster_of
from dispatch import rendering
from dispatch.models import Document
from packs import loader
from schools.models import Person, School
from schools.roles import Role
from schools.viewer import NotAllowed, Viewer
from tests import factories
from tests.aup.keeping import draw_all
from tests.factories.queries import queries_at_most
from tests.house.source import ROOT
from tests.printing.reading import pages_of

pytestmark = pytest.mark.django_db
STAGES = ("pupil_ks1", "pupil_ks2", "pupil_secondary")


@pytest.fixture
def school() -> School:
    return factories.school()


@pytest.fixture
def teacher(school: School) -> Person:
    return factories.person(school, "Robin Vale", Role.STAFF)


@pytest.fixture
def by(teacher: Person) -> Viewer:
    return factories.viewer(teacher)


@pytest.fixture
def version(school: School) -> AgreementVersion:
    return factories.published(school, "pupil_ks2")


# --- the rule --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "icon"),
    [
        ("I keep my password to myself.", "lock"),
        ("My messages are kind.", "kind"),
        ("I write and open messages with a grown-up.", "mail"),
        ("I never arrange to meet somebody I only know online.", "meet"),
        ("I do not put PHOTOGRAPHS of anyone online.", "camera"),
        ("If I get lost, I   stop and ask.", "stop"),
        ("If I open something unsuitable by\naccident, I close it.", "accident"),
        ("I use the internet when a grown-up is with me.", "grown_up"),
        ("I search for what I need.", "search"),
        ("I do research.", OTHERWISE),
        ("Mankind is large.", OTHERWISE),
        ("", OTHERWISE),
    ],
)
def test_the_picture_of_a_rule(text: str, icon: str) -> None:
    assert icon_of(text) == icon


@pytest.mark.parametrize(("icon", "beginnings"), TABLE)
def test_each_word_of_the_table_is_found_at_the_beginning_of_a_word_only(
    icon: str, beginnings: tuple[str, ...]
) -> None:
    earlier = [each for name, words in TABLE[: [name for name, _ in TABLE].index(icon)] for each in words]
    for each in beginnings:
        if not any(re.search(rf"\b{re.escape(word)}", each) for word in earlier):
            assert icon_of(f"I {each}.") == icon
            assert icon_of(f"Ix{each}.") != icon or " " in each or "-" in each


def test_every_picture_is_there_and_of_an_open_licence() -> None:
    assert {icon for icon, _ in TABLE} | {OTHERWISE} == set(PICTURES)
    folder = Path(ROOT) / "templates/pdf/aup/poster_v1"
    assert {each.stem for each in folder.iterdir()} == set(PICTURES)
    for each in folder.iterdir():
        assert "CC BY 4.0" in each.read_text()


def test_no_shipped_rule_is_without_a_picture_of_its_own() -> None:
    for code in STAGES:
        for clause in loader.latest("camden_2021").agreement(code).clauses:
            assert icon_of(clause.text) != OTHERWISE, clause.text


# --- the sheets ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", STAGES)
@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("a3", (842, 1191))])
def test_one_sheet_with_every_rule_word_for_word(school: School, code: str, paper: str, size: tuple[int, int]) -> None:
    version = factories.published(school, code)
    drawn = rendering.draw("pdf/aup/poster_v1.html", poster_of(version, school_name=school.name, paper=paper))
    assert drawn.pages == 1
    (page,) = pages_of(drawn.content)
    for clause in version.content["clauses"]:
        assert " ".join(clause["text"].split()) in page
    for words in (version.title, "version 1", version.sha256, school.name, "Font Awesome Free, CC BY 4.0"):
        assert words in page
    box = re.search(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", drawn.content)
    assert box is None or (round(float(box[1])), round(float(box[2]))) == size


def test_a_very_long_agreement_goes_on_over_the_page(school: School) -> None:
    clauses = [
        {"id": f"pupil_ks2.{n}", "heading": "", "text": f"Rule {n}. " + "I think before I post. " * 8}
        for n in range(1, 31)
    ]
    version = factories.published(school, "pupil_ks2", clauses=clauses)
    drawn = rendering.draw("pdf/aup/poster_v1.html", poster_of(version, school_name=school.name, paper="a4"))
    assert drawn.pages > 1
    assert "Rule 30." in " ".join(pages_of(drawn.content))


def test_both_sheets_are_issued_once(by: Viewer, version: AgreementVersion) -> None:
    with queries_at_most(9):
        ask_posters(by=by, version_id=version.pk)
    ask_posters(by=by, version_id=version.pk)
    said = Document.objects.order_by("revision").values_list("kind", "subject_id", "revision", "reference")
    assert list(said) == [
        ("poster", version.pk, 3, "poster-v1-a3"), ("poster", version.pk, 4, "poster-v1-a4"),
    ]  # fmt: skip
    assert Entry.objects.filter(action="agreement.poster_asked", object_id=version.pk).exists()


def test_only_what_is_published_for_pupils(by: Viewer, school: School, version: AgreementVersion) -> None:
    for version_id in (factories.published(school, "staff").pk, uuid.uuid4()):
        with pytest.raises(AgreementVersion.DoesNotExist):
            ask_posters(by=by, version_id=version_id)
    with queries_at_most(2):
        (line,) = posters_page(viewer=by, today=timezone.localdate())
    assert (line.version, line.stages, line.is_asked, line.is_drawn) == (version, "KS2", False, False)


def test_who_may_not_print(school: School, version: AgreementVersion) -> None:
    governor = factories.viewer(factories.person(school, "Leo Abara", Role.GOVERNOR))
    for act in (
        lambda: posters_page(viewer=governor, today=timezone.localdate()),
        lambda: ask_posters(by=governor, version_id=version.pk),
        lambda: open_poster(by=governor, version_id=version.pk, paper="a4"),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_another_schools_poster_is_not_there(by: Viewer, version: AgreementVersion) -> None:
    ask_posters(by=by, version_id=version.pk)
    other = factories.viewer(factories.person(factories.school("Hillside Primary School"), "Kit Lowe", Role.STAFF))
    with pytest.raises(Document.DoesNotExist):
        open_poster(by=other, version_id=version.pk, paper="a4")


def test_from_the_button_to_the_sheet(teacher: Person, version: AgreementVersion) -> None:
    browser: Client = factories.log_in(teacher)
    path = reverse("aup:poster", args=[version.pk, "a3"])
    assert "Make the posters" in browser.get(reverse("aup:posters")).content.decode()
    assert browser.get(path).status_code == 404
    assert browser.post(reverse("aup:posters"), {"version": "none"}).status_code == 404
    told = browser.post(reverse("aup:posters"), {"version": str(version.pk)}, follow=True).content.decode()
    assert "Being made" in told
    assert browser.get(path).status_code == 202
    draw_all()
    assert path in browser.get(reverse("aup:posters")).content.decode()
    sheet = browser.get(path)
    assert sheet["Content-Disposition"] == 'attachment; filename="poster-v1-a3.pdf"'
    assert sheet.content.startswith(b"%PDF-")
    assert browser.get(reverse("aup:poster", args=[version.pk, "a5"])).status_code == 404
