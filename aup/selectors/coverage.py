"""How much is signed, by class and role, on any day. Duties A1, A4 (CM 3.3, CC 3.2)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from aup.rules.due import Line, Member, Standing
from aup.selectors.campaigns import WITHOUT_CLASS, classes_of
from aup.selectors.policy import SIGNERS
from aup.selectors.standing import standing_on, versions_in_force
from packs.schema import Signer
from schools.roles import Permission
from schools.viewer import NotAllowed, Viewer

_MAY = (Permission.READ_SIGNATURES, Permission.RUN_CAMPAIGNS)
PUPILS = "All pupils"


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """People of a class or role, or the people an agreement is for: how many are complete, wait, or have refused.

    ``outstanding`` includes those for whom nobody can be asked, which ``nobody_to_ask`` counts. ``refused`` includes
    those whose parent has signed and said no to what access needs: complete is who may have access, no more.
    """

    name: str
    people: int = 0
    signed: int = 0
    outstanding: int = 0
    refused: int = 0
    nobody_to_ask: int = 0

    @property
    def share(self) -> int:
        """How much of it is signed, in whole hundredths; never 100 before all is."""
        return self.signed * 100 // self.people if self.people else 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """The figures of one day: by class, by role (pupils as a whole being one), and by agreement."""

    day: date
    classes: tuple[CoverageRow, ...]
    roles: tuple[CoverageRow, ...]
    agreements: tuple[CoverageRow, ...]


def coverage_page(*, viewer: Viewer, day: date | None = None) -> Coverage:
    """The figures of a day, today unless another is said. Nine queries. Raises NotAllowed."""
    if not any(viewer.may(each) for each in _MAY):
        raise NotAllowed
    return coverage_on(viewer.school_id, day or timezone.localdate())


def coverage_on(school_id: UUID, day: date) -> Coverage:
    """The figures of a school on a day, whatever its size: nine queries. Leavers of before that day are not in it.

    Classes are the ones that pupils are in now; key stages are those of the day.
    """
    versions = versions_in_force(school_id, day)
    standing = standing_on(school_id, day, versions=versions, with_consents=True)
    classes = classes_of(school_id)
    about: dict[UUID, list[Line]] = defaultdict(list)
    by_version: dict[UUID, list[Line]] = defaultdict(list)
    for each in standing.lines:
        about[each.about_id].append(each)
        by_version[each.version_id].append(each)
    audiences: dict[UUID, Signer] = {each.version_id: each.audience for each in standing.papers}
    by_class, by_role = _people(standing.members, about, audiences, classes)
    return Coverage(
        day=day,
        classes=tuple(_row(name, by_class[name]) for name in sorted(by_class)),
        roles=tuple(_row(name, standings) for name, standings in by_role.items()),
        agreements=tuple(
            _row(each.title, [line.standing for line in by_version[each.pk]])
            for each in versions
            if by_version[each.pk]
        ),
    )


def _people(
    members: Iterable[Member],
    about: Mapping[UUID, list[Line]],
    audiences: Mapping[UUID, Signer],
    classes: Mapping[UUID, str],
) -> tuple[dict[str, list[Standing]], dict[str, list[Standing]]]:
    """Everybody with something to sign, once for each of their roles, by the gravest of what is asked of them there."""
    by_class: dict[str, list[Standing]] = defaultdict(list)
    names = (PUPILS, *(SIGNERS[role].capitalize() for role in ("staff", "governor", "visitor")))
    roles: dict[str, list[Standing]] = {name: [] for name in names}
    for member in members:
        lines = about.get(member.person_id, ())
        if "pupil" in member.kinds:
            found = [each.standing for each in lines if audiences[each.version_id] in ("pupil", "parent")]
            if found:
                by_class[classes.get(member.person_id) or WITHOUT_CLASS].append(_gravest(found))
                roles[PUPILS].append(_gravest(found))
        for role in ("staff", "governor", "visitor"):
            found = [each.standing for each in lines if audiences[each.version_id] == role]
            if found:
                roles[SIGNERS[role].capitalize()].append(_gravest(found))
    return by_class, {name: standings for name, standings in roles.items() if standings}


def _gravest(standings: Iterable[Standing]) -> Standing:
    found = set(standings)
    order = (Standing.REFUSED, Standing.NOBODY_TO_ASK, Standing.OUTSTANDING)
    return next((each for each in order if each in found), Standing.DONE)


def _row(name: str, standings: list[Standing]) -> CoverageRow:
    nobody = standings.count(Standing.NOBODY_TO_ASK)
    return CoverageRow(
        name=name,
        people=len(standings),
        signed=standings.count(Standing.DONE),
        outstanding=standings.count(Standing.OUTSTANDING) + nobody,
        refused=standings.count(Standing.REFUSED),
        nobody_to_ask=nobody,
    )
