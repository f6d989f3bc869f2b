"""A school over some weeks, as chance has it: people are named and taken out, posts, families and names change.

The rules of routing have their own properties (``test_rules_routing``). Here they are held against what the database
lets each person read, after every single change: a case always has a handler or the officer was told, whoever is in it
reads nothing of it, and no change hides a case from everybody.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from incidents.models import Incident, Involvement, Told
from incidents.rules.routing import ABOUT
from incidents.services.about import change_about
from incidents.services.handing_on import hand_on
from incidents.services.problems import CannotTakeIt
from schools.changes import people_changed
from schools.models import Guardian, Membership, Person, Post
from schools.roles import GOVERNOR_POSTS, Role
from schools.selectors import relatives, viewer_for
from schools.services.members import PersonDetails, change_person
from schools.viewer import Viewer
from tests import factories
from tests.incidents.posts import name_people

POSTS = (
    Role.COORDINATOR,
    Role.HEAD_TEACHER,
    Role.DSL,
    Role.DEPUTY_DSL,
    Role.CHAIR_OF_GOVERNORS,
    Role.VICE_CHAIR,
    Role.RESOURCES_CHAIR,
)
NAMES = ("Ash Hill", "Bo Marsh", "Cy Vale", "Di Frost", "Ed Field", "Flo Reed", "Gil Park", "Hana Bell", "Ivo Lowe")
CHANGES = 25


class Weeks:
    """One school, its people and three cases; each method is something that may happen on a day."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311
        self.of = factories.school()
        self.office = factories.viewer(factories.person(self.of, "Lin Park", Role.SCHOOL_OFFICE))
        self.people = [
            factories.person(self.of, name, Role.GOVERNOR if number % 3 == 2 else Role.STAFF)
            for number, name in enumerate(NAMES)
        ]
        self.pupils = [factories.pupil(self.of, name) for name in ("Kit Hill", "Mia Vale")]
        for post in POSTS:
            self.appointed(post)
        for number, adult in enumerate(self.people):
            self.relate(adult, self.pupils[number % 2])
        reporter = factories.viewer(factories.person(self.of, "Robin Wren", Role.STAFF))
        self.cases = [
            factories.report(reporter, people=[factories.involved(self.pupils[0], "affected")]),
            factories.report(reporter, about="staff", safeguarding=True),
            factories.report(reporter, in_confidence=True, people=[self.typed()]),
        ]

    def typed(self) -> dict[str, str]:
        name = self.random.choice(["{0}", "{0}, Year 4", "{0} (TA)"]).format(self.random.choice(NAMES))
        part = self.random.choice(["subject", "affected"])
        return {"person_id": "", "name": name, "group": "", "kind": "other", "part": part}

    def chosen(self) -> dict[str, str]:
        who, kind = self.random.choice([(each, "staff") for each in self.people] + [(x, "pupil") for x in self.pupils])
        return factories.involved(who, self.random.choice(["subject", "affected", "witness"]), kind)

    # What happens.

    def appointed(self, post: Role | None = None) -> None:
        post = post or self.random.choice(POSTS)
        fit = [each for number, each in enumerate(self.people) if (number % 3 == 2) == (post in GOVERNOR_POSTS)]
        who = self.random.choice(fit)
        mine = {"school": self.of, "person": who, "post": post.value}
        Post.objects.get_or_create(**mine, starts_on=timezone.localdate(), defaults={"ends_on": None})
        Post.objects.filter(**mine).update(ends_on=None)
        people_changed(self.of.pk, [who.pk], timezone.localdate())

    def ended(self) -> None:
        rows = list(Post.objects.filter(school=self.of, ends_on__isnull=True).order_by("post", "person__family_name"))
        if rows:
            row = self.random.choice(rows)
            Post.objects.filter(pk=row.pk).update(ends_on=row.starts_on - timedelta(days=1))
            people_changed(self.of.pk, [row.person_id], timezone.localdate())

    def left_or_came_back(self) -> None:
        who = self.random.choice(self.people)
        row = Membership.objects.filter(person=who).get()
        ends_on = None if row.ends_on else timezone.localdate() - timedelta(days=1)
        Membership.objects.filter(pk=row.pk).update(ends_on=ends_on)
        people_changed(self.of.pk, [who.pk], timezone.localdate())

    def related_or_not(self) -> None:
        adult, child = self.random.choice(self.people), self.random.choice(self.pupils)
        found = Guardian.objects.filter(guardian=adult, child=child)
        if found.exists():
            found.delete()
        else:
            self.relate(adult, child)
        people_changed(self.of.pk, [adult.pk, child.pk], timezone.localdate())

    def relate(self, adult: Person, child: Person) -> None:
        Guardian.objects.create(
            school=self.of, guardian=adult, child=child, verified_by_id=self.office.person_id,
            verified_at=timezone.now(), starts_on=timezone.localdate(),
        )  # fmt: skip

    def renamed(self) -> None:
        who = self.random.choice(self.people)
        who.refresh_from_db()
        given_name, _, family_name = self.random.choice(NAMES).partition(" ")
        change_person(by=self.office, person_id=who.pk, details=PersonDetails(given_name, family_name, who.email))

    def people_changed(self) -> None:
        case, by = self.handled()
        if by is not None:
            said = [self.random.choice([self.typed, self.chosen])() for _ in range(self.random.randint(1, 3))]
            name_people(by, case, *[each for n, each in enumerate(said) if each not in said[:n]], confirmed=True)

    def about_changed(self) -> None:
        case, by = self.handled()
        if by is not None:
            change_about(by=by, incident_id=case.pk, about=self.random.choice(("", *ABOUT)), reason="x")

    def handed_on(self) -> None:
        case, by = self.handled()
        if by is not None:
            with suppress(CannotTakeIt):
                hand_on(by=by, incident_id=case.pk, to_post=self.random.choice(POSTS), reason="x")

    def handled(self) -> tuple[Incident, Viewer | None]:
        case = self.random.choice(self.cases)
        by = [each for each in self.viewers() if Incident.objects.run_by(each).filter(pk=case.pk).exists()]
        return case, self.random.choice(by) if by else None

    # What must hold.

    def viewers(self) -> list[Viewer]:
        found = [viewer_for(user_id=each.user_id, today=timezone.localdate()) for each in self.people if each.user_id]
        return [each for each in found if each is not None]

    def in_it(self, case: Incident) -> set[object]:
        """Everybody who is in the case now, by id or by a name that is theirs today, and their relatives."""
        rows = Involvement.objects.filter(incident=case, until_revision=None, part__in=["subject", "affected"])
        inside = {row.person_id for row in rows if row.person_id}
        for row in rows:
            if row.person_id is None:
                called = [each for each in Person.objects.filter(school=self.of) if row.name.startswith(each.full_name)]
                inside |= {each.pk for each in called}
        post = ABOUT[case.about][1] if case.about else None
        if post is not None:
            inside |= {each.person_id for each in self.viewers() if post in each.roles}
        ties = relatives(self.of.pk)
        return inside | {other for each in inside for other in ties.get(each, ())}

    def must_hold(self) -> None:
        reads, runs, told = {}, {}, {}
        for each in self.viewers():
            who = each.person_id
            reads[who] = set(Incident.objects.visible_to(each).values_list("pk", flat=True))
            runs[who] = set(Incident.objects.run_by(each).values_list("pk", flat=True))
            told[who] = set(Told.objects.visible_to(each).values_list("incident_id", flat=True))
            assert runs[who] <= reads[who]
        officer = set(Told.objects.filter(kind="officer").values_list("incident_id", flat=True))
        for case in Incident.objects.filter(school=self.of):
            for who in self.in_it(case) & reads.keys():
                assert case.pk not in reads[who] | told[who]
            assert case.nobody_left != any(case.pk in cases for cases in runs.values())
            assert not case.nobody_left or case.pk in officer


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_a_case_is_never_without_a_handler_nor_with_one_who_is_in_it(seed: int) -> None:
    weeks = Weeks(seed)
    happens: list[Callable[[], None]] = [
        weeks.appointed,
        weeks.appointed,
        weeks.ended,
        weeks.left_or_came_back,
        weeks.related_or_not,
        weeks.renamed,
        weeks.people_changed,
        weeks.people_changed,
        weeks.about_changed,
        weeks.handed_on,
    ]
    weeks.must_hold()
    for _ in range(CHANGES):
        weeks.random.choice(happens)()
        weeks.must_hold()
