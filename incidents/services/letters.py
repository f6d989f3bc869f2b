"""Letters to the parents of somebody in an incident: whoever may know of the one may know of the other. Duty R11.

What a letter says and where it goes is for ``sanctions``; that nobody reads one of a case they must not know of, and
that no other child of the incident is named in one, stands here (CC 4.3, 4.5.3, CM 4.3).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from audit import services as audit
from incidents.models import CaseOf, Incident, Involvement
from incidents.selectors.cases_shown import Heading
from incidents.selectors.deciding import heading_of, may_decide
from sanctions.models import Case, Letter, LetterCopy
from sanctions.selectors.letters import (
    CaseLetters,
    LetterPage,
    case_of_letter,
    letter_of_copy,
    letter_page,
    letters_of,
)
from sanctions.services import letters
from sanctions.services.letters import OpenedLetter, Others
from schools.roles import Permission
from schools.viewer import NotAllowed, Viewer


@dataclass(frozen=True, slots=True)
class Matter:
    """An incident that the viewer may know of: its cases, and everybody else who is named in it."""

    incident_id: UUID
    decider_post: str
    cases: tuple[UUID, ...]
    others: Others


@dataclass(frozen=True, slots=True)
class LettersShown:
    """The letters of one case, with the head of its incident's pages."""

    heading: Heading
    letters: CaseLetters


@dataclass(frozen=True, slots=True)
class LetterShown:
    """One letter, with the head of its incident's pages."""

    heading: Heading
    letter: LetterPage


def open_letters(*, by: Viewer, incident_id: UUID, case_id: UUID) -> LettersShown:
    """The letters of one case, and an audit row. Sixteen queries at most.

    Raises Incident.DoesNotExist, Case.DoesNotExist, NotAllowed.
    """
    with _matter(by, incident_id) as matter:
        return _letters_of(by, matter, case_id)


def open_to_draft(*, by: Viewer, incident_id: UUID, case_id: UUID) -> LettersShown:
    """The same for whoever begins one; who only reads the case is not told what there is. Sixteen queries at most.

    Raises Incident.DoesNotExist, NotAllowed, Case.DoesNotExist.
    """
    with _matter(by, incident_id) as matter:
        by.must(Permission.DRAFT_LETTERS)
        return _letters_of(by, matter, case_id)


def open_letter(*, by: Viewer, incident_id: UUID, letter_id: UUID) -> LetterShown:
    """One letter, and an audit row. Twelve queries at most. Raises Incident.DoesNotExist, Letter.DoesNotExist."""
    with _matter(by, incident_id) as matter:
        return _letter(by, matter, letter_id)


def open_to_edit(*, by: Viewer, incident_id: UUID, letter_id: UUID) -> LetterShown:
    """The same for whoever writes in it. Raises Incident.DoesNotExist, NotAllowed, Letter.DoesNotExist."""
    with _matter(by, incident_id) as matter:
        by.must(Permission.DRAFT_LETTERS)
        return _letter(by, matter, letter_id)


def draft_letter(*, by: Viewer, incident_id: UUID, case_id: UUID, template: str, meeting: str) -> Letter:
    """Begin a letter. Raises Incident.DoesNotExist, Case.DoesNotExist, and as ``letters.draft_letter``."""
    with _matter_to_write(by, incident_id) as matter:
        if case_id not in matter.cases:
            raise Case.DoesNotExist
        return letters.draft_letter(by=by, case_id=case_id, template=template, meeting=meeting)


def save_letter(
    *, by: Viewer, incident_id: UUID, letter_id: UUID, edition: int, subject_line: str, body: str
) -> Letter:
    """Save the words of a draft. Raises Incident.DoesNotExist, and as ``letters.save_letter``."""
    with _matter_to_write(by, incident_id) as matter:
        return letters.save_letter(
            by=by,
            letter_id=letter_id,
            cases=matter.cases,
            edition=edition,
            subject_line=subject_line,
            body=body,
            others=matter.others,
        )


def approve_letter(*, by: Viewer, incident_id: UUID, letter_id: UUID, edition: int) -> Letter:
    """Have it go out as it stands: for whoever decides in this very case. Duties S2, R7 (CC 2.3.1, CM 2.3.1, NE).

    Raises Incident.DoesNotExist, NotAllowed, and as ``letters.approve_letter``.
    """
    with _matter_to_write(by, incident_id) as matter:
        if not may_decide(by, matter.decider_post):
            raise NotAllowed
        return letters.approve_letter(
            by=by, letter_id=letter_id, cases=matter.cases, edition=edition, others=matter.others
        )


