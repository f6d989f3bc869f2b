"""Fills the demonstration's schools: terms, pack, people, log-ins. Every row has an id that follows from what it is,
so that filling again finds what is there and a run that was cut short is completed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.models import Model
from django.utils import timezone

from packs import loader
from schools.demo_calendar import terms
from schools.demo_cast import CAST, DEMO_PASSPHRASE, DEMO_PASSWORD, DOMAIN, SCHOOLS, CastMember, DemoSchool
from schools.demo_families import fill_families
from schools.demo_ids import demo_id as demo_id
from schools.demo_ids import person_id_of
from schools.demo_ids import school_id_of as school_id_of
from schools.demo_names import DemoName, job_of, name_of, upn_of
from schools.demo_posts import fill_posts
from schools.models import Membership, PackAdoption, Person, Post, Pupil, School, StaffRecord, Term, User
from schools.roles import MEMBERSHIP_ROLES, Role
from schools.sealing import seal
from schools.wall import in_school

_Row = TypeVar("_Row", bound=Model)

STAFF_COUNT = {"riverbank": 46, "hillside": 14}
CLASSES: dict[str, tuple[tuple[str, str, int], ...]] = {
    "riverbank": (("Reception", "RR", 30), *((f"Year {year}", f"{year}R", 30) for year in range(1, 7))),
    "hillside": tuple((f"Year {year}", f"{year}H", 12) for year in range(7, 12)),
}
# The children of the demonstration's parent; the elder one has a log-in.
_FAMILY: dict[tuple[str, int], DemoName] = {("6R", 0): DemoName("Kofi", "Olorun"), ("3R", 0): DemoName("Ada", "Olorun")}
_GOVERNORS = {"riverbank": 5, "hillside": 2}
# Where each school's run of names begins. They overlap on purpose: both schools have pupils of the same names.
_FIRST_NAME = {"riverbank": 0, "hillside": 100}


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of a demonstration school, as stories speak of them: ``teacher``, ``staff:3``, ``4R:12``."""

    key: str
    name: DemoName
    kind: str
    group: str
    person_id: UUID
    user_id: UUID | None


def staff_of(school: DemoSchool) -> Iterator[DemoPerson]:
    """The cast's members of staff, then the others."""
    cast = [each for each in CAST if each.school == school.key and Role.STAFF in each.roles]
    for each in cast:
        name = DemoName(each.given_name, each.family_name)
        yield DemoPerson(
            each.key, name, "staff", each.job_title, person_id_of(school, each.key), demo_id("user", each.key)
        )
    for number in range(STAFF_COUNT[school.key] - len(cast)):
        key = f"staff:{number}"
        # From the far end of the lists, so that a member of staff is no pupil's namesake.
        name = name_of(5_000 - number - _FIRST_NAME[school.key])
        yield DemoPerson(
            key, name, "staff", job_of(number), person_id_of(school, key), demo_id("user", school.key, key)
        )


def pupils_of(school: DemoSchool) -> Iterator[DemoPerson]:
    """The pupils, class by class."""
    number = _FIRST_NAME[school.key]
    for _, class_name, count in CLASSES[school.key]:
        for place in range(count):
            key = f"{class_name}:{place}"
            name = _FAMILY.get((class_name, place)) if school.key == "riverbank" else None
            user_id = demo_id("user", "pupil") if name and name.given == "Kofi" else None
            yield DemoPerson(key, name or name_of(number), "pupil", class_name, person_id_of(school, key), user_id)
            number += 1


def people_of(school: DemoSchool) -> dict[str, DemoPerson]:
    """Staff and pupils of a school by the key that stories use."""
    return {each.key: each for each in (*staff_of(school), *pupils_of(school))}


def fill_schools(*, today: date) -> None:
    """Make the schools and everybody in them, as far as they are not there. About twenty queries a school."""
    first_day = terms(today)[0].starts_on
    _add_cast_logins()
    for school in SCHOOLS:
        with in_school(school_id_of(school)):
            School.objects.bulk_create([_school_row(school, first_day)], ignore_conflicts=True)
            if not Term.objects.filter(school_id=school_id_of(school)).exists():
                Term.objects.bulk_create(_terms_of(school, today))
            _add_people(school, first_day)
            PackAdoption.objects.bulk_create([_adoption_of(school, first_day)], ignore_conflicts=True)
            if school.key == "riverbank":
                fill_posts(school, first_day=first_day, today=today)
                fill_families(school, ((each.key, each.name.family) for each in pupils_of(school)), first_day=first_day)


def _school_row(school: DemoSchool, first_day: date) -> School:
    return School(
        id=school_id_of(school),
        name=school.name,
        address=school.address,
        phone=school.phone,
        email=school.email,
        authority_name=school.authority_name,
        officer_name=school.officer_name,
        officer_email=school.officer_email,
        officer_passphrase_sealed=seal(DEMO_PASSPHRASE.encode()),
        officer_passphrase_set_at=_morning(first_day),
    )


def _terms_of(school: DemoSchool, today: date) -> list[Term]:
    school_id = school_id_of(school)
    return [
        Term(
            id=demo_id(school.key, "term", term.starts_on),
            school_id=school_id,
            name=term.name,
            starts_on=term.starts_on,
            ends_on=term.ends_on,
        )
        for term in terms(today)
    ]


