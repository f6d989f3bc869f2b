"""Letters to the parents of somebody in an incident: who may have them go out, to whom, and naming whom. R11, S2."""

import threading
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from audit.models import Entry
from dispatch.models import Notice
from dispatch.notice_delivery import deliver_notice
from dispatch.notices import NoLongerWanted, NoticeFacts
from dispatch.rules.notices import NoticeKind, NoticeState
from incidents.models import Incident
from incidents.selectors.readers import readings_of
from incidents.services import deciding, letters
from incidents.services.handing_on import hand_on
from sanctions.mails import letter_to_parents
from sanctions.models import Case, Letter, LetterCopy, LetterLink, Sanction
from sanctions.services.letter_links import LinkPassed, LinkUnknown, find_letter, make_letter_link, open_letter
from sanctions.services.letter_problems import (
    EditedMeanwhile,
    LetterNotReady,
    NamesAnotherChild,
    NobodyMayHaveIt,
    NoLongerFits,
    NoLongerNamed,
)
from sanctions.services.problems import NothingToDo
from schools.models import Guardian, Person, School
from schools.roles import Role
from schools.viewer import NotAllowed, Viewer
from schools.wall import in_school
from tests import factories
from tests.factories.queries import queries_at_most
from tests.incidents.posts import everybody, name_people
from tests.incidents.test_deciding_pages import address, ban, bullying, case_of, confirm, decide, stale, words
from tests.sanctions.letters import draw_all


def parent(child: Person, name: str, email: str = "", **changes: Any) -> Person:
    given, _, family = name.partition(" ")
    made = Person.objects.create(school_id=child.school_id, given_name=given, family_name=family, email=email)
    factories.parent_of(child, made, **changes)
    return made


class Scene:
    """A matter about Sam Reed, whose mother has an address; the co-ordinator has confirmed the facts."""

    def __init__(self, *others: dict[str, str]) -> None:
        self.school: School = factories.school()
        self.who = everybody(self.school)
        self.jo: Viewer = factories.viewer(self.who[Role.COORDINATOR])
        self.head: Viewer = factories.viewer(self.who[Role.HEAD_TEACHER])
        self.sam = factories.pupil(self.school, "Sam Reed")
        self.ann = parent(self.sam, "Ann Reed", "ann@example.org")
        self.incident: Incident = bullying(self.jo, self.sam)
        if others:
            self.names(factories.involved(self.sam, "subject"), *others)
        self.case: Case = confirm(self.jo, self.incident, case_of(self.incident, self.sam))

    def names(self, *people: dict[str, str]) -> None:
        self.incident = name_people(self.jo, self.incident, *people)

    def decide(self) -> None:
        decide(self.head, self.incident, self.case)

    def quash(self) -> None:
        deciding.quash(
            by=self.head,
            incident_id=self.incident.pk,
            case_id=self.case.pk,
            seen=1,
            reason="The panel found otherwise.",
        )

    def draft(self, template: str = "come_in", by: Viewer | None = None) -> Letter:
        return letters.draft_letter(
            by=by or self.jo, incident_id=self.incident.pk, case_id=self.case.pk, template=template, meeting="on Monday"
        )

    def save(self, letter: Letter, body: str) -> Letter:
        return letters.save_letter(
            by=self.jo, incident_id=self.incident.pk, letter_id=letter.pk, edition=letter.edition,
            subject_line=letter.subject_line, body=body,
        )  # fmt: skip

    def approve(self, letter: Letter, by: Viewer | None = None) -> Letter:
        return letters.approve_letter(
            by=by or self.head, incident_id=self.incident.pk, letter_id=letter.pk, edition=letter.edition
        )

    def page(self, letter: Letter, by: Viewer | None = None) -> Any:
        return letters.open_letter(by=by or self.head, incident_id=self.incident.pk, letter_id=letter.pk).letter


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


@pytest.fixture
def coordinator(scene: Scene) -> Client:
    return factories.log_in(scene.who[Role.COORDINATOR])


def compose() -> Any:
    """The mail as it would be made now."""
    notice = Notice.objects.get(kind="letter_to_parents")
    return letter_to_parents(
        NoticeFacts(
            notice.pk, NoticeKind(notice.kind), notice.school_id, notice.to_address, notice.object_id, {}, None,
            notice.created_at,
        )
    )  # fmt: skip


