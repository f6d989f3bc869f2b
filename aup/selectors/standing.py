"""Where everybody of a school stands on a day: the facts, in a fixed number of queries, and the rules over them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from aup.models import AgreementSettings, AgreementVersion, Signature
from aup.rules.due import Carer, Held, Kind, Line, Member, Paper, WhoSigns, lines_for
from aup.rules.stages import school_year_start, stage_of
from packs.schema import SIGNERS, STAGES, Signer
from schools.models import Guardian, Membership, Pupil, StaffRecord, in_force
from schools.roles import Role

_KINDS_OF: dict[str, Signer] = {
    Role.STAFF.value: "staff",
    Role.GOVERNOR.value: "governor",
    Role.VISITOR.value: "visitor",
}


@dataclass(frozen=True, slots=True)
class StandingOf:
    """Where the people that were asked about stand on a day, with what it was worked out from."""

    day: date
    who_signs: WhoSigns
    papers: tuple[Paper, ...]
    members: tuple[Member, ...]
    lines: tuple[Line, ...]


def moment_of(day: date) -> datetime:
    """The last moment of a day in the school's time."""
    return datetime.combine(day, time.max, tzinfo=timezone.get_current_timezone())


def versions_in_force(school_id: UUID, day: date) -> list[AgreementVersion]:
    """The versions that are to be signed on a day: of each agreement the newest, unless it is withdrawn. One query."""
    moment = moment_of(day)
    newest = (
        AgreementVersion.objects.filter(school_id=school_id, published_at__lte=moment)
        .annotate(withdrawn_at=F("withdrawal__withdrawn_at"))
        .order_by("code", "-number")
        .distinct("code")
    )
    return [each for each in newest if each.withdrawn_at is None or each.withdrawn_at > moment]


def paper_of(version: AgreementVersion) -> Paper:
    """A version as the rules know it. No query."""
    return Paper(
        version_id=version.pk,
        code=version.code,
        audience=version.audience,  # type: ignore[arg-type]
        stages=frozenset(each for each in STAGES if each in version.stages),
        signed_by=frozenset(each for each in SIGNERS if each in version.signed_by),
        acknowledged_by=frozenset(each for each in SIGNERS if each in version.acknowledged_by),
        needs_consent=bool(needed_of(version)),
    )


def needed_of(version: AgreementVersion) -> frozenset[str]:
    """The codes of the consents without which a version gives no access. No query."""
    return frozenset(each["code"] for each in version.content.get("consents", ()) if each["needed"])


def who_signs_at(school_id: UUID) -> WhoSigns:
    """Whether one parent signs for a child or each. One query."""
    said = AgreementSettings.objects.filter(school_id=school_id).values_list("who_signs", flat=True).first()
    return WhoSigns(said) if said else WhoSigns.ONE


def members_on(school_id: UUID, day: date, *, person_ids: Collection[UUID] | None = None) -> tuple[Member, ...]:
    """The pupils, staff, governors and visitors of a school on a day, or those of these people. Four queries.

    On a day of an earlier school year a pupil's key stage is the one of then, worked back from the year group of now.
    """
    found = member_rows(school_id, day, people=_among("person_id", person_ids), children=_among("child_id", person_ids))
    return members_of(day, *found)


# Where the facts stand; ``one_person`` asks all of them in one query.
MemberRows = tuple[QuerySet[Any, Any], QuerySet[Any, Any], QuerySet[Any, Any], QuerySet[Any, Any]]


def member_rows(school_id: UUID, day: date, *, people: Q, children: Q) -> MemberRows:
    """The carers of children, pupils, roles, and staff at work on a day, as ``members_of`` takes them. No query yet.

    ``people`` narrows by ``person_id``, and ``children`` in the same way by ``child_id``.
    """
    here = Q(school_id=school_id)
    on_roll = (Q(joined_on__isnull=True) | Q(joined_on__lte=day)) & (Q(left_on__isnull=True) | Q(left_on__gte=day))
    at_work = (Q(started_on__isnull=True) | Q(started_on__lte=day)) & (Q(left_on__isnull=True) | Q(left_on__gte=day))
    return (
        Guardian.objects.filter(here, in_force(day), children)
        .order_by("verified_at", "id")
        .values_list("child_id", "guardian_id", "has_parental_responsibility", "is_barred"),
        Pupil.objects.filter(here, people, on_roll).values_list("person_id", "year_group"),
        Membership.objects.filter(here, people, in_force(day), role__in=_KINDS_OF).values_list("person_id", "role"),
        StaffRecord.objects.filter(here, people, at_work).values_list("person_id"),
    )


