"""The row of the table of routes and the request that leaves a trace: a letter to parents, by its link."""

from datetime import date

from django.utils import timezone

from dispatch.models import Document
from sanctions.models import Case, Letter, LetterCopy
from sanctions.services.letter_links import make_letter_link
from schools.models import Person, School
from schools.wall import in_school
from tests import factories
from tests.access.agreements_keeping import drawn
from tests.access.scene import Ask, Example, World

# The link is the key, whoever holds it and whoever they are: a GET shows a button, a POST gives the letter.
ROWS = """
*letters:by_link | letter link | 200 | 200
"""


def letter_of(school: School, child: Person, approver: Person) -> Letter:
    """A letter about a child that was approved and drawn."""
    now = timezone.now()
    case = Case.objects.create(
        school=school, person=child, audience="pupil", reference="7KQ2-M4XD", happened_on=date(2026, 11, 3),
        recorded_at=now, opened_at=now, pack_code="camden_2021", pack_version=1,
    )  # fmt: skip
    letter = Letter.objects.create(
        school=school, case=case, template="come_in", subject_line="Please come in", body="Please come in.",
        drafted_at=now, drafted_by=approver, approved_at=now, approved_by=approver,
    )  # fmt: skip
    Document.objects.create(
        school=school, kind="parent_letter", subject_id=letter.pk, revision=1, reference="LETTER-1",
        template="pdf/sanctions/letter_v1.html", snapshot={}, created_at=now,
    )  # fmt: skip
    drawn(letter.pk)
    return letter


def letter_link(school: School, child: Person, parent: Person, approver: Person) -> str:
    """The link by which a parent of the child opens that letter."""
    copy = LetterCopy.objects.create(
        school=school, letter=letter_of(school, child, approver), to=parent, queued_at=timezone.now()
    )
    with in_school(school.pk):
        return make_letter_link(copy=copy)[0]


def opened(world: World) -> Ask:
    """A parent presses the button."""
    child = factories.pupil(world.school, "Ada Olor")
    factories.parent_of(child, world.parent)
    return Ask(None, "letters:by_link", [letter_link(world.school, child, world.parent, world.head)], {})


READS: dict[str, Example] = {"letters:by_link": opened}
WRITES: dict[tuple[str, str], Example] = {("letters:by_link", "letter.opened_by_link"): opened}
CHANGE_NOTHING: dict[str, str] = {}