def nothing_left() -> bool:
    return not (Notice.objects.filter(kind="letter_to_parents").exists() or LetterCopy.objects.exists())


# --- to whom ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["subject", "affected", "witness"])
def test_a_parent_whom_the_matter_is_about_gets_no_letter(scene: Scene, part: str) -> None:
    ben = parent(scene.sam, "Ben Reed", "ben@example.org")
    scene.names(factories.involved(scene.sam, "subject"), factories.involved(ben, part, "parent"))
    letter = scene.draft()
    page = scene.page(letter)
    expected = {"Ann Reed"} if part == "subject" else {"Ann Reed", "Ben Reed"}
    assert {each.name for each in page.parents} == expected
    assert page.may_not_count == 2 - len(expected)
    scene.approve(letter)
    assert {each.to.full_name for each in LetterCopy.objects.select_related("to")} == expected


def test_where_that_is_the_only_parent_nothing_goes_out(scene: Scene) -> None:
    scene.names(factories.involved(scene.sam, "subject"), factories.involved(scene.ann, "subject", "parent"))
    with pytest.raises(NobodyMayHaveIt):
        scene.approve(scene.draft())
    assert nothing_left()


def test_a_parent_who_turns_out_to_be_what_it_is_about_finds_the_link_shut(scene: Scene) -> None:
    ben = parent(scene.sam, "Ben Reed")
    scene.approve(scene.draft())
    draw_all()
    token, _ = make_letter_link(copy=LetterCopy.objects.get(to=scene.ann))
    find_letter(token=token)
    both = [factories.involved(each, "subject", "parent") for each in (scene.ann, ben)]
    scene.names(factories.involved(scene.sam, "subject"), *both)
    with pytest.raises(LinkUnknown):
        find_letter(token=token)
    with pytest.raises(NoLongerWanted):
        compose()
    with pytest.raises(NobodyMayHaveIt):
        letters.mark_posted(by=scene.jo, incident_id=scene.incident.pk, copy_id=LetterCopy.objects.get(to=ben).pk)
    scene.names(factories.involved(scene.sam, "subject"))
    find_letter(token=token)


@pytest.mark.parametrize("why", ["barred", "subject"])
@pytest.mark.parametrize("written", ["thereeds@example.org", "TheReeds@EXAMPLE.org"], ids=["same", "capitals"])
def test_a_mailbox_that_somebody_kept_away_reads_too_gets_no_mail(scene: Scene, why: str, written: str) -> None:
    Person.objects.filter(pk=scene.ann.pk).update(email="thereeds@example.org")
    cal = parent(scene.sam, "Cal Reed", written, is_barred=why == "barred")
    if why == "subject":
        scene.names(factories.involved(scene.sam, "subject"), factories.involved(cal, "subject", "parent"))
    scene.approve(scene.draft())
    assert not Notice.objects.filter(kind="letter_to_parents").exists()
    assert LetterCopy.objects.get().queued_at is None


def test_nothing_goes_out_about_who_was_taken_off_the_record(scene: Scene, coordinator: Client) -> None:
    parent(scene.sam, "Ben Reed")
    scene.decide()
    gone_out, letter = scene.approve(scene.draft("told_serious")), scene.draft("told_serious")
    draw_all()
    before = LetterCopy.objects.count()
    scene.names()
    with pytest.raises(NoLongerNamed):
        scene.approve(letter)
    assert LetterCopy.objects.count() == before
    copy = LetterCopy.objects.get(queued_at=None)
    with pytest.raises(NoLongerNamed):
        letters.mark_posted(by=scene.jo, incident_id=scene.incident.pk, copy_id=copy.pk)
    with pytest.raises(NoLongerNamed):
        letters.open_letter_pdf(by=scene.jo, incident_id=scene.incident.pk, letter_id=gone_out.pk)
    assert not any(each.must_post for each in scene.page(gone_out).copies)
    page = letters.open_letters(by=scene.jo, incident_id=scene.incident.pk, case_id=scene.case.pk).letters
    assert (page.choices, [each.to_post_count for each in page.letters]) == ((), [0, 0])
    assert scene.page(letter).parents == ()
    assert "The record does not name this child" in words(coordinator.get(address("letter", scene.incident, letter)))
    for name, one in (("letter_posted", copy), ("letter_pdf", gone_out)):
        there = address(name, scene.incident, one)
        said = coordinator.get(there, follow=True) if name == "letter_pdf" else coordinator.post(there, follow=True)
        assert "The record does not name this child any more, so no letter goes out" in said.content.decode()


