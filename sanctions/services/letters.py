"""Letters to parents: drafted, edited, approved, and only then issued. Duties R11, S1 (CC 4.3, 4.5.3, 4.6).

Whether the viewer may know of the cases was asked by the caller, in the same transaction. What was approved never
changes: a correction is a new letter.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from dispatch import issuing
from dispatch.models import Document
from dispatch.notices import queue_notice
from packs.schema import UnknownLetter
from sanctions.models import Case, Letter, LetterCopy, Sanction
from sanctions.rules.letters import (
    BODY_LIMIT,
    SUBJECT_LIMIT,
    Filled,
    blocks,
    fill,
    gaps,
    names_another,
    suits,
    tidied,
    typed_names,
)
from sanctions.rules.words import day_in_words
from sanctions.selectors.letter_facts import drafting_of, named_of, template_of
from sanctions.selectors.parents import Parent, is_named, parents_of
from sanctions.services.following import seen_done
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
from sanctions.services.problems import NothingToDo
from schools.models import School
from schools.roles import ROLE_NAMES, Permission, Role
from schools.viewer import Viewer

NOTICE = "letter_to_parents"
DOCUMENT_KIND = "parent_letter"
TEMPLATE = "pdf/sanctions/letter_v1.html"
# As whom somebody signs, the first of these that they are.
_SIGNS_AS = (Role.HEAD_TEACHER, Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR)


@dataclass(frozen=True, slots=True)
class Others:
    """Who else is in the matter, as far as the caller knows: none of them may be named."""

    people: frozenset[UUID] = frozenset()
    """Those of the school's lists. A teacher may be named."""
    typed: frozenset[str] = field(default=frozenset(), repr=False)
    """Names that were typed by hand: nobody knows whether they are pupils."""


NO_OTHERS = Others()


@dataclass(frozen=True, slots=True)
class OpenedLetter:
    """A letter taken out of its seal, with a file name that says nothing of anybody."""

    content: bytes
    file_name: str


def draft_letter(*, by: Viewer, case_id: UUID, template: str, meeting: str = "") -> Letter:
    """Begin a letter from the policy's words, filled in with what is known. Duty R11 (CC 4.3). Nine queries at most.

    ``meeting`` is when and where, for a letter that asks parents to come in; without it a gap is left. Raises
    NotAllowed, Case.DoesNotExist, NotSuitable for a letter that does not fit where the case stands.
    """
    by.must(Permission.DRAFT_LETTERS)
    with transaction.atomic():
        case = _case(by.school_id, case_id)
        drafting = drafting_of(case, meeting=" ".join(tidied(meeting).split()))
        try:
            chosen = drafting.pack.letter(template)
        except UnknownLetter:
            raise NotSuitable from None
        if not is_named(case) or not suits(chosen, drafting.standing):
            raise NotSuitable
        filled = fill(chosen, drafting.facts)
        letter = Letter.objects.create(
            school_id=by.school_id,
            case=case,
            template=chosen.code,
            subject_line=filled.subject[:SUBJECT_LIMIT],
            body=filled.body[:BODY_LIMIT],
            drafted_at=timezone.now(),
            drafted_by_id=by.person_id,
        )
        _audit(by, "letter.drafted", letter, template=chosen.code)
    return letter


def save_letter(
    *,
    by: Viewer,
    letter_id: UUID,
    cases: Collection[UUID],
    edition: int,
    subject_line: str,
    body: str,
    others: Others = NO_OTHERS,
) -> Letter:
    """Keep what was written. Duty R11. Eight queries at most.

    ``cases`` are those of the same matter that the viewer may know of, ``others`` whom the caller knows to be in the
    matter: their names may not stand in the letter, nor any other pupil's full name. ``edition`` is the one
    that was on the page: of two tabs the later is refused, and the form still holds what was typed. The same words
    again are no new edition. Raises NotAllowed, Letter.DoesNotExist, AlreadyApproved, AlreadyDiscarded,
    EditedMeanwhile, TooLong, NamesAnotherChild.
    """
    by.must(Permission.DRAFT_LETTERS)
    said = Filled(" ".join(tidied(subject_line).split()), tidied(body))
    with transaction.atomic():
        letter = _locked(by, letter_id, cases)
        _must_be_open(letter)
        if (letter.subject_line, letter.body) == (said.subject, said.body):
            return letter
        if letter.edition != edition:
            raise EditedMeanwhile
        if len(said.subject) > SUBJECT_LIMIT or len(said.body) > BODY_LIMIT:
            raise TooLong
        case = _case(by.school_id, letter.case_id)
        _refuse_names(by, case, said, others, parents_of(case, timezone.localdate()).may)
        letter.subject_line, letter.body, letter.edition = said.subject, said.body, edition + 1
        letter.save(update_fields=["subject_line", "body", "edition"])
        _audit(by, "letter.saved", letter, edition=letter.edition)
    return letter


