"""Rows, bodies and requests of the pages on which letters to parents are drafted, approved, printed and posted.

``knows`` may read them, a drafter writes, an approver has them go out. What is made is a letter that went out to a
parent, and a draft of the next.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from incidents.services import letters
from sanctions.models import Case, Letter, LetterCopy
from sanctions.services.letter_links import make_letter_link
from schools.models import Guardian, Person
from schools.viewer import Viewer
from schools.wall import in_school
from tests import factories
from tests.access.agreements_keeping import drawn, responsible
from tests.access.incidents_deciding import MISSING, bullying
from tests.access.scene import Ask, Example, World

ROWS = """
incidents:letters        | the decided       | knows/404 200             | 405
incidents:letter_draft   | the decided       | knows/404 drafter/403 200 | knows/404 drafter/403 302
incidents:letter         | the decided       | knows/404 200             | 405
incidents:letter_edit    | the decided       | knows/404 drafter/403 200 | knows/404 drafter/403 302
incidents:letter_approve | the decided       | 405                       | knows/404 approver/403 decides/403 302
incidents:letter_discard | the decided       | 405                       | knows/404 drafter/403 302
incidents:letter_pdf     | the letter sent   | knows/404 200             | 405
incidents:letter_posted  | the decided       | 405                       | knows/404 drafter/403 302
"""
PARTS = ("letter_id", "copy_id", "sent_id")
MEETING = "on Monday 23 November at 3.30 pm"
BODY = "Dear parent,\n\nplease come and see us."


def written(by: Viewer, incident_id: UUID, case: Case, body: str = BODY, template: str = "revised") -> Letter:
    """A draft in somebody's own words; it says nothing of what is still to be written."""
    letter = letters.draft_letter(by=by, incident_id=incident_id, case_id=case.pk, template=template, meeting=MEETING)
    return letters.save_letter(
        by=by, incident_id=incident_id, letter_id=letter.pk, edition=1, subject_line="Please come in", body=body
    )


def make_letters(decides: Viewer, incident_id: UUID, case_id: UUID, parent: Person, body: str = BODY) -> dict[str, str]:
    """The parts of the addresses of a letter that went out to a parent of the child, of its copy, and of a draft.

    The case is one whose decision was changed. Of a case about staff no letter is written.
    """
    case = Case.objects.select_related("person").get(pk=case_id)
    if case.audience != "pupil":
        return dict.fromkeys(PARTS, MISSING)
    with_parent(case.person, parent)
    gone = written(decides, incident_id, case, body)
    copy = sent(decides, incident_id, gone)
    draft = written(decides, incident_id, case, body)
    return {"letter_id": str(draft.pk), "copy_id": str(copy.pk), "sent_id": str(gone.pk)}


def sent(by: Viewer, incident_id: UUID, letter: Letter) -> LetterCopy:
    """The same approved and drawn, with the link that the mail to a parent has in it: one copy of it."""
    letters.approve_letter(by=by, incident_id=incident_id, letter_id=letter.pk, edition=2)
    drawn(letter.pk)
    copy: LetterCopy = letter.copies.order_by("pk")[0]
    with in_school(letter.school_id):
        make_letter_link(copy=copy)
    return copy


# --- what is posted in the table -------------------------------------------------------------------------------------

BODIES: dict[str, Mapping[str, Any]] = {
    "incidents:letter_draft": {"template": "revised"},
    "incidents:letter_edit": {"edition": "2", "subject_line": "About the meeting", "body": "Dear parent,"},
    "incidents:letter_approve": {"edition": "2"},
    "incidents:letter_discard": {"edition": "2"},
}
# Of the names that models' fields have, those that stand in a form of these pages, too.
OWN_FIELDS: dict[str, str] = {
    "incidents:letter_draft": "template meeting",
    "incidents:letter_approve": "edition",
    "incidents:letter_discard": "edition",
}

# --- requests that leave a trace -------------------------------------------------------------------------------------


def begun(world: World) -> tuple[UUID, Case]:
    """An incident with a pupil who did it and has a parent who may have a letter, the facts confirmed."""
    made, (case,) = bullying(world)
    with_parent(case.person, world.parent)
    return made.pk, case


def with_parent(child: Person, parent: Person) -> None:
    if not Guardian.objects.filter(child=child, guardian=parent).exists():
        factories.parent_of(child, parent)
    responsible(child, parent)


def of_case(name: str, data: dict[str, Any] | None = None) -> Example:
    def ask(world: World) -> Ask:
        incident_id, case = begun(world)
        return Ask(world.head, name, [incident_id, case.pk], data)

    return ask


def of_letter(name: str, data: dict[str, Any] | None = None, *, is_sent: bool = False) -> Example:
    def ask(world: World) -> Ask:
        incident_id, case = begun(world)
        by = factories.viewer(world.head)
        letter = written(by, incident_id, case, template="come_in")
        if is_sent:
            sent(by, incident_id, letter)
        return Ask(world.head, name, [incident_id, letter.pk], data)

    return ask


def of_copy(world: World) -> Ask:
    incident_id, case = begun(world)
    by = factories.viewer(world.head)
    copy = sent(by, incident_id, written(by, incident_id, case, template="come_in"))
    return Ask(world.head, "incidents:letter_posted", [incident_id, copy.pk], {})


SAVED = {"edition": "2", "subject_line": "About the meeting", "body": "Dear parent,"}
READS: dict[str, Example] = {
    "incidents:letters": of_case("incidents:letters"),
    "incidents:letter_draft": of_case("incidents:letter_draft"),
    "incidents:letter": of_letter("incidents:letter"),
    "incidents:letter_edit": of_letter("incidents:letter_edit"),
    "incidents:letter_pdf": of_letter("incidents:letter_pdf", is_sent=True),
}
WRITES: dict[tuple[str, str], Example] = {
    ("incidents:letter_draft", "letter.drafted"): of_case("incidents:letter_draft", {"template": "come_in"}),
    ("incidents:letter_edit", "letter.saved"): of_letter("incidents:letter_edit", SAVED),
    ("incidents:letter_approve", "letter.approved"): of_letter("incidents:letter_approve", {"edition": "2"}),
    ("incidents:letter_discard", "letter.discarded"): of_letter("incidents:letter_discard", {"edition": "2"}),
    ("incidents:letter_posted", "letter.posted"): of_copy,
}
