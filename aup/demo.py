"""The demonstration's agreements: published on the first school day, most staff and all governors have signed.

Filled by the services that people use, so that the register of signatures verifies; filling again changes nothing.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from aup.models import AgreementVersion, Signature
from aup.rules.content import from_pack
from aup.services.publishing import issue
from aup.services.signing import Intent, Signer, sign
from packs import loader
from schools.demo_calendar import terms
from schools.demo_cast import DemoSchool
from schools.demo_families import CLASSES_WITH_PARENTS, parents_of
from schools.demo_ids import person_id_of, school_id_of
from schools.demo_people import pupils_of, staff_of
from schools.models import Membership, Person
from schools.roles import Role

# Who of the cast is yet to sign, so that there is something to do when they log in.
_OUTSTANDING = frozenset({"teacher", "it", "teacher2"})
_SIGNED_OF_TEN = 7
# The class whose parents came to the meeting, and how many of them signed there.
_ON_PAPER, _PAPERS = CLASSES_WITH_PARENTS[0], 20
_EVERY_PHOTOGRAPH_REFUSED = 6
_STEP = timedelta(minutes=17)
_SCHOOL_BEGINS, _SCHOOL_ENDS, _FRIDAY = time(8, 30), time(16, 30), 4


def fill_agreements(school: DemoSchool, *, now: datetime) -> int:
    """Publish the agreements of a school's policy and have people sign; how many signatures were added.

    In the caller's transaction and school. Three queries where all is there; some fourteen a signature.
    """
    first_day = _first_day(now)
    versions = dict(_published(school, _at(first_day, time(8, 0), now)))
    if Signature.objects.filter(school_id=school_id_of(school)).exists():
        return 0
    moment, count = _at(first_day, _SCHOOL_BEGINS, now), 0
    for by, intent in (*_of_staff(school, versions), *_of_governors(school, versions), *_on_paper(school, versions)):
        sign(by=by, intent=intent, now=moment)
        moment, count = min(_next(moment), now), count + 1
    return count


def _next(moment: datetime) -> datetime:
    """Somewhat later on a school day."""
    later = moment + _STEP
    if later.time() > _SCHOOL_ENDS:
        later = datetime.combine(later.date() + timedelta(days=1), _SCHOOL_BEGINS, tzinfo=moment.tzinfo)
    while later.weekday() > _FRIDAY:
        later += timedelta(days=1)
    return later


def _published(school: DemoSchool, moment: datetime) -> Iterator[tuple[str, AgreementVersion]]:
    here = {"school_id": school_id_of(school)}
    there = {each.code: each for each in AgreementVersion.objects.filter(**here).order_by("number")}
    for agreement in loader.latest(school.pack_code).agreements:
        version = there.get(agreement.code) or issue(
            **here,
            agreement=agreement,
            content=from_pack(agreement),
            translations={},
            person_id=None,
            user_id=None,
            now=moment,
        )
        yield agreement.code, version


def _of_staff(school: DemoSchool, versions: dict[str, AgreementVersion]) -> Iterator[tuple[Signer, Intent]]:
    for number, each in enumerate(staff_of(school)):
        if each.key in _OUTSTANDING or (":" in each.key and number % 10 >= _SIGNED_OF_TEN):
            continue
        yield _by_log_in(school, each.person_id, each.user_id), _own(versions["staff"], each.person_id, str(each.name))


def _of_governors(school: DemoSchool, versions: dict[str, AgreementVersion]) -> Iterator[tuple[Signer, Intent]]:
    rows = Membership.objects.filter(school_id=school_id_of(school), role=Role.GOVERNOR.value)
    for row in rows.select_related("person").order_by("person__family_name", "person_id"):
        yield (
            _by_log_in(school, row.person_id, row.person.user_id),
            _own(versions["governor"], row.person_id, row.person.full_name),
        )


def _on_paper(school: DemoSchool, versions: dict[str, AgreementVersion]) -> Iterator[tuple[Signer, Intent]]:
    if school.key != "riverbank":
        return
    children = [(each.key, each.name.family) for each in pupils_of(school) if each.group == _ON_PAPER]
    people = Person.objects.in_bulk([person_id_of(school, f"parent:{child}") for child, _ in children])
    signing = [each for each in parents_of(iter(children)) if each.key == each.child and each.may_sign][:_PAPERS]
    for number, each in enumerate(signing):
        person = people[person_id_of(school, f"parent:{each.key}")]
        by = Signer(
            school_id=school_id_of(school),
            person_id=person.pk,
            how="paper",
            witness_id=person_id_of(school, "office"),
        )
        child_id = person_id_of(school, each.child)
        for version in (versions["pupil_ks1"], versions["parent"]):
            consents = {consent["code"]: True for consent in version.content["consents"]}
            if consents and number % _EVERY_PHOTOGRAPH_REFUSED == 0:
                consents["publish_photographs"] = False
            yield by, Intent(version.pk, child_id, typed_name=person.full_name, consents=consents)


def _by_log_in(school: DemoSchool, person_id: UUID, user_id: UUID | None) -> Signer:
    return Signer(school_id_of(school), person_id, "log_in", identified_id=user_id, user_id=user_id)


def _own(version: AgreementVersion, person_id: UUID, name: str) -> Intent:
    return Intent(version.pk, person_id, typed_name=name)


def _first_day(now: datetime) -> date:
    """The first day of this school year; today where it has not come yet."""
    return min(terms(timezone.localdate(now))[3].starts_on, timezone.localdate(now))


def _at(day: date, hour: time, now: datetime) -> datetime:
    return min(datetime.combine(day, hour, tzinfo=timezone.get_current_timezone()), now)