# --- by whom ----------------------------------------------------------------------------------------------------------


def test_only_who_decides_in_the_case_has_a_letter_go_out(scene: Scene) -> None:
    hand_on(by=scene.jo, incident_id=scene.incident.pk, to_post=Role.CHAIR_OF_GOVERNORS, reason="For the panel.")
    chair = factories.viewer(scene.who[Role.CHAIR_OF_GOVERNORS])
    letter = scene.draft(by=chair)
    with pytest.raises(NotAllowed):
        scene.approve(letter, by=chair)
    assert nothing_left()
    assert not scene.page(letter, by=chair).may_approve
    browser = factories.log_in(scene.who[Role.CHAIR_OF_GOVERNORS])
    there = address("letter_approve", scene.incident, letter)
    assert there not in browser.get(address("letter", scene.incident, letter)).content.decode()
    assert browser.post(there, {"edition": "1"}).status_code == 403
    listed = letters.open_letters(by=chair, incident_id=scene.incident.pk, case_id=scene.case.pk)
    assert not listed.letters.may_approve
    assert scene.page(letter).may_approve
    scene.approve(letter)


def test_each_act_takes_few_queries(scene: Scene) -> None:
    with queries_at_most(13):
        letter = scene.draft()
    with queries_at_most(12):
        letter = scene.save(letter, "Please come in.")
    with queries_at_most(26):
        scene.approve(letter)
    with queries_at_most(12):
        scene.page(letter)
    with queries_at_most(15):
        letters.open_letters(by=scene.jo, incident_id=scene.incident.pk, case_id=scene.case.pk)
    with queries_at_most(6):
        compose()


@pytest.fixture
def committed(transactional_db: None) -> Scene:
    with transaction.atomic():
        made = Scene()
        parent(made.sam, "Ben Reed")
    return made


@pytest.mark.parametrize("act", ["draft", "save", "approve", "discard", "post"])
def test_whoever_is_shut_out_meanwhile_writes_nothing(committed: Scene, act: str) -> None:
    """The page of people is being saved, and names the head teacher as affected, while they press the button."""
    one = committed
    letter, by, incident_id = one.draft(), one.head, one.incident.pk
    if act == "post":
        one.approve(letter)
    has_written, is_asked = threading.Event(), threading.Event()

    def shut_out() -> None:
        try:
            with in_school(one.school.pk):
                affected = factories.involved(one.who[Role.HEAD_TEACHER], "affected", "staff")
                name_people(one.jo, one.incident, factories.involved(one.sam, "subject"), affected)
                has_written.set()
                is_asked.wait(0.5)
        finally:
            connections.close_all()

    said: dict[str, Any] = {"by": by, "incident_id": incident_id}
    acts = {
        "draft": lambda: one.draft(by=by),
        "save": lambda: letters.save_letter(
            **said, letter_id=letter.pk, edition=1, subject_line="Please come in", body="Please come in."
        ),
        "approve": lambda: one.approve(letter),
        "discard": lambda: letters.discard_letter(**said, letter_id=letter.pk, edition=1),
        "post": lambda: letters.mark_posted(**said, copy_id=LetterCopy.objects.get(queued_at=None).pk),
    }
    other = threading.Thread(target=shut_out)
    other.start()
    assert has_written.wait(10)
    with pytest.raises(Incident.DoesNotExist), in_school(one.school.pk):
        acts[act]()
    other.join()
    row = Letter.objects.get()
    assert (row.edition, row.discarded_at, LetterCopy.objects.filter(posted_at__isnull=False).exists()) == (
        1,
        None,
        False,
    )
    assert (row.approved_at is None) == (act != "post")


# --- what it says -----------------------------------------------------------------------------------------------------


