"""Who still has what to sign, and who may not have access yet. Duty A1 (CM 3.3, NS 7.2).

Never why somebody refused, never a consent: a line says which document waits for whom.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from aup.models import AgreementVersion
from aup.rules.due import Line, Member, Standing, without_access
from aup.selectors.campaigns import WITHOUT_CLASS, class_names_at, classes_of
from aup.selectors.policy import SIGNERS
from aup.selectors.standing import StandingOf, standing_on
from packs.schema import Signer
from schools.models import Person, Pupil
from schools.roles import Permission
from schools.viewer import Viewer

# What can be chosen beside the classes.
EVERYBODY = "role:everybody"
ROLES: dict[str, Signer] = {"role:staff": "staff", "role:governor": "governor", "role:visitor": "visitor"}
PUPIL, PARENT, THEMSELVES = "from the pupil", "from a parent", "from themselves"
OFFICE = "the school office sees to it"


@dataclass(frozen=True, slots=True)
class Waits:
    """One document that waits, and for whom."""

    title: str
    whom: str


@dataclass(frozen=True, slots=True)
class OutstandingLine:
    """Somebody with a document that is not done."""

    person_id: UUID
    name: str
    family_name: str
    given_name: str
    waits: tuple[Waits, ...]


@dataclass(frozen=True, slots=True)
class OutstandingGroup:
    """A class, or all of one role."""

    name: str
    lines: tuple[OutstandingLine, ...]


@dataclass(frozen=True, slots=True)
class OutstandingPage:
    """What can be chosen, what is, and who has something outstanding there."""

    choices: tuple[tuple[str, str], ...]
    chosen: str
    chosen_name: str
    groups: tuple[OutstandingGroup, ...]
    count: int


@dataclass(frozen=True, slots=True)
class NoAccessLine:
    """Somebody who may not have access yet."""

    family_name: str
    given_name: str
    kind: str
    group: str


@dataclass(frozen=True, slots=True)
class NoAccessPage:
    """Everybody who may not have access yet, with how many there are by class and role."""

    day: date
    lines: tuple[NoAccessLine, ...]
    counts: tuple[tuple[str, int], ...]


def outstanding_page(*, viewer: Viewer, chosen: str = "", today: date | None = None) -> OutstandingPage:
    """The children of one class with what is outstanding; for whoever runs campaigns every role, or everybody.

    At most thirteen queries. A document that is signed with a no to what access needs is on it. Raises NotAllowed.
    """
    viewer.must(Permission.SEE_OUTSTANDING)
    today = today or timezone.localdate()
    classes = class_names_at(viewer.school_id, today)
    choices = [(each, each) for each in classes]
    if viewer.may(Permission.RUN_CAMPAIGNS):
        choices += [(key, SIGNERS[role].capitalize()) for key, role in ROLES.items()]
        choices.append((EVERYBODY, "Everybody"))
    names = dict(choices)
    if chosen not in names:
        return OutstandingPage(tuple(choices), "", "", (), 0)
    is_class = chosen in classes
    within = _pupils_in(viewer.school_id, chosen) if is_class else None
    standing = standing_on(viewer.school_id, today, person_ids=within, with_consents=True)
    lines = [each for each in standing.lines if each.standing is not Standing.DONE]
    # Whoever is something else besides, such as a governor with a child in the class, is listed for what was chosen.
    if is_class:
        lines = _about(standing, lines, "pupil", "parent")
    elif chosen in ROLES:
        lines = _about(standing, lines, ROLES[chosen])
    groups = _groups(viewer.school_id, standing, lines, "" if chosen == EVERYBODY else names[chosen])
    return OutstandingPage(
        tuple(choices), chosen, names[chosen], groups, len({line.person_id for each in groups for line in each.lines})
    )


def no_access_page(*, viewer: Viewer, today: date | None = None) -> NoAccessPage:
    """Who may not have access yet: a signature is missing, or a consent that access needs. Ten queries.

    The same people as on the list of what is outstanding, and as coverage does not count as complete. Raises
    NotAllowed.
    """
    viewer.must(Permission.SEE_NO_ACCESS)
    today = today or timezone.localdate()
    standing = standing_on(viewer.school_id, today, with_consents=True)
    barred = without_access(standing.lines)
    classes = classes_of(viewer.school_id)
    people = _people(viewer.school_id, barred)
    lines = [
        NoAccessLine(
            family_name=people[each.person_id].family_name,
            given_name=people[each.person_id].given_name,
            kind=_kind_of(each),
            group=_group_of(each, classes),
        )
        for each in standing.members
        if each.person_id in barred
    ]
    lines.sort(key=lambda each: (each.group, each.family_name, each.given_name))
    return NoAccessPage(today, tuple(lines), tuple(sorted(Counter(each.group for each in lines).items())))


def _pupils_in(school_id: UUID, class_name: str) -> list[UUID]:
    rows = Pupil.objects.filter(school_id=school_id, class_name=class_name)
    return list(rows.values_list("person_id", flat=True))


def _about(standing: StandingOf, lines: Iterable[Line], *audiences: Signer) -> list[Line]:
    versions = {each.version_id for each in standing.papers if each.audience in audiences}
    return [each for each in lines if each.version_id in versions]


def _groups(school_id: UUID, standing: StandingOf, lines: Iterable[Line], name: str) -> tuple[OutstandingGroup, ...]:
    """By class and role, or all under one name. Three queries."""
    about: dict[UUID, list[Line]] = defaultdict(list)
    for each in lines:
        about[each.about_id].append(each)
    members = {each.person_id: each for each in standing.members}
    classes, people = classes_of(school_id, about.keys()), _people(school_id, about.keys())
    titles = dict(
        AgreementVersion.objects.filter(
            school_id=school_id, pk__in=[each.version_id for each in standing.papers]
        ).values_list("pk", "content__title")
    )
    audiences = {each.version_id: each.audience for each in standing.papers}
    found: dict[str, list[OutstandingLine]] = defaultdict(list)
    for person_id, waiting in about.items():
        person = people[person_id]
        waits = tuple(
            Waits(titles[each.version_id], whom) for each in waiting for whom in _whom(each, audiences[each.version_id])
        )
        found[name or _group_of(members[person_id], classes)].append(
            OutstandingLine(person_id, person.full_name, person.family_name, person.given_name, waits)
        )
    return tuple(
        OutstandingGroup(name, tuple(sorted(found[name], key=lambda each: (each.family_name, each.given_name))))
        for name in sorted(found)
    )


def _whom(line: Line, audience: Signer) -> tuple[str, ...]:
    """For whom a document waits. A refusal looks like a child for whom nobody can be asked: the office sees to both."""
    own = PUPIL if audience == "pupil" else THEMSELVES
    waits = [PARENT if each.is_for_a_child else own for each in line.due]
    if line.standing is not Standing.OUTSTANDING:
        waits.insert(0, OFFICE)
    return tuple(dict.fromkeys(waits))


def _people(school_id: UUID, person_ids: Iterable[UUID]) -> dict[UUID, Person]:
    return {each.pk: each for each in Person.objects.filter(school_id=school_id, pk__in=list(person_ids))}


def _kind_of(member: Member) -> str:
    return next(each for each in ("pupil", "staff", "governor", "visitor") if each in member.kinds)


def _group_of(member: Member, classes: dict[UUID, str]) -> str:
    if "pupil" in member.kinds:
        return classes.get(member.person_id) or WITHOUT_CLASS
    return SIGNERS[_kind_of(member)].capitalize()
