"""Statements that are kept: they find what the ORM finds, for whoever asks, and never for somebody else."""

from datetime import date
from typing import Any

import pytest
from django.db.models import Q

from schools.access import visible_people_q
from schools.models import Membership, Person, School
from schools.prepared import NotFilledIn, Prepared
from schools.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


def people() -> Prepared:
    return Prepared(
        lambda viewer, name: (
            Person.objects.filter(visible_people_q(viewer), family_name=name).order_by("given_name").values_list("pk")
        )
    )


def test_each_viewer_finds_their_own_schools_rows() -> None:
    query = people()
    for of in (factories.school("Mill Lane"), factories.school("Hillside")):
        desk = factories.person(of, "Robin Vale", Role.COORDINATOR)
        viewer = factories.viewer(desk)
        factories.person(of, "Ada Bell", Role.STAFF)
        assert query.rows(viewer, "Vale") == [(desk.pk,)]
        assert query.rows(viewer, "Nobody") == []
        assert query.count(viewer, "Vale") == 1


def test_roles_that_may_see_nothing_find_nothing_and_ask_nothing(django_assert_num_queries: Any) -> None:
    query, of = people(), factories.school()
    desk = factories.viewer(factories.person(of, "Robin Vale", Role.COORDINATOR))
    teacher = factories.viewer(factories.person(of, "Ada Bell", Role.STAFF))
    assert query.count(desk, "Vale") == 1
    with django_assert_num_queries(0):
        assert query.rows(teacher, "Vale") == []
        assert query.count(teacher, "Vale") == 0


def test_it_is_one_query(django_assert_num_queries: Any) -> None:
    query, viewer = people(), factories.viewer(factories.person(factories.school(), "Robin Vale", Role.COORDINATOR))
    with django_assert_num_queries(1):
        query.rows(viewer, "Vale")


def test_days_are_filled_in_and_values_come_as_python_knows_them() -> None:
    of = factories.school()
    factories.person(of, "Robin Vale", Role.STAFF, since=date(2025, 9, 1), until=date(2026, 7, 31))
    in_force = Prepared(
        lambda school_id, day: (
            Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), school_id=school_id)
            .filter(starts_on__lte=day)
            .values_list("role", "starts_on")
        )
    )
    assert in_force.rows(of.pk, date(2025, 8, 31)) == []
    assert in_force.rows(of.pk, date(2026, 7, 31)) == [("staff", date(2025, 9, 1))]


def test_a_value_that_would_be_lost_in_the_statement_is_refused() -> None:
    swallowed = Prepared(lambda name: School.objects.filter(name__startswith=name).values_list("pk"))
    with pytest.raises(NotFilledIn):
        swallowed.rows("River")
    ignored = Prepared(lambda school_id, name: School.objects.filter(pk=school_id).values_list("pk"))
    with pytest.raises(NotFilledIn):
        ignored.rows(factories.school().pk, "River")