def discard_letter(*, by: Viewer, incident_id: UUID, letter_id: UUID, edition: int) -> None:
    """Put a draft aside. Raises Incident.DoesNotExist, and as ``letters.discard_letter``."""
    with _matter_to_write(by, incident_id) as matter:
        letters.discard_letter(by=by, letter_id=letter_id, cases=matter.cases, edition=edition)


def mark_posted(*, by: Viewer, incident_id: UUID, copy_id: UUID) -> LetterCopy:
    """Say that a copy was printed and posted. Raises Incident.DoesNotExist, and as ``letters.mark_posted``."""
    with _matter_to_write(by, incident_id) as matter:
        return letters.mark_posted(by=by, copy_id=copy_id, cases=matter.cases)


def open_letter_pdf(*, by: Viewer, incident_id: UUID, letter_id: UUID) -> OpenedLetter:
    """The PDF, to be printed. Raises Incident.DoesNotExist, and as ``letters.open_letter_pdf``."""
    with _matter(by, incident_id) as matter:
        return letters.open_letter_pdf(by=by, letter_id=letter_id, cases=matter.cases)


def case_of(*, by: Viewer, incident_id: UUID, letter_id: UUID) -> UUID:
    """Whose letter it is, for whoever writes letters. Raises Incident.DoesNotExist, NotAllowed, Letter.DoesNotExist."""
    with _matter(by, incident_id) as matter:
        by.must(Permission.DRAFT_LETTERS)
        case_id = case_of_letter(viewer=by, letter_id=letter_id)
        if case_id not in matter.cases:
            raise Letter.DoesNotExist
        return case_id


def letter_of(*, by: Viewer, incident_id: UUID, copy_id: UUID) -> UUID:
    """Of which letter a copy is, for whoever writes letters. Six queries.

    Raises Incident.DoesNotExist, NotAllowed, LetterCopy.DoesNotExist.
    """
    with _matter(by, incident_id) as matter:
        by.must(Permission.DRAFT_LETTERS)
        return letter_of_copy(viewer=by, copy_id=copy_id, cases=matter.cases)


@contextmanager
def _matter(by: Viewer, incident_id: UUID) -> Iterator[Matter]:
    """A transaction in which the incident is one that the viewer may know of. Three queries."""
    with transaction.atomic():
        yield _found(Incident.objects.visible_to(by).only("pk", "decider_post").get(pk=incident_id))


@contextmanager
def _matter_to_write(by: Viewer, incident_id: UUID) -> Iterator[Matter]:
    """The same, and nobody is shut out, and nothing is decided, until what is done in it is done. Four queries."""
    with transaction.atomic():
        rows = Incident.objects.visible_to(by).only("pk", "decider_post")
        incident = rows.select_for_update(of=("self",), no_key=True).get(pk=incident_id)
        # Asked again now that nobody else writes: whoever was waited for may have shut this viewer out.
        if not Incident.objects.visible_to(by).filter(pk=incident_id).exists():
            raise Incident.DoesNotExist
        yield _found(incident)


def _found(incident: Incident) -> Matter:
    """Two queries."""
    rows = CaseOf.objects.filter(incident=incident, case__withdrawn_at__isnull=True)
    cases = rows.values_list("case_id", flat=True)
    named = list(Involvement.objects.filter(incident=incident, until_revision__isnull=True).only("person", "name"))
    others = Others(
        people=frozenset(each.person_id for each in named if each.person_id is not None),
        typed=frozenset(each.name for each in named if each.person_id is None),
    )
    return Matter(incident.pk, incident.decider_post, tuple(cases), others)


def _letters_of(by: Viewer, matter: Matter, case_id: UUID) -> LettersShown:
    if case_id not in matter.cases:
        raise Case.DoesNotExist
    found = letters_of(viewer=by, case_id=case_id)
    _audit(by, matter.incident_id, len(found.letters))
    heading = heading_of(viewer=by, incident_id=matter.incident_id)
    return LettersShown(heading, replace(found, may_approve=found.may_approve and heading.may_decide))


def _letter(by: Viewer, matter: Matter, letter_id: UUID) -> LetterShown:
    found = letter_page(viewer=by, letter_id=letter_id, cases=matter.cases)
    _audit(by, matter.incident_id, 1)
    heading = heading_of(viewer=by, incident_id=matter.incident_id)
    return LetterShown(heading, replace(found, may_approve=found.may_approve and heading.may_decide))


def _audit(by: Viewer, incident_id: UUID, count: int) -> None:
    audit.record(
        "incident.letters_opened",
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type="incident",
        object_id=incident_id,
        detail={"rows": count},
    )
