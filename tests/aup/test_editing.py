"""The editor of an agreement: drafts, two tabs, ids that are never given again, preview and publication. Duty G3."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from aup.models import AgreementVersion, Draft
from aup.rules.content import from_pack
from aup.services.drafting import discard_draft, save_draft
from aup.services.publishing import EditedMeanwhile, NotPublishable, publish
from packs import loader
from packs.schema import UnknownAgreement
from schools.models import Person, School
from schools.roles import Role
from schools.viewer import NotAllowed
from tests import factories
from tests.aup.editor import Editor
from tests.factories.queries import queries_at_most

KS2 = from_pack(loader.latest("camden_2021").agreement("pupil_ks2"))
PARENT = from_pack(loader.latest("camden_2021").agreement("parent"))
TEXTS = [each["text"] for each in KS2["clauses"]]


@pytest.fixture
def school(db: None) -> School:
    return factories.school()


@pytest.fixture
def jo(school: School) -> Person:
    return factories.coordinator(school)


@pytest.fixture
def client(jo: Person) -> Client:
    return factories.log_in(jo)


@pytest.fixture
def editor(client: Client) -> Editor:
    return Editor(client, "edit_agreement", "pupil_ks2")


def test_editing_begins_with_the_text_that_ships_and_looking_keeps_nothing(editor: Editor) -> None:
    assert editor.typed["title"] == KS2["title"]
    assert [text for _, text in editor.clauses] == TEXTS
    assert not Draft.objects.exists()


def test_a_saved_draft_is_what_was_typed(editor: Editor) -> None:
    typed = {"title": " Our  rules ", "preamble": "First line\r\nsecond", "clause-0-text": "I keep <b>it</b> & smile. "}
    editor.press("save", **typed, **{"clause-1-heading": "Asking"})
    assert "Draft saved" in editor.page
    draft = Draft.objects.get()
    assert (draft.revision, draft.content["title"]) == (1, "Our rules")
    assert draft.content["preamble"] == "First line\nsecond"
    assert draft.content["clauses"][0] == {"id": "pupil_ks2.1", "heading": "", "text": "I keep <b>it</b> & smile."}
    assert draft.content["clauses"][1]["heading"] == "Asking"
    assert [each["text"] for each in draft.content["clauses"]][1:] == TEXTS[1:]
    assert "&lt;b&gt;it" in editor.answer.content.decode()
    assert Entry.objects.get(action="agreement.draft_saved").detail == {"code": "pupil_ks2", "revision": 1}


def test_buttons_keep_everything_that_was_typed(editor: Editor) -> None:
    editor.press("down-1", **{"clause-0-text": "One, typed anew.", "clause-11-text": "Twelve, typed anew."})
    texts = [TEXTS[1], "One, typed anew.", *TEXTS[2:11], "Twelve, typed anew."]
    assert [text for _, text in editor.clauses] == texts
    assert [each for each, _ in editor.clauses][:2] == ["pupil_ks2.2", "pupil_ks2.1"]
    editor.press("up-2")
    assert [each for each, _ in editor.clauses][:2] == ["pupil_ks2.1", "pupil_ks2.2"]
    editor.press("add-2")
    assert editor.clauses[2] == ("pupil_ks2.13", "")
    editor.press("out-1", **{"clause-2-text": "A new rule."})
    assert [each for each, _ in editor.clauses][:3] == ["pupil_ks2.2", "pupil_ks2.13", "pupil_ks2.3"]
    assert editor.clauses[1][1] == "A new rule."
    editor.press("add-0").press("add-13")
    assert editor.clauses[0] == ("pupil_ks2.14", "")
    assert editor.clauses[-1] == ("pupil_ks2.15", "")
    assert len(editor.clauses) == 14
    assert Draft.objects.get().revision == 6


@pytest.mark.parametrize("action", ["up-1", "down-12", "out-99", "add-99", "up-0", "nothing", ""])
def test_a_button_that_has_nothing_to_do_loses_nothing(editor: Editor, action: str) -> None:
    editor.press(action, **{"clause-3-text": "Typed."})
    texts = [text for _, text in editor.clauses if text]
    assert texts == [*TEXTS[:3], "Typed.", *TEXTS[4:]]


def test_no_id_is_given_again_and_none_is_taken_from_the_page(editor: Editor, school: School, jo: Person) -> None:
    factories.published(school, "pupil_ks2", now=timezone.now() - timedelta(days=9))
    editor.open().press("add-12").press("save", **{"clause-12-text": "Thirteen."})
    by = factories.viewer(jo)
    publish(by=by, code="pupil_ks2", revision=2)
    editor.open().press("out-13").press("save")
    publish(by=by, code="pupil_ks2", revision=2)
    editor.open().press("add-12")
    assert editor.clauses[12][0] == "pupil_ks2.14", "thirteen was published once"
    editor.press("save", **{"clause-12-text": "New.", "clause-0-id": "parent.1", "clause-1-id": "pupil_ks2.3"})
    ids = [each for each, _ in editor.clauses]
    assert ids[0] == "pupil_ks2.15"
    assert ids[1:3] == ["pupil_ks2.3", "pupil_ks2.16"], "one id is of one clause"


def test_two_tabs_the_second_is_told_and_nothing_is_lost(client: Client, editor: Editor) -> None:
    other = Editor(client, "edit_agreement", "pupil_ks2")
    editor.press("save", **{"clause-0-text": "From the first tab."})
    other.press("save", **{"clause-1-text": "From the second tab."})
    assert other.answer.status_code == 409
    assert "Somebody has saved this draft since you opened it" in other.page
    assert "From the first tab." in other.page
    assert other.typed["clause-1-text"] == "From the second tab."
    assert Draft.objects.get().content["clauses"][0]["text"] == "From the first tab."
    other.press("add-12")
    draft = Draft.objects.get()
    assert draft.revision == 2
    assert draft.content["clauses"][1]["text"] == "From the second tab."
    assert draft.content["clauses"][0]["text"] == TEXTS[0]
    assert editor.press("save").answer.status_code == 409


def test_a_clause_that_is_new_in_a_tab_that_is_too_late_is_kept(client: Client, editor: Editor) -> None:
    other = Editor(client, "edit_agreement", "pupil_ks2")
    editor.press("save")
    other.press("add-12", **{"clause-11-text": "Typed late."})
    assert other.answer.status_code == 409
    assert other.clauses[11][1] == "Typed late."
    other.press("save", **{"clause-12-text": "New and late."})
    assert other.clauses[12] == ("pupil_ks2.13", "New and late.")


def test_which_consents_there_are_is_fixed(client: Client) -> None:
    editor = Editor(client, "edit_agreement", "parent")
    editor.press("save", **{"consent-video_calls": "My child may be in video calls.", "consent-sell_data": "Anything."})
    consents = Draft.objects.get().content["consents"]
    assert [(each["code"], each["needed"]) for each in consents] == [
        (each["code"], each["needed"]) for each in PARENT["consents"]
    ]
    assert consents[3]["text"] == "My child may be in video calls."


def test_a_draft_may_be_unfinished_and_says_what_is_missing(editor: Editor, jo: Person) -> None:
    editor.press("save", **{"clause-0-text": "", "clause-2-text": "x" * 1001, "title": ""})
    assert "Before it can be published" in editor.page
    assert "Clause 1: Write something here, or take it out." in editor.page
    assert "Shorten this to 1,000 characters" in editor.page
    with pytest.raises(NotPublishable):
        publish(by=factories.viewer(jo), code="pupil_ks2", revision=1)
    answer = editor.client.post(reverse("aup:publish_agreement", args=["pupil_ks2"]), {"revision": "1"}, follow=True)
    assert "need your attention" in answer.content.decode()
    assert not AgreementVersion.objects.exists()


def test_characters_that_cannot_be_kept_do_no_harm(editor: Editor) -> None:
    editor.press("save", **{"clause-0-text": "I keep\x00 my word.", "clause-1-text": "Turned \u202e round."})
    clauses = Draft.objects.get().content["clauses"]
    assert clauses[0]["text"] == "I keep my word."
    assert "Take out the characters that cannot be kept." in editor.page
    assert clauses[1]["text"] == "Turned \u202e round."


def test_the_preview_shows_what_changed_and_who_is_asked_again(editor: Editor, school: School) -> None:
    parent = factories.person(school, "Dana Reed", Role.PARENT)
    other = factories.person(school, "Noor Bell", Role.PARENT)
    child, second = factories.pupil(school), factories.pupil(school, "Ada Bell")
    factories.parent_of(child, parent)
    factories.parent_of(second, other)
    version = factories.published(school, "pupil_ks2", now=timezone.now() - timedelta(hours=1))
    factories.signature(version, parent, child)
    editor.open().press("preview", **{"clause-0-text": "I tell nobody my password."})
    assert "4 people are" in " ".join(editor.page.split())
    assert "Of these, 1 has signed the version in force and is asked again." in " ".join(editor.page.split())
    assert TEXTS[0] in editor.page
    assert "I tell nobody my password." in editor.page
    assert "pupil_ks2.1" in editor.page
    with queries_at_most(14):
        editor.client.get(reverse("aup:preview_agreement", args=["pupil_ks2"]))


def test_a_draft_is_published_once_and_only_as_it_was_seen(editor: Editor, school: School) -> None:
    publish_it = reverse("aup:publish_agreement", args=["pupil_ks2"])
    editor.press("preview", **{"clause-0-text": "I tell nobody my password."})
    editor.open().press("save", **{"clause-1-text": "I ask first."})
    late = editor.client.post(publish_it, {"revision": "1"}, follow=True)
    assert "Somebody has changed this draft" in late.content.decode()
    assert not AgreementVersion.objects.exists()
    done = editor.client.post(publish_it, {"revision": "2"})
    assert done["Location"] == reverse("aup:agreement", args=["pupil_ks2"])
    version = AgreementVersion.objects.get()
    assert version.content["clauses"][0]["text"] == "I tell nobody my password."
    assert not Draft.objects.exists()
    assert editor.client.post(publish_it, {"revision": "2"}).status_code == 404
    assert editor.open().typed["clause-0-text"] == "I tell nobody my password.", "the next draft begins with it"
    editor.press("preview")
    assert "word for word what is published already" in editor.page


def test_a_draft_is_thrown_away(editor: Editor) -> None:
    discard = reverse("aup:discard_draft", args=["pupil_ks2"])
    assert editor.client.post(discard, {"revision": "1"}).status_code == 404
    editor.press("save").press("save")
    late = editor.client.post(discard, {"revision": "1"}, follow=True)
    assert "Somebody has changed this draft" in late.content.decode()
    assert Draft.objects.exists()
    editor.client.post(discard, {"revision": "2"})
    assert not Draft.objects.exists()
    assert Entry.objects.filter(action="agreement.draft_discarded").count() == 1


def test_services_ask_who_it_is_and_say_what_they_cost(school: School, jo: Person) -> None:
    by, teacher = factories.viewer(jo), factories.viewer(factories.person(school, "Ada Bell", Role.STAFF))
    with pytest.raises(NotAllowed):
        save_draft(by=teacher, code="pupil_ks2", revision=0, content=KS2)
    with pytest.raises(NotAllowed):
        discard_draft(by=teacher, code="pupil_ks2", revision=0)
    with pytest.raises(UnknownAgreement):
        save_draft(by=by, code="nothing", revision=0, content=KS2)
    with pytest.raises(EditedMeanwhile):
        save_draft(by=by, code="pupil_ks2", revision=1, content=KS2)
    with queries_at_most(6):
        save_draft(by=by, code="pupil_ks2", revision=0, content=KS2)
    with queries_at_most(6):
        save_draft(by=by, code="pupil_ks2", revision=1, content=KS2)
    with queries_at_most(11):
        publish(by=by, code="pupil_ks2", revision=2)


def test_nobody_else_edits(school: School) -> None:
    client = factories.log_in(factories.person(school, "Ada Bell", Role.STAFF, Role.SCHOOL_OFFICE))
    for name, parts in (
        ("edit_agreement", ["pupil_ks2"]),
        ("preview_agreement", ["pupil_ks2"]),
        ("edit_translation", ["pupil_ks2", "ur"]),
        ("agreement_settings", []),
    ):
        assert client.get(reverse(f"aup:{name}", args=parts)).status_code == 403
    jo = factories.log_in(factories.coordinator(school))
    assert jo.get(reverse("aup:edit_agreement", args=["nothing"])).status_code == 404
    assert jo.get(reverse("aup:preview_agreement", args=["pupil_ks2"])).status_code == 404
    there = factories.coordinator(factories.school("Hillside"), "Bron Acht")
    save_draft(by=factories.viewer(there), code="pupil_ks2", revision=0, content={**KS2, "title": "Theirs alone"})
    assert "Theirs alone" not in Editor(jo, "edit_agreement", "pupil_ks2").page


def test_the_reading_age_stands_beside_the_one_it_is_meant_for(editor: Editor) -> None:
    hard = "Inappropriate telecommunications infrastructure utilisation necessitates disciplinary consequences."
    assert "Meant for" in editor.page
    editor.press("save", **{f"clause-{place}-text": hard for place in range(6)})
    assert "The text may be hard for some of those who are to read it." in editor.page
    assert "pupil_ks2.1: about 22 years" in editor.page
    assert "grown-ups" in Editor(editor.client, "edit_agreement", "staff").page