def _adoption_of(school: DemoSchool, first_day: date) -> PackAdoption:
    pack = loader.latest(school.pack_code)
    return PackAdoption(
        id=demo_id(school.key, "pack"),
        school_id=school_id_of(school),
        pack_code=pack.code,
        pack_version=pack.version,
        adopted_at=_morning(first_day),
        adopted_by_id=person_id_of(school, "head" if school.key == "riverbank" else "head2"),
    )


def _add_cast_logins() -> None:
    there = set(User.objects.filter(email__in=[each.email for each in CAST]).values_list("email", flat=True))
    missing = [each for each in CAST if each.email not in there]
    # One hash for all: it takes a while on purpose, and everybody has the same password, which everybody knows.
    password = make_password(DEMO_PASSWORD) if missing else ""
    User.objects.bulk_create(
        User(
            id=demo_id("user", each.key),
            email=each.email,
            password=password,
            is_staff=each.is_service_administrator,
        )
        for each in missing
    )


def _add_people(school: DemoSchool, first_day: date) -> None:
    staff, pupils = list(staff_of(school)), list(pupils_of(school))
    others = [each for each in CAST if each.school == school.key and not each.roles & {Role.STAFF, Role.PUPIL}]
    governors = [name_of(4_000 + number + _FIRST_NAME[school.key]) for number in range(_GOVERNORS[school.key])]
    started = first_day - timedelta(days=400)
    User.objects.bulk_create(
        (
            User(id=each.user_id, email=_email(each, school), password=make_password(None))
            for each in staff
            if ":" in each.key
        ),
        ignore_conflicts=True,
    )
    _add(Person, [
        *(_person(school, each, _email(each, school)) for each in staff),
        *(_person(school, each, "") for each in pupils),
        *(_cast_person(school, each) for each in others),
        *(
            Person(
                id=person_id_of(school, f"governor:{number}"),
                school_id=school_id_of(school),
                given_name=name.given,
                family_name=name.family,
            )
            for number, name in enumerate(governors)
        ),
    ])  # fmt: skip
    _add(StaffRecord, [
        StaffRecord(
            id=demo_id(school.key, "staff", each.key),
            school_id=school_id_of(school),
            person_id=each.person_id,
            job_title=each.group,
            started_on=started,
        )
        for each in staff
    ])  # fmt: skip
    _add(Pupil, _pupil_rows(school, pupils, started))
    _add(Membership, [*_memberships(school, staff, started), *_governorships(school, len(governors), started)])
    _add(Post, [
        Post(
            id=demo_id(school.key, "post", each.key, role.value),
            school_id=school_id_of(school),
            person_id=person_id_of(school, each.key),
            post=role.value,
            starts_on=started,
        )
        for each in CAST
        if each.school == school.key
        for role in sorted(each.roles.difference(MEMBERSHIP_ROLES))
    ])  # fmt: skip


def _add(model: type[_Row], rows: Iterable[_Row]) -> None:
    # What a school has changed since stays as it changed it.
    model._default_manager.bulk_create(rows, ignore_conflicts=True)


def _pupil_rows(school: DemoSchool, pupils: list[DemoPerson], joined_on: date) -> list[Pupil]:
    years = {class_name: year for year, class_name, _ in CLASSES[school.key]}
    return [
        Pupil(
            id=demo_id(school.key, "pupil", each.key),
            school_id=school_id_of(school),
            person_id=each.person_id,
            upn=upn_of(number + 10_000 * _FIRST_NAME[school.key]),
            year_group=years[each.group],
            class_name=each.group,
            joined_on=joined_on,
        )
        for number, each in enumerate(pupils)
    ]


def _memberships(school: DemoSchool, staff: list[DemoPerson], starts_on: date) -> Iterator[Membership]:
    roles = [(each.key, Role.STAFF) for each in staff]
    cast = [each for each in CAST if each.school == school.key and Role.STAFF not in each.roles]
    for each in cast:
        key = "6R:0" if Role.PUPIL in each.roles else each.key
        roles += [(key, role) for role in sorted(each.roles.intersection(MEMBERSHIP_ROLES))]
    for key, role in roles:
        yield Membership(
            id=demo_id(school.key, "membership", key, role.value),
            school_id=school_id_of(school),
            person_id=person_id_of(school, key),
            role=role.value,
            starts_on=starts_on,
        )


def _governorships(school: DemoSchool, count: int, starts_on: date) -> Iterator[Membership]:
    for number in range(count):
        yield Membership(
            id=demo_id(school.key, "membership", "governor", number),
            school_id=school_id_of(school),
            person_id=person_id_of(school, f"governor:{number}"),
            role=Role.GOVERNOR.value,
            starts_on=starts_on,
        )


def _person(school: DemoSchool, each: DemoPerson, email: str) -> Person:
    return Person(
        id=each.person_id,
        school_id=school_id_of(school),
        user_id=each.user_id,
        given_name=each.name.given,
        family_name=each.name.family,
        email=email,
    )


def _cast_person(school: DemoSchool, each: CastMember) -> Person:
    return Person(
        id=person_id_of(school, each.key),
        school_id=school_id_of(school),
        user_id=demo_id("user", each.key),
        given_name=each.given_name,
        family_name=each.family_name,
        email=each.email,
    )


def _email(each: DemoPerson, school: DemoSchool) -> str:
    if ":" not in each.key:
        return f"{each.key}@{DOMAIN}"
    local = f"{each.name.given}.{each.name.family}".lower()
    return f"{local}@{school.key}.example.org"


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8, 0), tzinfo=timezone.get_current_timezone())