def typed(name: str) -> dict[str, str]:
    return {"person_id": "", "name": name, "group": "", "kind": "other", "part": "affected"}


@pytest.mark.parametrize(
    "said", ["Sam hurt Zed Quux.", "He hurt zed.", "the Quux family"], ids=["whole", "small", "family"]
)
def test_nobody_is_named_whose_name_was_typed_by_hand(db: None, said: str) -> None:
    scene = Scene(typed("Zed Quux"), typed("a boy in Year 5"))
    letter = scene.draft()
    with pytest.raises(NamesAnotherChild):
        scene.save(letter, said)
    Letter.objects.update(body=said)
    with pytest.raises(NamesAnotherChild):
        scene.approve(letter)
    assert nothing_left()
    scene.save(letter, "Sam hurt a boy of his year.")


def test_a_letter_about_a_ban_that_was_lifted_meanwhile_does_not_go_out(scene: Scene) -> None:
    scene.decide()
    told, asks = scene.draft("told_serious"), scene.draft()
    deciding.lift(
        by=scene.head, incident_id=scene.incident.pk, sanction_id=Sanction.objects.get().pk, why="It went well."
    )
    with pytest.raises(NoLongerFits):
        scene.approve(told)
    assert nothing_left()
    scene.approve(asks)
    anew = scene.approve(scene.draft("told_serious"))
    assert "Loss of internet" not in anew.body


@pytest.mark.parametrize("how", ["quashed", "revised"])
def test_a_mail_about_what_was_decided_otherwise_meanwhile_is_not_sent(scene: Scene, how: str) -> None:
    parent(scene.sam, "Ben Reed")
    scene.decide()
    letter = scene.approve(scene.draft("told_serious"))
    draw_all()
    copy = LetterCopy.objects.get(to=scene.ann)
    token, _ = make_letter_link(copy=copy)
    assert compose()["link"]
    if how == "quashed":
        scene.quash()
    else:
        deciding.revise(
            by=scene.head, incident_id=scene.incident.pk, case_id=scene.case.pk, seen=1, choice=ban(2, reason="Less.")
        )
    with pytest.raises(NoLongerWanted):
        compose()
    with pytest.raises(LinkPassed):
        find_letter(token=token)
    page = scene.page(letter)
    assert [(each.chip.text, each.must_post) for each in page.copies] == [("Not to be sent", False)] * 2
    Notice.objects.all().delete()
    scene.approve(scene.draft(how))
    assert compose()["link"], "what says that the decision was taken back goes out"


def test_what_a_parent_has_read_stays_theirs_to_read(scene: Scene) -> None:
    scene.decide()
    scene.approve(scene.draft("told_serious"))
    draw_all()
    token, _ = make_letter_link(copy=LetterCopy.objects.get())
    assert open_letter(token=token).content
    scene.quash()
    assert open_letter(token=token).content


def test_asked_to_come_in_they_still_are_once_it_is_decided(scene: Scene) -> None:
    scene.approve(scene.draft())
    scene.decide()
    assert compose()["link"]
    scene.quash()
    with pytest.raises(NoLongerWanted):
        compose()


def test_a_mail_does_not_go_to_an_address_that_was_put_right_meanwhile(scene: Scene) -> None:
    letter = scene.approve(scene.draft())
    first = Notice.objects.get(kind="letter_to_parents")
    Person.objects.filter(pk=scene.ann.pk).update(email="ann.reed@example.org")
    said = {"school_id": first.school_id, "notice_id": first.pk}
    assert [deliver_notice(**said), deliver_notice(**said)] == [NoticeState.DROPPED, None]
    assert not LetterLink.objects.exists()
    second = Notice.objects.exclude(pk=first.pk).get(object_id=first.object_id)
    assert (second.to_address, second.state, second.asked_by) == (
        "ann.reed@example.org", NoticeState.PENDING, first.asked_by,
    )  # fmt: skip
    assert [each.chip.text for each in scene.page(letter).copies] == ["Mail waiting"]