def members_of(
    day: date,
    carer_rows: Iterable[Sequence[Any]],
    pupil_rows: Iterable[Sequence[Any]],
    role_rows: Iterable[Sequence[Any]],
    work_rows: Iterable[Sequence[Any]],
) -> tuple[Member, ...]:
    """The members that these rows make. No query of its own."""
    years_before = max(0, school_year_start(timezone.localdate()).year - school_year_start(day).year)
    carers: dict[UUID, list[Carer]] = defaultdict(list)
    for child_id, guardian_id, has_responsibility, is_barred in carer_rows:
        carers[child_id].append(Carer(guardian_id, has_responsibility, is_barred))
    kinds: dict[UUID, set[Signer]] = defaultdict(set)
    year_groups: dict[UUID, str] = {}
    for person_id, year_group in pupil_rows:
        kinds[person_id].add("pupil")
        year_groups[person_id] = year_group
    for person_id, role in role_rows:
        kinds[person_id].add(_KINDS_OF[role])
    for (person_id,) in work_rows:
        kinds[person_id].add("staff")
    stages = {said: stage_of(said, years_before=years_before) for said in set(year_groups.values())}
    return tuple(
        Member(
            person_id=person_id,
            kinds=frozenset(found),
            stage=stages[year_groups[person_id]] if person_id in year_groups else None,
            carers=tuple(carers[person_id]) if person_id in carers else (),
        )
        for person_id, found in kinds.items()
    )


def held_on(
    school_id: UUID, day: date, *, version_ids: Iterable[UUID], person_ids: Collection[UUID] | None = None
) -> list[Held]:
    """The lines of the register that count on a day, of these versions and about these people. One query."""
    rows = Signature.objects.filter(
        _among("about_id", person_ids),
        school_id=school_id,
        counts_until__gte=day,
        signed_at__lte=moment_of(day) if day < timezone.localdate() else timezone.now(),
        version_id__in=list(version_ids),
    ).exclude(kind=Kind.CONSENTS.value)
    kinds = {kind.value: kind for kind in Kind}
    return [
        Held(version_id, signer_id, about_id, kinds[kind])
        for version_id, signer_id, about_id, kind in rows.values_list("version_id", "signer_id", "about_id", "kind")
    ]


def standing_on(
    school_id: UUID,
    day: date,
    *,
    person_ids: Collection[UUID] | None = None,
    versions: Collection[AgreementVersion] | None = None,
    with_consents: bool = False,
) -> StandingOf:
    """Who must sign what on a day, and where it stands, for everybody or for these people. Seven queries.

    ``versions`` are those in force on the day, where the caller has them already: six queries then. With
    ``with_consents``, one query more, a document is refused where it is signed and what access needs is denied: so
    whoever has something that is not done is whoever has no access, on every list. Who is asked is the same either
    way. Duties A1, A2, A3 (CM 3.3, CC 3.2, NS 7.2).
    """
    versions = versions_in_force(school_id, day) if versions is None else versions
    papers = tuple(paper_of(each) for each in versions)
    members = members_on(school_id, day, person_ids=person_ids)
    held = held_on(school_id, day, version_ids=[each.version_id for each in papers], person_ids=person_ids)
    who_signs = who_signs_at(school_id)
    denied = _denied(school_id, day, versions, members, person_ids) if with_consents else frozenset()
    lines = lines_for(members, papers, held, who_signs=who_signs, denied=denied)
    return StandingOf(day, who_signs, papers, members, lines)


def _denied(
    school_id: UUID,
    day: date,
    versions: Iterable[AgreementVersion],
    members: Iterable[Member],
    person_ids: Collection[UUID] | None,
) -> frozenset[UUID]:
    """The children to whom a parent denies what access needs, by the newest answer of each parent. At most one query.

    A no beats every yes; a parent who may not sign for the child any more denies nothing.
    """
    needed = {code for each in versions for code in needed_of(each)}
    if not needed:
        return frozenset()
    carers: dict[UUID, Collection[UUID]] = {each.person_id: each.signing_carers for each in members}
    newest = (
        Signature.objects.filter(_among("about_id", person_ids), school_id=school_id, signed_at__lte=moment_of(day))
        .exclude(consents={})
        .order_by("about_id", "signer_id", "-number")
        .distinct("about_id", "signer_id")
        .values_list("about_id", "signer_id", "consents")
    )
    return frozenset(
        about_id
        for about_id, signer_id, consents in newest
        if signer_id in carers.get(about_id, ()) and any(consents.get(code) is False for code in needed)
    )


def _among(field: str, person_ids: Collection[UUID] | None) -> Q:
    return Q() if person_ids is None else Q(**{f"{field}__in": list(person_ids)})
