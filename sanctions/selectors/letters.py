"""The letters of a case, as pages show them. Duty R11 (CC 4.3, 4.5.3): what was told, when, by whom and to whom.

Whether the viewer may know of the case was asked by the caller; rows of another school are never found.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from dispatch.characters import written_out
from dispatch.models import Document, Notice
from dispatch.rules.chips import Chip
from dispatch.rules.notices import NoticeState, why_not_sent
from dispatch.rules.problems import Problem
from packs import loader
from packs.schema import UnknownLetter
from sanctions.models import Case, Decision, Letter, LetterCopy
from sanctions.rules.letters import Block, blocks, gaps, suitable, suits
from sanctions.selectors.letter_facts import drafting_of, template_of
from sanctions.selectors.parents import Parent, is_named, parents_of
from schools.roles import Permission
from schools.viewer import Viewer

DRAFT, APPROVED, DISCARDED = "draft", "approved", "discarded"
_LETTER_CHIPS = {
    DRAFT: Chip("Draft", "clock", "clock"),
    APPROVED: Chip("Approved", "good", "good"),
    DISCARDED: Chip("Discarded", "calm", "calm"),
}
_NOT_SENT = frozenset({NoticeState.FAILED.value, NoticeState.DROPPED.value})
# A mail that was sent is kept for 90 days (dispatch.notice_delivery); one that was dropped is forgotten sooner.
_SENT_IS_KEPT = timedelta(days=89)


class _EveryGlyph:
    """A screen has a sign for everything that can be seen."""

    def __contains__(self, _: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class LetterChoice:
    """A letter that can be drafted now. ``asks_in``: it asks parents to come in, so it wants to know when and where."""

    code: str
    title: str
    source: str
    asks_in: bool


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One letter in the list of a case."""

    letter_id: UUID
    title: str
    state: str
    chip: Chip
    drafted_at: datetime
    drafted_by: str
    approved_at: datetime | None
    approved_by: str
    to_post_count: int
    """Copies that are still to be printed and posted."""
    opened_count: int
    copies_count: int


@dataclass(frozen=True, slots=True)
class CaseLetters:
    """All letters of a case, the newest first, and those that fit where it stands now."""

    case_id: UUID
    child: str
    letters: tuple[LetterLine, ...]
    choices: tuple[LetterChoice, ...]
    may_draft: bool
    may_approve: bool

    @property
    def asks_in(self) -> bool:
        """Whether one of the letters wants to know when and where parents come in."""
        return any(each.asks_in for each in self.choices)


@dataclass(frozen=True, slots=True)
class CopyLine:
    """One parent's copy and how it went."""

    copy_id: UUID
    name: str
    chip: Chip
    words: str
    """What to do about it, or what became of it; may be empty."""
    queued_at: datetime | None
    opened_at: datetime | None
    posted_at: datetime | None
    posted_by: str
    must_post: bool
    may_post: bool