def test_where_there_is_no_address_any_more_the_copy_is_to_be_posted(scene: Scene) -> None:
    letter = scene.approve(scene.draft())
    notice = Notice.objects.get(kind="letter_to_parents")
    Person.objects.filter(pk=scene.ann.pk).update(email="")
    assert deliver_notice(school_id=notice.school_id, notice_id=notice.pk) is NoticeState.DROPPED
    assert Notice.objects.filter(kind="letter_to_parents").count() == 1
    (copy,) = scene.page(letter).copies
    assert (copy.chip.text, copy.must_post) == ("Mail not sent", True)


def test_what_cannot_be_seen_is_shown_as_it_is_printed(scene: Scene) -> None:
    letter = scene.save(scene.draft(), "Sam was \u202ednaB\u202c here.")
    browser = factories.log_in(scene.who[Role.HEAD_TEACHER])
    shown = browser.get(address("letter", scene.incident, letter)).content.decode()
    assert "\u202e" not in shown
    assert "Sam was [U+202E]dnaB[U+202C] here." in shown


# --- the buttons ------------------------------------------------------------------------------------------------------


def test_a_second_click_on_posted_and_one_for_who_was_barred_say_so(scene: Scene, coordinator: Client) -> None:
    ben = parent(scene.sam, "Ben Reed")
    letter = scene.approve(scene.draft())
    there = address("letter_posted", scene.incident, LetterCopy.objects.get(to=ben))
    assert coordinator.post(there).headers["Location"] == address("letter", scene.incident, letter)
    assert str(NothingToDo()) in words(coordinator.post(there, follow=True))
    Guardian.objects.filter(guardian=scene.ann).update(is_barred=True)
    there = address("letter_posted", scene.incident, LetterCopy.objects.get(to=scene.ann))
    response = coordinator.post(there, follow=True)
    assert "may get this letter" in response.content.decode()
    assert Entry.objects.filter(action="letter.posted").count() == 1
    for one in (scene.incident, letter):
        assert coordinator.post(address("letter_posted", scene.incident, one)).status_code == 404


def test_an_old_tab_does_not_discard_what_somebody_else_has_written(scene: Scene, coordinator: Client) -> None:
    letter = scene.draft()
    saved = scene.save(letter, "What a colleague wrote.")
    there = address("letter_discard", scene.incident, letter)
    for edition in ("1", "", "x"):
        response = coordinator.post(there, {"edition": edition}, follow=True)
        assert "Somebody has changed this letter" in response.content.decode()
        assert "What a colleague wrote." in response.content.decode()
    with pytest.raises(EditedMeanwhile):
        letters.discard_letter(by=scene.jo, incident_id=scene.incident.pk, letter_id=letter.pk, edition=1)
    assert Letter.objects.get().discarded_at is None
    coordinator.post(there, {"edition": str(saved.edition)})
    assert Letter.objects.get().discarded_at is not None


def test_the_pdf_takes_a_fresh_log_in(scene: Scene, coordinator: Client) -> None:
    letter = scene.approve(scene.draft())
    there = address("letter_pdf", scene.incident, letter)
    with pytest.raises(LetterNotReady):
        letters.open_letter_pdf(by=scene.jo, incident_id=scene.incident.pk, letter_id=letter.pk)
    draw_all()
    response = stale(coordinator).get(there)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/log-in/again/")
    assert not Entry.objects.filter(action="letter.printed").exists()
    assert factories.log_in(scene.who[Role.COORDINATOR]).get(there).content.startswith(b"%PDF")


def test_who_has_read_the_letters_is_among_the_readers(scene: Scene) -> None:
    letter = scene.approve(scene.draft())
    draw_all()
    browser = factories.log_in(scene.who[Role.DSL])
    for there in (address("letter", scene.incident, letter), address("letters", scene.incident, scene.case),
                  address("letter_pdf", scene.incident, letter)):  # fmt: skip
        assert browser.get(there).status_code == 200
    found = readings_of(viewer=scene.head, incident_id=scene.incident.pk, document_ids=())
    name = scene.who[Role.DSL].full_name
    assert [each.note for each in found if each.who == name] == ["3 times that day."]


@pytest.mark.parametrize("table", ["case", "sanction", "restorative", "task", "letter", "lettercopy", "letterlink"])
def test_the_app_deletes_nothing_of_what_was_decided_and_written(db: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('esafety_app', %s, 'DELETE')", [f"sanctions_{table}"])
        assert cursor.fetchone() == (False,)
