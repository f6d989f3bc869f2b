"""Letters to parents: drafted, edited, approved, issued; nothing leaves unapproved. Duties R11, S1 (CC 4.3, 4.5.3)."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit.models import Entry
from dispatch.models import Document, Notice
from sanctions.models import Letter, LetterCopy, LetterLink, Task
from sanctions.selectors.letters import case_of_letter, letter_page, letters_of
from sanctions.services.letter_problems import (
    AlreadyApproved,
    AlreadyDiscarded,
    EditedMeanwhile,
    LetterNotReady,
    NamesAnotherChild,
    NobodyMayHaveIt,
    NoLongerFits,
    NoLongerNamed,
    NotFinished,
    NotSuitable,
    TooLong,
)
from sanctions.services.letters import Others, discard_letter, draft_letter, mark_posted, open_letter_pdf, save_letter
from sanctions.services.problems import NothingToDo
from schools.models import Guardian, Pupil
from schools.roles import GRANTS, Permission, Role
from schools.viewer import NotAllowed
from tests import factories
from tests.factories.queries import queries_at_most
from tests.printing.reading import pages_of
from tests.sanctions.letters import REFERENCE, Home, draw_all


@pytest.fixture
def home(db: None) -> Home:
    return Home()


def nothing_left() -> bool:
    return not (Document.objects.exists() or Notice.objects.exists() or LetterCopy.objects.exists())


# --- drafting --------------------------------------------------------------------------------------------------------


def test_a_draft_is_filled_in_and_asks_for_what_is_not_known(home: Home) -> None:
    case = home.case()
    with queries_at_most(8):
        letter = home.draft(case)
    assert letter.subject_line == "Please come and see us about Sam"
    assert "3 November 2026" in letter.body
    assert "the head teacher, Ada Quill" in letter.body
    assert "020 7946 0000" in letter.body
    assert "[write here the day, the time and the room]" in letter.body
    assert (letter.edition, letter.approved_at, letter.drafted_by_id) == (1, None, home.jo.pk)
    assert Entry.objects.get(action="letter.drafted").object_id == letter.pk
    assert nothing_left()


def test_the_sanctions_stand_there_with_their_days_and_nobody_elses_name(home: Home) -> None:
    case = home.case()
    other = ("other_school_policy", "Sanction agreed under another school policy", timezone.localdate(), None)
    home.decide(case, sanctions=(home.ban(), other), warns=True)
    letter = home.draft(case, "told_serious")
    assert "- Online bullying" in letter.body
    assert "- Loss of internet or ICT access for a period, from " in letter.body
    assert "another school policy [say which]" in letter.body
    assert "counts as a warning" in letter.body
    assert "Kofi" not in letter.body, "what somebody wrote about the matter is nobody's letter"


def test_what_was_agreed_is_written_anew(home: Home) -> None:
    case = home.case()
    home.decide(case, path="restorative")
    letter = home.draft(case, "restorative")
    assert "11 December 2026" in letter.body
    assert "[write here what was agreed" in letter.body
    assert "Kofi" not in letter.body


@pytest.mark.parametrize("template", ["told_serious", "no_blame", "quashed", "internet_ban", "no_such_letter"])
def test_a_letter_that_does_not_fit_is_not_drafted(home: Home, template: str) -> None:
    with pytest.raises(NotSuitable):
        home.draft(home.case(), template)
    assert not Letter.objects.exists()


def test_no_letter_about_staff_or_about_who_is_not_in_it_any_more(home: Home) -> None:
    for case in (home.case(audience="staff", breaches=()), home.case(withdrawn_at=timezone.now())):
        with pytest.raises(NotSuitable):
            home.draft(case)
        assert letters_of(viewer=home.by, case_id=case.pk).choices == ()


def test_who_may(home: Home) -> None:
    letter = home.written()
    teacher = factories.viewer(factories.person(home.school, "Kit Lowe", Role.STAFF))
    dsl = factories.viewer(factories.person(home.school, "Marc Oyel", Role.DSL))
    for by in (teacher, dsl):
        with pytest.raises(NotAllowed):
            draft_letter(by=by, case_id=letter.case_id, template="come_in")
        with pytest.raises(NotAllowed):
            home.save(letter, "Other words.", by=by)
        with pytest.raises(NotAllowed):
            discard_letter(by=by, letter_id=letter.pk, cases=[letter.case_id], edition=1)
    for by in (teacher, dsl, home.by):
        with pytest.raises(NotAllowed):
            home.approve(letter, by=by)
    assert nothing_left()
    assert set(GRANTS[Permission.APPROVE_LETTERS]) == {Role.HEAD_TEACHER, Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR}
    assert set(GRANTS[Permission.DRAFT_LETTERS]) == {*GRANTS[Permission.APPROVE_LETTERS], Role.COORDINATOR}


# --- editing ---------------------------------------------------------------------------------------------------------


def test_of_two_tabs_the_later_is_refused(home: Home) -> None:
    letter = home.draft(home.case())
    with queries_at_most(8):
        saved = home.save(letter, "Dear parent,\r\n\r\n\r\n\r\nplease come in.  \x07")
    assert (saved.edition, saved.body) == (2, "Dear parent,\n\nplease come in.")
    with pytest.raises(EditedMeanwhile):
        home.save(letter, "Something else.", edition=1)
    assert home.save(letter, "Dear parent,\n\nplease come in.", edition=1).edition == 2, "a second click saves nothing"
    letter.refresh_from_db()
    assert (letter.edition, letter.body) == (2, "Dear parent,\n\nplease come in.")
    assert Entry.objects.filter(action="letter.saved").count() == 1


def test_what_is_too_long_is_refused(home: Home) -> None:
    letter = home.draft(home.case())
    with pytest.raises(TooLong):
        home.save(letter, "a" * 10_001)


def test_a_letter_of_another_case_or_school_is_not_there(home: Home) -> None:
    letter = home.written()
    other = Home(factories.school("Hillside School"))
    for by, cases in ((home.head, [uuid.uuid4()]), (other.head, [letter.case_id])):
        with pytest.raises(Letter.DoesNotExist):
            save_letter(by=by, letter_id=letter.pk, cases=cases, edition=1, subject_line="A", body="B")
        with pytest.raises(Letter.DoesNotExist):
            letter_page(viewer=by, letter_id=letter.pk, cases=cases)


@pytest.mark.parametrize(
    "said",
    ["He was unkind to Kofi.", "To KOFI MENSAH.", "Kofi\u2019s things were taken.", "The Mensah family."],
    ids=["given", "capitals", "possessive", "family"],
)  # fmt: skip
def test_no_other_child_of_the_matter_is_named(home: Home, said: str) -> None:
    kofi = factories.pupil(home.school, "Kofi Mensah")
    case = home.case()
    home.case("A", of=kofi)
    letter = home.draft(case)
    with pytest.raises(NamesAnotherChild) as problem:
        home.save(letter, f"Dear parent,\n\n{said}")
    assert problem.value.place == 2
    assert "kofi" not in str(problem.value).lower()
    assert Letter.objects.get().edition == 1


def test_nor_whom_the_caller_knows_to_be_in_it_nor_any_pupil_by_full_name(home: Home) -> None:
    mei, zed = factories.pupil(home.school, "Mei Hart"), factories.pupil(home.school, "Zed Olor")
    letter = home.draft(home.case())
    home.save(letter, "Mei was there.")
    letter.refresh_from_db()
    for body in ("mei hart was there.", "Zed was there."):
        with pytest.raises(NamesAnotherChild):
            save_letter(
                by=home.by, letter_id=letter.pk, cases=[letter.case_id], edition=2, subject_line="A", body=body,
                others=Others(frozenset([zed.pk])),
            )  # fmt: skip
    assert mei.pk != zed.pk


def test_a_teacher_of_the_matter_may_be_named_and_a_pupil_who_has_left_may_not(home: Home) -> None:
    teacher, gone = factories.staff(home.school, "Kit Lowe"), factories.pupil(home.school, "Zed Olor")
    Pupil.objects.filter(person=gone).update(left_on=timezone.localdate() - timedelta(days=1))
    letter = home.draft(home.case())
    said: dict[str, Any] = {"by": home.by, "letter_id": letter.pk, "cases": [letter.case_id], "subject_line": "A"}
    others = Others(frozenset([teacher.pk, gone.pk]))
    assert save_letter(**said, edition=1, body="Please ask Kit Lowe.", others=others).edition == 2
    with pytest.raises(NamesAnotherChild):
        save_letter(**said, edition=2, body="Zed was there.", others=others)


def test_what_got_in_by_another_way_does_not_go_out(home: Home) -> None:
    letter = home.written()
    factories.pupil(home.school, "Kofi Mensah")
    Letter.objects.update(body="He was unkind to Kofi Mensah.")
    with pytest.raises(NamesAnotherChild):
        home.approve(letter)
    assert nothing_left()


# --- approving -------------------------------------------------------------------------------------------------------


def test_approving_issues_the_letter_and_tells_each_parent_who_may(home: Home) -> None:
    ben = home.parent("Ben Reed")
    home.parent("Cal Reed", "cal@example.org", is_barred=True)
    home.parent("Dot Reed", "dot@example.org", has_parental_responsibility=False)
    home.parent("Eve Reed", "eve@example.org", ends_on=timezone.localdate() - timedelta(days=1))
    letter = home.written()
    with queries_at_most(21):
        approved = home.approve(letter)
    assert (approved.approved_by_id, approved.edition) == (home.ada.pk, 1)
    copies = {each.to_id: each for each in LetterCopy.objects.all()}
    assert set(copies) == {home.ann.pk, ben.pk}
    assert copies[home.ann.pk].queued_at is not None
    assert copies[ben.pk].queued_at is None
    notice = Notice.objects.get()
    assert (notice.kind, notice.to_address, notice.object_id, notice.params) == (
        "letter_to_parents", "ann@example.org", copies[home.ann.pk].pk, {},
    )  # fmt: skip
    document = Document.objects.get()
    assert (document.kind, document.subject_id, document.template) == (
        "parent_letter", letter.pk, "pdf/sanctions/letter_v1.html",
    )  # fmt: skip
    assert REFERENCE not in str(document.snapshot)
    assert document.snapshot["signed_by"] == "Ada Quill"
    assert document.snapshot["signed_as"] == "head teacher"
    assert not LetterLink.objects.exists(), "no link lies in the database before its mail is made"
    entry = Entry.objects.get(action="letter.approved")
    assert (entry.detail["copies"], entry.detail["mailed"]) == (2, 1)


def test_somebody_whom_one_tie_bars_gets_nothing_whatever_another_says(home: Home) -> None:
    Guardian.objects.filter(guardian=home.ann).update(ends_on=timezone.localdate())
    factories.parent_of(home.sam, home.ann, is_barred=True, has_parental_responsibility=False)
    with pytest.raises(NobodyMayHaveIt):
        home.approve(home.written())
    assert nothing_left()


def test_nobody_gets_a_letter_about_who_has_left(home: Home) -> None:
    letter = home.written()
    Pupil.objects.update(left_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(NobodyMayHaveIt):
        home.approve(letter)
    assert nothing_left()


def test_an_address_that_cannot_be_used_is_posted_to(home: Home) -> None:
    home.parent("Ben Reed", "ben@localhost")
    home.approve(home.written())
    assert Notice.objects.get().to_address == "ann@example.org"
    assert LetterCopy.objects.get(queued_at=None).to.given_name == "Ben"


def test_a_gap_is_not_sent(home: Home) -> None:
    letter = home.draft(home.case())
    with pytest.raises(NotFinished):
        home.approve(letter)
    assert letter_page(viewer=home.head, letter_id=letter.pk, cases=[letter.case_id]).gaps
    assert nothing_left()


def test_only_the_words_that_were_seen_are_approved(home: Home) -> None:
    letter = home.written()
    home.save(letter, "Other words.")
    with pytest.raises(EditedMeanwhile):
        home.approve(letter, edition=1)
    assert nothing_left()
    assert home.approve(letter, edition=2).body == "Other words."


def test_what_was_approved_never_changes(home: Home) -> None:
    letter = home.approve(home.written())
    with pytest.raises(AlreadyApproved):
        home.save(letter, "Other words.")
    with pytest.raises(AlreadyApproved):
        discard_letter(by=home.head, letter_id=letter.pk, cases=[letter.case_id], edition=1)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(body="Other words.")
    second = home.draft(letter.case)
    assert second.pk != letter.pk


def test_a_second_click_approves_once(home: Home) -> None:
    letter = home.written()
    first, second = home.approve(letter), home.approve(letter)
    assert first.approved_at == second.approved_at
    assert Document.objects.count() == Notice.objects.count() == LetterCopy.objects.count() == 1
    assert Entry.objects.filter(action="letter.approved").count() == 1
    vice = factories.viewer(factories.person(home.school, "Lea Moss", Role.VICE_CHAIR))
    with pytest.raises(AlreadyApproved):
        home.approve(letter, by=vice)


def test_what_was_discarded_goes_nowhere(home: Home) -> None:
    letter = home.written()
    for _ in range(2):
        discard_letter(by=home.by, letter_id=letter.pk, cases=[letter.case_id], edition=1)
    assert Entry.objects.filter(action="letter.discarded").count() == 1
    with pytest.raises(AlreadyDiscarded):
        home.approve(letter)
    with pytest.raises(AlreadyDiscarded):
        home.save(letter, "Other words.")
    assert nothing_left()


def test_a_letter_about_an_earlier_decision_does_not_go_out(home: Home) -> None:
    case = home.case()
    home.decide(case, sanctions=(home.ban(),))
    told = home.draft(case, "told_serious")
    asked = home.written(case)
    home.decide(case, "B")
    with pytest.raises(NoLongerFits):
        home.approve(told)
    revised = home.draft(case, "revised")
    home.decide(case, "A")
    with pytest.raises(NoLongerFits):
        home.approve(revised)
    with pytest.raises(NoLongerFits):
        home.approve(asked)
    assert nothing_left()
    home.approve(home.draft(case, "revised"))


def test_asked_to_come_in_before_it_was_decided_still_goes_out_after(home: Home) -> None:
    case = home.case()
    letter = home.written(case)
    home.decide(case)
    home.approve(letter)


def test_a_case_that_was_taken_back_sends_nothing(home: Home) -> None:
    letter = home.written()
    letter.case.withdrawn_at = timezone.now()
    letter.case.save()
    with pytest.raises(NoLongerNamed):
        home.approve(letter)
    assert nothing_left()


def task_of(letter: Letter, code: str = "parents_attend") -> Task:
    now = timezone.now()
    return Task.objects.create(
        school_id=letter.school_id, case_id=letter.case_id, code=code, text="Parents asked to come in at once",
        owner_post="head_teacher", made_at=now, due_at=now,
    )  # fmt: skip


def test_the_task_is_done_once_every_copy_has_gone(home: Home) -> None:
    home.parent("Ben Reed")
    letter = home.written()
    task = task_of(letter)
    home.approve(letter)
    task.refresh_from_db()
    assert task.done_at is None
    copy = LetterCopy.objects.get(queued_at=None)
    with queries_at_most(8):
        mark_posted(by=home.by, copy_id=copy.pk, cases=[letter.case_id])
    task.refresh_from_db()
    assert task.done_at is not None
    assert Entry.objects.get(action="letter.posted").object_id == letter.pk
    with pytest.raises(NothingToDo):
        mark_posted(by=home.by, copy_id=copy.pk, cases=[letter.case_id])
    with pytest.raises(LetterCopy.DoesNotExist):
        mark_posted(by=home.by, copy_id=copy.pk, cases=[uuid.uuid4()])


def test_the_task_is_done_at_once_where_everybody_has_an_address(home: Home) -> None:
    letter = home.written()
    task = task_of(letter)
    home.approve(letter)
    task.refresh_from_db()
    assert task.done_at is not None


def test_a_copy_is_not_posted_to_who_was_barred_meanwhile(home: Home) -> None:
    ben = home.parent("Ben Reed")
    letter = home.approve(home.written())
    Guardian.objects.filter(guardian=ben).update(is_barred=True)
    with pytest.raises(NobodyMayHaveIt):
        mark_posted(by=home.by, copy_id=LetterCopy.objects.get(to=ben).pk, cases=[letter.case_id])
    page = letter_page(viewer=home.by, letter_id=letter.pk, cases=[letter.case_id])
    assert {each.name: each.may_post for each in page.copies} == {"Ann Reed": True, "Ben Reed": False}


# --- the pages -------------------------------------------------------------------------------------------------------


def test_the_list_and_the_page(home: Home) -> None:
    home.parent("Ben Reed")
    home.parent("Cal Reed", is_barred=True)
    case = home.case()
    letter = home.written(case)
    with queries_at_most(8):
        page = letters_of(viewer=home.by, case_id=case.pk)
    assert [(each.title, each.state) for each in page.letters] == [("Please come in at once", "draft")]
    assert [each.code for each in page.choices] == ["come_in"]
    assert (page.may_draft, page.may_approve, page.asks_in) == (True, False, True)
    with queries_at_most(4):
        one = letter_page(viewer=home.head, letter_id=letter.pk, cases=[case.pk])
    assert [(each.name, bool(each.address)) for each in one.parents] == [("Ann Reed", True), ("Ben Reed", False)]
    assert (one.may_not_count, one.is_open, one.may_approve, one.gaps) == (1, True, True, ())
    assert case_of_letter(viewer=home.by, letter_id=letter.pk) == case.pk
    home.approve(letter)
    page = letters_of(viewer=home.by, case_id=case.pk)
    assert [(each.to_post_count, each.copies_count, each.opened_count) for each in page.letters] == [(1, 2, 0)]
    one = letter_page(viewer=home.head, letter_id=letter.pk, cases=[case.pk])
    assert [(each.name, each.chip.text) for each in one.copies] == [
        ("Ann Reed", "Mail waiting"), ("Ben Reed", "To be posted"),
    ]  # fmt: skip
    assert not one.is_drawn
    draw_all()
    assert letter_page(viewer=home.head, letter_id=letter.pk, cases=[case.pk]).is_drawn


@pytest.mark.parametrize(
    ("state", "chip", "posts"),
    [
        ("accepted", "Mail sent", False),
        ("failed", "Mail not sent", True),
        ("dropped", "Mail not sent", True),
        ("forgotten", "Mail sent", False),
        ("forgotten soon", "Mail not sent", True),
    ],
    ids=["accepted", "failed", "dropped", "forgotten", "forgotten soon"],
)
def test_how_the_mail_went(home: Home, state: str, chip: str, posts: bool) -> None:
    letter = home.approve(home.written())
    if state == "forgotten":
        # What was sent is kept for ninety days, what was dropped for one.
        LetterCopy.objects.update(queued_at=timezone.now() - timedelta(days=91))
    if state.startswith("forgotten"):
        Notice.objects.all().delete()
    else:
        accepted_at = timezone.now() if state == "accepted" else None
        Notice.objects.update(state=state, problem="refused" if state == "failed" else "", accepted_at=accepted_at)
    (copy,) = letter_page(viewer=home.head, letter_id=letter.pk, cases=[letter.case_id]).copies
    assert (copy.chip.text, copy.must_post) == (chip, posts)


def test_printing_it_leaves_a_trace(home: Home) -> None:
    letter = home.written()
    with pytest.raises(Letter.DoesNotExist):
        open_letter_pdf(by=home.by, letter_id=letter.pk, cases=[letter.case_id])
    home.approve(letter)
    with pytest.raises(LetterNotReady):
        open_letter_pdf(by=home.by, letter_id=letter.pk, cases=[letter.case_id])
    draw_all()
    with queries_at_most(3):
        opened = open_letter_pdf(by=home.by, letter_id=letter.pk, cases=[letter.case_id])
    assert opened.file_name == f"LETTER-{letter.pk.hex[:8].upper()}.pdf"
    said = " ".join(pages_of(opened.content))
    for part in ("Riverbank Primary School", "1 Mill Lane", "Please come and see us about Sam", "on Monday 9 November",
                 "Yours sincerely", "Ada Quill", "Head teacher", "Page 1 of 1"):  # fmt: skip
        assert part in said
    assert Entry.objects.filter(action="letter.printed").count() == 1


# --- many at once ----------------------------------------------------------------------------------------------------


@pytest.fixture
def committed(transactional_db: None) -> Home:
    with transaction.atomic():
        return Home()


def at_once(*acts: Callable[[], Any]) -> list[str]:
    def run(act: Callable[[], Any]) -> str:
        try:
            act()
            return ""
        except Exception as problem:  # noqa: BLE001
            return type(problem).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def test_ten_clicks_at_once_approve_once(committed: Home) -> None:
    letter = committed.written()
    assert at_once(*[lambda: committed.approve(letter)] * 10) == [""] * 10
    assert Document.objects.count() == Notice.objects.count() == LetterCopy.objects.count() == 1


@pytest.mark.parametrize("turn", range(6))
def test_an_edit_and_an_approval_at_once(committed: Home, turn: int) -> None:
    """Either the words that were seen go out and the edit is refused, or the edit stands and nothing goes out."""
    letter = committed.written()
    acts: list[Callable[[], Any]] = [
        lambda: committed.approve(letter, edition=1),
        lambda: committed.save(letter, "Other words.", edition=1),
    ]
    problems = at_once(*(acts if turn % 2 else reversed(acts)))
    row = Letter.objects.get()
    if row.approved_at is None:
        assert problems == ["", "EditedMeanwhile"]
        assert row.body == "Other words."
        assert nothing_left()
    else:
        assert problems == ["", "AlreadyApproved"]
        assert row.body == letter.body
        assert "Other words." not in str(Document.objects.get().snapshot)


def test_an_approval_that_fails_leaves_nothing(committed: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = committed.written()

    def broken(*_: Any, **__: Any) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr("sanctions.services.letters.queue_notice", broken)
    with pytest.raises(ConnectionError):
        committed.approve(letter)
    assert nothing_left()
    assert Letter.objects.get().approved_at is None