@dataclass(frozen=True, slots=True)
class LetterPage:
    """One letter: to be edited, to be looked at before it is approved, or as it went out."""

    letter_id: UUID
    case_id: UUID
    title: str
    state: str
    chip: Chip
    edition: int
    subject_line: str
    body: str
    subject_shown: str
    """As it is printed, like the blocks: what cannot be seen, or turns the reading direction, is written out."""
    blocks: tuple[Block, ...]
    gaps: tuple[str, ...]
    """What a person must still write."""
    parents: tuple[Parent, ...]
    """Who gets it once it is approved."""
    may_not_count: int
    copies: tuple[CopyLine, ...]
    is_named: bool
    """The record still names the child; if not, it goes to nobody."""
    drafted_at: datetime
    drafted_by: str
    approved_at: datetime | None
    approved_by: str
    is_drawn: bool
    """The PDF is there to be printed."""
    may_draft: bool
    may_approve: bool

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed."""
        return self.state == DRAFT


def letters_of(*, viewer: Viewer, case_id: UUID) -> CaseLetters:
    """The letters of a case and those that can be drafted now. Ten queries.

    Six more where somebody has decided after one was approved. Raises Case.DoesNotExist.
    """
    case = Case.objects.select_related("person", "framework").get(school_id=viewer.school_id, pk=case_id)
    rows = Letter.objects.filter(school_id=viewer.school_id, case=case).select_related("drafted_by", "approved_by")
    letters = list(rows.order_by("-drafted_at", "-pk"))
    copies = list(LetterCopy.objects.filter(school_id=viewer.school_id, letter__case=case))
    states = _mails(viewer.school_id, copies)
    may_draft = viewer.may(Permission.DRAFT_LETTERS) and case.audience == "pupil" and is_named(case)
    goes = _still_go(case, letters)
    choices: tuple[LetterChoice, ...] = ()
    if may_draft:
        drafting = drafting_of(case)
        choices = tuple(
            LetterChoice(each.code, each.title, ", ".join(each.source), each.kind == "come_in")
            for each in suitable(drafting.pack.letters, drafting.standing)
        )
    return CaseLetters(
        case_id=case.pk,
        child=case.person.full_name,
        letters=tuple(
            _line(case, each, [row for row in copies if row.letter_id == each.pk], states, each.pk in goes)
            for each in letters
        ),
        choices=choices,
        may_draft=may_draft,
        may_approve=viewer.may(Permission.APPROVE_LETTERS),
    )


def case_of_letter(*, viewer: Viewer, letter_id: UUID) -> UUID:
    """The case that a letter belongs to, so that the caller can ask who may know of it. One query.

    Raises Letter.DoesNotExist.
    """
    case_id: UUID = Letter.objects.values_list("case_id", flat=True).get(school_id=viewer.school_id, pk=letter_id)
    return case_id


def letter_of_copy(*, viewer: Viewer, copy_id: UUID, cases: Collection[UUID]) -> UUID:
    """The letter that a copy is of. One query. Raises LetterCopy.DoesNotExist."""
    rows = LetterCopy.objects.filter(school_id=viewer.school_id, letter__case_id__in=cases)
    letter_id: UUID = rows.values_list("letter_id", flat=True).get(pk=copy_id)
    return letter_id


def letter_page(*, viewer: Viewer, letter_id: UUID, cases: Collection[UUID]) -> LetterPage:
    """One letter of one of these cases, with everybody who gets it. Seven queries. Raises Letter.DoesNotExist.

    Six more where somebody has decided after it was approved.
    """
    letter = Letter.objects.select_related("case__person", "case__framework", "drafted_by", "approved_by").get(
        school_id=viewer.school_id, pk=letter_id, case_id__in=cases
    )
    case, state = letter.case, _state(letter)
    copies = list(
        LetterCopy.objects.filter(letter=letter)
        .select_related("to", "posted_by")
        .order_by("to__family_name", "to__given_name", "pk")
    )
    mails = _mails(viewer.school_id, copies)
    parents = parents_of(case, timezone.localdate())
    goes = letter.pk in _still_go(case, [letter])
    may_draft = viewer.may(Permission.DRAFT_LETTERS)
    may_have = {each.person_id for each in parents.may}
    return LetterPage(
        letter_id=letter.pk,
        case_id=case.pk,
        title=_title(case, letter.template),
        state=state,
        chip=_LETTER_CHIPS[state],
        edition=letter.edition,
        subject_line=letter.subject_line,
        body=letter.body,
        subject_shown=written_out(letter.subject_line, _EveryGlyph()),
        blocks=blocks(written_out(letter.body, _EveryGlyph())),
        gaps=gaps(letter.subject_line, letter.body) if state == DRAFT else (),
        parents=parents.may if state == DRAFT else (),
        may_not_count=parents.may_not_count if state == DRAFT else 0,
        copies=tuple(_copy(each, mails, may_draft and each.to_id in may_have, goes) for each in copies),
        is_named=is_named(case),
        drafted_at=letter.drafted_at,
        drafted_by=letter.drafted_by.full_name,
        approved_at=letter.approved_at,
        approved_by=letter.approved_by.full_name if letter.approved_by else "",
        is_drawn=state == APPROVED and _is_drawn(letter),
        may_draft=may_draft,
        may_approve=viewer.may(Permission.APPROVE_LETTERS),
    )


def overtaken(case: Case, letters: Collection[Letter]) -> frozenset[UUID]:
    """Which letters somebody has decided otherwise about since they were approved. One query, seven where they have.

    A letter that still fits what was decided first is none: parents who were asked to come in still are.
    """
    newest = Decision.objects.filter(case=case).order_by("-number").values_list("kind", "at").first()
    if newest is None:
        return frozenset()
    kind, at = newest
    older = [each for each in letters if each.approved_at is not None and each.approved_at < at]
    if not older or kind != "decided":
        return frozenset(each.pk for each in older)
    standing = drafting_of(case).standing
    return frozenset(each.pk for each in older if not suits(template_of(case, each.template), standing))


def _still_go(case: Case, letters: Collection[Letter]) -> frozenset[UUID]:
    """Which of these letters may still be sent and posted."""
    approved = [each for each in letters if each.approved_at is not None]
    if not approved or not is_named(case):
        return frozenset()
    return frozenset(each.pk for each in approved) - overtaken(case, approved)


def _line(case: Case, letter: Letter, copies: list[LetterCopy], mails: dict[UUID, Notice], goes: bool) -> LetterLine:
    state = _state(letter)
    return LetterLine(
        letter_id=letter.pk,
        title=_title(case, letter.template),
        state=state,
        chip=_LETTER_CHIPS[state],
        drafted_at=letter.drafted_at,
        drafted_by=letter.drafted_by.full_name,
        approved_at=letter.approved_at,
        approved_by=letter.approved_by.full_name if letter.approved_by else "",
        to_post_count=sum(_must_post(each, mails, goes) for each in copies),
        opened_count=sum(each.opened_at is not None for each in copies),
        copies_count=len(copies),
    )


def _state(letter: Letter) -> str:
    if letter.approved_at is not None:
        return APPROVED
    return DRAFT if letter.discarded_at is None else DISCARDED


def _title(case: Case, template: str) -> str:
    try:
        return loader.get(case.pack_code, case.pack_version).letter(template).title
    except UnknownLetter:
        return "Letter"


def _mails(school_id: UUID, copies: Collection[LetterCopy]) -> dict[UUID, Notice]:
    """The newest mail about each copy, as long as it is kept."""
    if not copies:
        return {}
    rows = Notice.objects.filter(
        school_id=school_id, kind="letter_to_parents", object_id__in=[each.pk for each in copies]
    )
    return {each.object_id: each for each in rows.order_by("created_at") if each.object_id}


def _must_post(copy: LetterCopy, mails: dict[UUID, Notice], goes: bool) -> bool:
    if copy.posted_at is not None or copy.opened_at is not None or not goes:
        return False
    return copy.queued_at is None or _mail_state(copy, mails.get(copy.pk)) in _NOT_SENT


def _mail_state(copy: LetterCopy, mail: Notice | None) -> str:
    """What became of the mail about a copy, also where it is kept no longer."""
    if mail is not None:
        return mail.state
    is_old = copy.queued_at is not None and copy.queued_at < timezone.now() - _SENT_IS_KEPT
    return (NoticeState.ACCEPTED if is_old else NoticeState.DROPPED).value


def _copy(copy: LetterCopy, mails: dict[UUID, Notice], may_post: bool, goes: bool) -> CopyLine:
    chip, words = _how(copy, mails.get(copy.pk), goes)
    return CopyLine(
        copy_id=copy.pk,
        name=copy.to.full_name,
        chip=chip,
        words=words,
        queued_at=copy.queued_at,
        opened_at=copy.opened_at,
        posted_at=copy.posted_at,
        posted_by=copy.posted_by.full_name if copy.posted_by else "",
        must_post=_must_post(copy, mails, goes),
        may_post=may_post and copy.posted_at is None,
    )


def _how(copy: LetterCopy, mail: Notice | None, goes: bool) -> tuple[Chip, str]:
    if copy.opened_at is not None:
        return Chip("Opened", "good", "good"), ""
    if copy.posted_at is not None:
        return Chip("Posted", "good", "good"), ""
    state = "" if copy.queued_at is None else _mail_state(copy, mail)
    if state == NoticeState.ACCEPTED.value:
        return Chip("Mail sent", "good", "mail"), "It has not been opened yet."
    if not goes:
        return Chip("Not to be sent", "calm", "calm"), "The case has changed since it was approved: do not post it."
    if copy.queued_at is None:
        return Chip(
            "To be posted", "clock", "clock"
        ), "The school has no email address that is theirs alone. Print it and post it."
    if state == NoticeState.FAILED.value and mail is not None:
        return Chip("Mail not sent", "alarm", "failed"), f"{why_not_sent(Problem(mail.problem))} Print it and post it."
    if state == NoticeState.DROPPED.value:
        return Chip(
            "Mail not sent", "alarm", "failed"
        ), "When it was to be sent, they could not have it any more or their address had changed. Print it and post it."
    return Chip("Mail waiting", "calm", "send"), ""


def _is_drawn(letter: Letter) -> bool:
    return Document.objects.filter(
        school_id=letter.school_id, kind="parent_letter", subject_id=letter.pk, drawn_at__isnull=False
    ).exists()
