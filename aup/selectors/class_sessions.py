"""Classes that go through their agreement together, and the whiteboard of one such session. Duty A2."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from aup.models import AgreementVersion, ClassSession, Signature
from aup.rules.boards import labels
from aup.rules.due import Kind
from aup.rules.stages import counts_until, stage_of
from aup.selectors.policy import TextShown, text_of
from aup.selectors.standing import versions_in_force
from schools.models import Pupil
from schools.roles import Permission
from schools.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Choice:
    """One class and an agreement that its children go through, with how many of them it is for."""

    class_name: str
    version_id: UUID
    title: str
    number: int
    children_count: int


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session of the viewer's that has not been ended."""

    session_id: UUID
    class_name: str
    title: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class ClassesPage:
    """What there is to choose from, and what was left open."""

    choices: tuple[Choice, ...]
    sessions: tuple[OpenSession, ...]


@dataclass(frozen=True, slots=True)
class Seat:
    """One child of the class: what stands on the button, and whether it was tapped."""

    person_id: UUID
    label: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The whiteboard: the clauses, then a button for each child."""

    session_id: UUID
    class_name: str
    text: TextShown
    seats: tuple[Seat, ...]
    started_at: datetime
    ended_at: datetime | None
    is_in_force: bool

    @property
    def done_count(self) -> int:
        """How many have said yes."""
        return sum(each.is_done for each in self.seats)

    @property
    def waiting(self) -> tuple[Seat, ...]:
        """Who has not: absent, or not their turn yet."""
        return tuple(each for each in self.seats if not each.is_done)


def classes_page(*, viewer: Viewer, today: date) -> ClassesPage:
    """Every class with the agreement that it goes through. Three queries. Raises NotAllowed. Duty A2."""
    viewer.must(Permission.HOLD_CLASS_SESSION)
    versions = [each for each in versions_in_force(viewer.school_id, today) if is_for_a_class(each)]
    pupils = Pupil.objects.filter(on_roll(viewer.school_id, today)).exclude(class_name="")
    year_groups: defaultdict[str, list[str]] = defaultdict(list)
    for class_name, year_group in pupils.values_list("class_name", "year_group"):
        year_groups[class_name].append(year_group)
    choices = [
        Choice(class_name, version.pk, version.title, version.number, count)
        for class_name, found in sorted(year_groups.items())
        for version in versions
        if (count := sum(_fits(version, each) for each in found))
    ]
    mine = ClassSession.objects.filter(school_id=viewer.school_id, teacher_id=viewer.person_id, ended_at=None)
    rows = mine.select_related("version").order_by("-started_at")
    sessions = tuple(OpenSession(each.pk, each.class_name, each.version.title, each.started_at) for each in rows)
    return ClassesPage(tuple(choices), sessions)


def board_of(*, viewer: Viewer, session_id: UUID, today: date) -> Board:
    """The whiteboard of a session that the viewer holds. Four queries.

    Raises NotAllowed, ClassSession.DoesNotExist for one that somebody else holds.
    """
    viewer.must(Permission.HOLD_CLASS_SESSION)
    session = ClassSession.objects.select_related("version").get(
        school_id=viewer.school_id, teacher_id=viewer.person_id, pk=session_id
    )
    version = session.version
    children = children_of_class(version, session.class_name, today)
    done = set(
        Signature.objects.filter(
            school_id=viewer.school_id,
            version=version,
            kind=Kind.ACKNOWLEDGED.value,
            about_id__in=[person_id for person_id, _ in children],
            counts_until__gte=counts_until(today),
        ).values_list("about_id", flat=True)
    )
    names = labels(name for _, name in children)
    in_force = {each.pk for each in versions_in_force(viewer.school_id, today)}
    return Board(
        session_id=session.pk,
        class_name=session.class_name,
        text=text_of(version.content),
        seats=tuple(
            Seat(person_id, label, person_id in done)
            for (person_id, _), label in zip(children, names, strict=True)
        ),
        started_at=session.started_at,
        ended_at=session.ended_at,
        is_in_force=version.pk in in_force,
    )  # fmt: skip


def children_of_class(version: AgreementVersion, class_name: str, today: date) -> list[tuple[UUID, tuple[str, str]]]:
    """The children of a class whom a version is for: their ids with given and family name, by name. One query."""
    pupils = Pupil.objects.filter(on_roll(version.school_id, today), class_name=class_name).order_by(
        "person__given_name", "person__family_name", "person_id"
    )
    rows = pupils.values_list("person_id", "person__given_name", "person__family_name", "year_group")
    return [(person_id, (given, family)) for person_id, given, family, year in rows if _fits(version, year)]


def is_for_a_class(version: AgreementVersion) -> bool:
    """Whether children say yes to it in class: a pupils' agreement that they acknowledge. No query."""
    return version.audience == "pupil" and "pupil" in version.acknowledged_by


def on_roll(school_id: UUID, day: date) -> Q:
    """The pupils of a school on a day."""
    joined = Q(joined_on__isnull=True) | Q(joined_on__lte=day)
    return Q(school_id=school_id) & joined & (Q(left_on__isnull=True) | Q(left_on__gte=day))


def _fits(version: AgreementVersion, year_group: str) -> bool:
    return not version.stages or stage_of(year_group) in version.stages
