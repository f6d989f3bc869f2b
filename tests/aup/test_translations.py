"""Translations beside the English text: part by part, published together, never behind unnoticed. Duty A2."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aup.models import AgreementVersion, Draft
from aup.rules.content import from_pack, sha256_of
from aup.selectors.editing import UnknownLanguage, fitted
from aup.services.drafting import save_translation
from aup.services.publishing import NotPublishable, publish
from packs import loader
from schools.models import Person, School
from tests import factories
from tests.aup.editor import Editor

KS1 = from_pack(loader.latest("camden_2021").agreement("pupil_ks1"))
# A text in another script, as long as it needs to be.
WORDS = "میں آن لائن محفوظ رہتا ہوں"


@pytest.fixture
def jo(db: None) -> Person:
    return factories.coordinator(factories.school())


@pytest.fixture
def client(jo: Person) -> Client:
    return factories.log_in(jo)


def translated(editor: Editor, text: str = WORDS) -> dict[str, str]:
    """Something in every part."""
    return {name: text for name in editor.typed if name != "revision"}


def test_a_translation_is_written_beside_the_english_text(client: Client) -> None:
    editor = Editor(client, "edit_translation", "pupil_ks1", "ur")
    assert KS1["clauses"][0]["text"] in editor.page
    assert 'dir="rtl"' in editor.page
    assert 'lang="ur"' in editor.page
    assert set(editor.typed.values()) == {"", "0"}
    assert not Draft.objects.exists()
    editor.press("save", **{"clause-0-text": WORDS})
    assert editor.typed["clause-0-text"] == WORDS
    assert "Some parts have no translation yet" in editor.page
    english = Editor(client, "edit_agreement", "pupil_ks1")
    assert "Urdu: 8 parts to be seen to." in english.page
    editor.press("save", **translated(editor))
    assert "Some parts have no translation yet" not in editor.page
    text = Draft.objects.get().translations["ur"]
    assert [each["id"] for each in text["clauses"]] == [each["id"] for each in KS1["clauses"]]
    assert 'dir="ltr"' in Editor(client, "edit_translation", "pupil_ks1", "pl").page


def test_both_are_published_together_and_a_gap_keeps_both_back(client: Client, jo: Person) -> None:
    editor = Editor(client, "edit_translation", "pupil_ks1", "ur")
    editor.press("save", **{"clause-0-text": WORDS})
    with pytest.raises(NotPublishable):
        publish(by=factories.viewer(jo), code="pupil_ks1", revision=1)
    editor.press("save", **translated(editor))
    preview = client.get(reverse("aup:preview_agreement", args=["pupil_ks1"])).content.decode()
    assert 'lang="ur" dir="rtl"' in preview
    version = publish(by=factories.viewer(jo), code="pupil_ks1", revision=2)
    said = version.translations["ur"]
    assert said["sha256"] == sha256_of(said["content"])
    page = client.get(reverse("aup:agreement_version", args=["pupil_ks1", 1])).content.decode()
    assert said["sha256"] in page
    assert WORDS in page
    assert "also in Urdu" in client.get(reverse("aup:agreements")).content.decode()


def test_characters_that_turn_a_text_round_are_not_published(client: Client, jo: Person) -> None:
    editor = Editor(client, "edit_translation", "pupil_ks1", "ur")
    editor.press("save", **translated(editor, f"{WORDS} \u202e"))
    with pytest.raises(NotPublishable):
        publish(by=factories.viewer(jo), code="pupil_ks1", revision=1)


def test_the_next_draft_keeps_the_translation_and_says_where_it_is_behind(client: Client, jo: Person) -> None:
    editor = Editor(client, "edit_translation", "pupil_ks1", "pl")
    editor.press("save", **translated(editor, "Po polsku."))
    publish(by=factories.viewer(jo), code="pupil_ks1", revision=1, now=timezone.now() - timedelta(hours=1))
    english = Editor(client, "edit_agreement", "pupil_ks1")
    english.press("down-1").press("out-8").press("save", **{"clause-1-text": "I go online with a grown-up."})
    editor.open()
    assert editor.page.count("The English text has changed since this was translated.") == 1
    clauses = Draft.objects.get().translations["pl"]["clauses"]
    assert [each["id"] for each in clauses] == [each for each, _ in english.clauses]
    editor.press("save", **{"clause-1-text": "Po polsku, na nowo."})
    assert "The English text has changed" not in editor.page


def test_two_tabs_and_taking_it_out(client: Client) -> None:
    one, two = (Editor(client, "edit_translation", "pupil_ks1", "pl") for _ in range(2))
    one.press("save", title="Nasze zasady")
    two.press("save", **{"clause-2-text": "Na klawiaturze."})
    assert two.answer.status_code == 409
    assert two.typed["clause-2-text"] == "Na klawiaturze."
    two.press("save")
    assert Draft.objects.get().translations["pl"]["clauses"][2]["text"] == "Na klawiaturze."
    two.press("remove")
    assert Draft.objects.get().translations == {}


def test_languages_that_are_not_offered(client: Client, jo: Person) -> None:
    for language in ("xx", "en", "ur-PK"):
        assert client.get(reverse("aup:edit_translation", args=["pupil_ks1", language])).status_code == 404
    with pytest.raises(UnknownLanguage):
        save_translation(by=factories.viewer(jo), code="pupil_ks1", language="xx", revision=0, translation=None)
    editor = Editor(client, "edit_agreement", "pupil_ks1")
    editor.press("translate", language="")
    assert "Choose the language of the translation first." in editor.page
    editor.press("translate", **{"language": "so", "clause-0-text": "Typed before."})
    assert "Somali" in editor.page
    assert Draft.objects.get().content["clauses"][0]["text"] == "Typed before."


def test_a_translation_is_fitted_to_the_english_text() -> None:
    part = {"title": "Tytuł", "clauses": [{"id": "gone", "text": "Nic"}, {"id": "pupil_ks1.2", "text": "Dwa"}]}
    said = fitted({**part, "preamble": "Nic"}, KS1)
    assert [each["text"] for each in said["clauses"]][:3] == ["", "Dwa", ""]
    assert said["preamble"] == ""
    assert len(said["clauses"]) == len(KS1["clauses"])


def test_a_school_sees_its_own_alone(client: Client, school_of_others: School) -> None:
    assert "Theirs" not in Editor(client, "edit_translation", "pupil_ks1", "pl").page
    assert not AgreementVersion.objects.exists()


@pytest.fixture
def school_of_others(db: None) -> School:
    other = factories.coordinator(factories.school("Hillside"), "Bron Acht")
    text = fitted({"title": "Theirs"}, KS1)
    save_translation(by=factories.viewer(other), code="pupil_ks1", language="pl", revision=0, translation=text)
    return other.school
