"""The families of the demonstration: the parent who logs in, and the parents of two classes and of some children about
whom there is something to decide, who are written to.

Among them is what schools meet: no address, no parental responsibility, a court order, two parents of one child.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from schools.demo_cast import DemoSchool
from schools.demo_ids import demo_id, person_id_of, school_id_of
from schools.demo_names import name_of
from schools.models import Guardian, Membership, Person
from schools.roles import Role

PARENT = "parent"
CHILDREN = ("6R:0", "3R:0")
CLASSES_WITH_PARENTS = ("RR", "3R")
# The children about whom a letter may have to be written these days.
_WRITTEN_ABOUT = frozenset({"4R:17", "5R:22", "5R:25", "5R:26", "5R:28", "6R:1", "6R:29"})
# Of these the stories of the demonstration tell, or their parent is the one who logs in.
_WITHOUT = frozenset({"3R:0", "3R:5", "3R:8", "3R:14", "3R:20", "3R:21"})
_RELATIONS = ("mother", "father", "mother", "grandmother", "father", "foster carer")
_NO_ADDRESS = frozenset({"RR:3", "3R:7", "3R:18", "5R:26"})
_NO_RESPONSIBILITY = frozenset({"RR:5"})
_BARRED = frozenset({"3R:11:second"})
_SECOND = frozenset({"RR:8", "3R:2", "3R:11", "3R:22", "5R:22"})
# From a part of the list of names that nobody else is taken from.
_FIRST_NAME = 3_000


@dataclass(frozen=True, slots=True)
class DemoParent:
    """A parent or carer without a log-in: the key of the child, and what the school has put down."""

    key: str
    child: str
    given: str
    family: str
    relation: str

    @property
    def has_parental_responsibility(self) -> bool:
        """Whether the school has put that down."""
        return self.key not in _NO_RESPONSIBILITY

    @property
    def is_barred(self) -> bool:
        """Whether a court order keeps them away."""
        return self.key in _BARRED

    @property
    def may_sign(self) -> bool:
        """Whether they are asked to sign for the child."""
        return self.has_parental_responsibility and not self.is_barred

    @property
    def email(self) -> str:
        """An address to write to; a few have none."""
        return "" if self.key in _NO_ADDRESS else f"{self.given}.{self.family}@families.example.org".lower()


def parents_of(children: Iterator[tuple[str, str]]) -> Iterator[DemoParent]:
    """The parents of these children (key and family name), as far as the school has put any down. Pure."""
    number = _FIRST_NAME
    for child, family in children:
        has_any = child.partition(":")[0] in CLASSES_WITH_PARENTS or child in _WRITTEN_ABOUT
        if child in _WITHOUT or not has_any:
            continue
        for key in (child, f"{child}:second") if child in _SECOND else (child,):
            name = name_of(number)
            # A second one has a name of their own, as many have.
            yield DemoParent(
                key, child, name.given, name.family if key != child else family, _RELATIONS[number % len(_RELATIONS)]
            )
            number += 1


def fill_families(school: DemoSchool, children: Iterator[tuple[str, str]], *, first_day: date) -> None:
    """Add what is missing. Three queries."""
    started = first_day - timedelta(days=400)
    parents = list(parents_of(children))
    here = {"school_id": school_id_of(school)}
    Person.objects.bulk_create(
        [
            Person(
                id=person_id_of(school, f"parent:{each.key}"),
                **here,
                given_name=each.given,
                family_name=each.family,
                email=each.email,
            )
            for each in parents
        ],
        ignore_conflicts=True,
    )
    Membership.objects.bulk_create(
        [
            Membership(
                id=demo_id(school.key, "membership", "parent", each.key),
                **here,
                person_id=person_id_of(school, f"parent:{each.key}"),
                role=Role.PARENT.value,
                starts_on=started,
            )
            for each in parents
        ],
        ignore_conflicts=True,
    )
    checked = {
        "verified_by_id": person_id_of(school, "office"),
        "verified_at": datetime.combine(first_day, time(8, 0), tzinfo=timezone.get_current_timezone()),
        "starts_on": started,
    }
    Guardian.objects.bulk_create(
        [
            *(
                Guardian(
                    id=demo_id(school.key, "guardian", PARENT, child),
                    **here,
                    **checked,
                    guardian_id=person_id_of(school, PARENT),
                    child_id=person_id_of(school, child),
                    relation="mother",
                    has_parental_responsibility=True,
                )
                for child in CHILDREN
            ),
            *(
                Guardian(
                    id=demo_id(school.key, "guardian", "parent", each.key),
                    **here,
                    **checked,
                    guardian_id=person_id_of(school, f"parent:{each.key}"),
                    child_id=person_id_of(school, each.child),
                    relation=each.relation,
                    has_parental_responsibility=each.has_parental_responsibility,
                    is_barred=each.is_barred,
                )
                for each in parents
            ),
        ],
        ignore_conflicts=True,
    )