def approve_letter(
    *, by: Viewer, letter_id: UUID, cases: Collection[UUID], edition: int, others: Others = NO_OTHERS
) -> Letter:
    """Approve the very words that were on the page: they are issued, and parents are told. Duties R11, S2 (CC 4.3).

    A copy for each parent who may have one; a mail for each who has an address, the rest are printed and posted. A
    second click gives back what the first one did. Nineteen queries, and four a copy. Raises NotAllowed,
    Letter.DoesNotExist, AlreadyApproved for another edition than was approved, AlreadyDiscarded, EditedMeanwhile,
    NotFinished, NamesAnotherChild, NoLongerFits, NoLongerNamed, NobodyMayHaveIt.
    """
    by.must(Permission.APPROVE_LETTERS)
    now = timezone.now()
    with transaction.atomic():
        letter = _locked(by, letter_id, cases)
        if letter.approved_at is not None and letter.edition == edition and letter.approved_by_id == by.person_id:
            return letter
        _must_be_open(letter)
        if letter.edition != edition:
            raise EditedMeanwhile
        # Nobody decides anew while the letter about the decision goes out.
        Case.objects.select_for_update(no_key=True).filter(pk=letter.case_id).values_list("pk").first()
        case = _case(by.school_id, letter.case_id)
        said = Filled(letter.subject_line, letter.body)
        if not (said.subject and said.body) or gaps(said.subject, said.body):
            raise NotFinished
        _refuse_past(case, letter)
        parents = parents_of(case, _today(now)).may
        _refuse_names(by, case, said, others, parents)
        if not parents:
            raise NobodyMayHaveIt
        letter.approved_at, letter.approved_by_id = now, by.person_id
        letter.save(update_fields=["approved_at", "approved_by"])
        issuing.issue(
            school_id=letter.school_id,
            kind=DOCUMENT_KIND,
            subject_id=letter.pk,
            revision=1,
            reference=reference_of(letter),
            template=TEMPLATE,
            snapshot=_snapshot(by, letter, now),
            now=now,
        )
        mailed = [_copy_for(by, letter, each, now) for each in parents]
        _audit(by, "letter.approved", letter, copies=len(parents), mailed=sum(mailed))
        if all(mailed):
            _parents_told(case, letter, now)
    return letter


def discard_letter(*, by: Viewer, letter_id: UUID, cases: Collection[UUID], edition: int) -> None:
    """Throw away the very words that were on the page; they stay on record, and go to nobody. Three queries.

    Discarded before, nothing is done. Raises NotAllowed, Letter.DoesNotExist, AlreadyApproved, EditedMeanwhile for
    another edition.
    """
    by.must(Permission.DRAFT_LETTERS)
    with transaction.atomic():
        letter = _locked(by, letter_id, cases)
        if letter.approved_at is not None:
            raise AlreadyApproved
        if letter.discarded_at is not None:
            return
        if letter.edition != edition:
            raise EditedMeanwhile
        letter.discarded_at = timezone.now()
        letter.save(update_fields=["discarded_at"])
        _audit(by, "letter.discarded", letter)


def mark_posted(*, by: Viewer, copy_id: UUID, cases: Collection[UUID]) -> LetterCopy:
    """Say that a copy was printed and posted, or handed over. Duty R11 (CC 4.3). Nine queries at most.

    A mailed one may be posted too, where the mail did not arrive. Raises NotAllowed, LetterCopy.DoesNotExist,
    NothingToDo, NoLongerNamed, NobodyMayHaveIt for somebody who may not have it any more.
    """
    by.must(Permission.DRAFT_LETTERS)
    now = timezone.now()
    with transaction.atomic():
        copy = (
            LetterCopy.objects.select_for_update(no_key=True, of=("self",))
            .select_related("letter")
            .get(school_id=by.school_id, pk=copy_id, letter__case_id__in=cases)
        )
        if copy.posted_at is not None:
            raise NothingToDo
        case = _case(by.school_id, copy.letter.case_id)
        _must_be_named(case)
        if copy.to_id not in {each.person_id for each in parents_of(case, _today(now)).may}:
            raise NobodyMayHaveIt
        copy.posted_at, copy.posted_by_id = now, by.person_id
        copy.save(update_fields=["posted_at", "posted_by"])
        _audit(by, "letter.posted", copy.letter, copy=str(copy.pk))
        waiting = LetterCopy.objects.filter(letter_id=copy.letter_id, queued_at__isnull=True, posted_at__isnull=True)
        if not waiting.exists():
            _parents_told(case, copy.letter, now)
    return copy


def open_letter_pdf(*, by: Viewer, letter_id: UUID, cases: Collection[UUID]) -> OpenedLetter:
    """The PDF of an approved letter, to be printed, and an entry on the trail. Three queries.

    Raises Letter.DoesNotExist also for one that is not approved: there is nothing to print; NoLongerNamed,
    LetterNotReady while it is being made, dispatch.preparing.PdfAltered.
    """
    with transaction.atomic():
        letter = Letter.objects.select_related("case").get(
            school_id=by.school_id, pk=letter_id, case_id__in=cases, approved_at__isnull=False
        )
        _must_be_named(letter.case)
        document, content = issued_letter(letter)
        _audit(by, "letter.printed", letter, sha256=document.pdf_sha256)
    return OpenedLetter(content, f"{document.reference}.pdf")


def issued_letter(letter: Letter) -> tuple[Document, bytes]:
    """The document of a letter and its bytes. One query. Raises LetterNotReady, dispatch.preparing.PdfAltered."""
    try:
        return issuing.issued(school_id=letter.school_id, kind=DOCUMENT_KIND, subject_id=letter.pk)
    except (Document.DoesNotExist, issuing.NotDrawnYet):
        raise LetterNotReady from None


def reference_of(letter: Letter) -> str:
    """What a letter is called on the telephone and in a file name; it says nothing of the matter."""
    return f"LETTER-{letter.pk.hex[:8].upper()}"


def _case(school_id: UUID, case_id: UUID) -> Case:
    return Case.objects.select_related("person", "framework").get(school_id=school_id, pk=case_id)


def _locked(by: Viewer, letter_id: UUID, cases: Collection[UUID]) -> Letter:
    return Letter.objects.select_for_update(no_key=True).get(school_id=by.school_id, pk=letter_id, case_id__in=cases)


def _must_be_open(letter: Letter) -> None:
    if letter.approved_at is not None:
        raise AlreadyApproved
    if letter.discarded_at is not None:
        raise AlreadyDiscarded


def _must_be_named(case: Case) -> None:
    if not is_named(case):
        raise NoLongerNamed


def _refuse_names(by: Viewer, case: Case, said: Filled, others: Others, parents: Collection[Parent]) -> None:
    """No other child's name goes out. Duty D1 (CM 3.2)."""
    paragraphs = said.body.split("\n\n")
    found = names_another(
        (said.subject, *paragraphs),
        (*named_of(case, others.people - {each.person_id for each in parents}), *typed_names(others.typed)),
        own=(case.person.full_name, *(each.name for each in parents)),
        phrases=(by.school_name, by.display_name),
    )
    if found is not None:
        raise NamesAnotherChild(found)


def _refuse_past(case: Case, letter: Letter) -> None:
    """What was drafted before the decision that stands, or before what it gave was lifted, speaks of something else."""
    _must_be_named(case)
    drafting = drafting_of(case)
    template = template_of(case, letter.template)
    decided_at = drafting.decided_at
    is_older = decided_at is not None and letter.drafted_at < decided_at
    ended = Sanction.objects.filter(case=case, ended_at__gt=letter.drafted_at)
    # Whether parents are asked to come in turns on neither.
    is_past = template.kind != "come_in" and (is_older or ended.exists())
    if is_past or not suits(template, drafting.standing):
        raise NoLongerFits


def _copy_for(by: Viewer, letter: Letter, parent: Parent, now: datetime) -> bool:
    """One parent's copy; whether a mail goes out for it."""
    copy = LetterCopy.objects.create(
        school_id=letter.school_id, letter=letter, to_id=parent.person_id, queued_at=now if parent.address else None
    )
    if parent.address:
        queue_notice(NOTICE, school_id=letter.school_id, to=parent.address, object_id=copy.pk, by=by.user_id)
    return bool(parent.address)


def _parents_told(case: Case, letter: Letter, now: datetime) -> None:
    code = template_of(case, letter.template).obligation
    if code is not None:
        seen_done(school_id=case.school_id, cases=[case.pk], code=code, at=now, how="A letter went out.")


def _snapshot(by: Viewer, letter: Letter, now: datetime) -> dict[str, object]:
    """All that the PDF prints."""
    school = School.objects.only("name", "address", "phone", "email").get(pk=letter.school_id)
    on = _today(now)
    role = next((each for each in _SIGNS_AS if each in by.roles), None)
    return {
        "reference": reference_of(letter),
        "created": on.isoformat(),
        "school": school.name,
        "address": [line.strip() for line in school.address.splitlines() if line.strip()],
        "contact": [each for each in (school.phone, school.email) if each],
        "on": day_in_words(on),
        "subject": letter.subject_line,
        "blocks": [{"text": each.text, "items": list(each.items)} for each in blocks(letter.body)],
        "signed_by": by.display_name,
        "signed_as": "" if role is None else ROLE_NAMES[role],
    }


def _today(now: datetime) -> date:
    return timezone.localdate(now)


def _audit(by: Viewer, action: str, letter: Letter, **detail: str | int) -> None:
    audit.record(
        action,
        school_id=letter.school_id,
        actor_id=by.user_id,
        object_type="letter",
        object_id=letter.pk,
        detail={"case": str(letter.case_id), **detail},
    )
