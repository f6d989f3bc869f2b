"""Who is outstanding: what waits for whom, never why, and only to whom it may be shown. Duty A1 (CM 3.3, NS 7.2)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from aup.selectors.outstanding import EVERYBODY, OFFICE, PARENT, PUPIL, THEMSELVES, outstanding_page
from aup.services.signing import Intent, acknowledge, refuse
from schools.models import Person
from schools.roles import Role
from schools.viewer import NotAllowed
from tests import factories
from tests.aup.asked import DAY, Asked, staff
from tests.factories.queries import queries_at_most

pytestmark = pytest.mark.django_db
PARENTS, PUPILS = "Parent and carer agreement", "Acceptable use agreement for primary pupils"


@pytest.fixture
def there() -> Asked:
    made = Asked()
    factories.published(made.school, "pupil_ks2", now=timezone.now() - DAY)
    return made


@pytest.fixture
def teacher(there: Asked) -> Person:
    return staff(there.school, "Tomasz Vale")


def listed(there: Asked, who: Person, chosen: str) -> dict[str, list[tuple[str, str]]]:
    page = outstanding_page(viewer=factories.viewer(who), chosen=chosen)
    return {
        line.name: [(waits.title, waits.whom) for waits in line.waits] for each in page.groups for line in each.lines
    }


def test_a_teacher_sees_what_waits_for_whom_in_a_class(there: Asked, teacher: Person) -> None:
    signer, child = there.family(0)
    there.family(1)
    _, elsewhere = there.family(2, class_name="6A")
    factories.signature(there.version, signer, child)
    assert sorted(listed(there, teacher, "5B")) == ["ChildA Olorun", "ChildB Olorun"]
    assert set(listed(there, teacher, "5B")["ChildA Olorun"]) == {(PUPILS, PUPIL), (PUPILS, PARENT)}
    assert set(listed(there, teacher, "5B")["ChildB Olorun"]) == {
        (PARENTS, PARENT),
        (PUPILS, PUPIL),
        (PUPILS, PARENT),
    }
    assert elsewhere.full_name in listed(there, teacher, "6A")


def test_who_is_done_is_not_listed(there: Asked, teacher: Person) -> None:
    signer, child = there.family(0)
    version = factories.published(there.school, "pupil_ks2", title="Our rules")
    factories.signature(there.version, signer, child)
    factories.signature(version, signer, child)
    by = factories.signer(child, "class", witness_id=teacher.pk)
    acknowledge(by=by, intent=Intent(version.pk, child.pk))
    assert listed(there, teacher, "5B") == {}


def test_a_refusal_looks_like_a_child_for_whom_nobody_can_be_asked(there: Asked, teacher: Person) -> None:
    signer, child = there.family(0)
    alone = factories.pupil(there.school, "Sam Reed")
    intent = Intent(there.version.pk, child.pk, "ParentA Olorun")
    refuse(by=factories.signer(signer), intent=intent, reason="We are not sure of it.")
    found = listed(there, teacher, "5B")
    assert (PARENTS, OFFICE) in found["ChildA Olorun"]
    assert (PARENTS, OFFICE) in found[alone.full_name]
    page = factories.log_in(teacher).get(reverse("aup:outstanding"), {"of": "5B"}).content.decode()
    assert "not sure" not in page
    assert "refuse" not in page.lower()


def test_leavers_are_not_listed(there: Asked, teacher: Person) -> None:
    _, child = there.family(0)
    child.pupil.left_on = timezone.localdate() - DAY
    child.pupil.save()
    assert listed(there, teacher, "5B") == {}


def test_everybody_is_shown_to_whoever_runs_campaigns_alone(there: Asked, teacher: Person) -> None:
    factories.published(there.school, "staff", now=timezone.now() - DAY)
    factories.published(there.school, "governor", now=timezone.now() - DAY)
    governor = factories.person(there.school, "Leo Abara", Role.GOVERNOR, Role.STAFF)
    there.family(0)
    assert listed(there, teacher, EVERYBODY) == {}
    assert listed(there, teacher, "role:staff") == {}
    everybody = listed(there, there.jo, EVERYBODY)
    assert set(everybody) == {"ChildA Olorun", "Jo Marsh", "Leo Abara", "Tomasz Vale"}
    assert set(listed(there, there.jo, "role:staff")) == {"Jo Marsh", "Leo Abara", "Tomasz Vale"}
    [(_, whom)] = listed(there, there.jo, "role:governor")[governor.full_name]
    assert whom == THEMSELVES


def test_others_see_no_list(there: Asked) -> None:
    for role in (Role.GOVERNOR, Role.PARENT, Role.PUPIL, Role.VISITOR):
        who = factories.viewer(factories.person(there.school, "Mei Hart", role))
        with pytest.raises(NotAllowed):
            outstanding_page(viewer=who, chosen="5B")


def test_it_costs_as_many_queries_for_ten_as_for_one(there: Asked) -> None:
    for number in range(10):
        there.family(number)
    with queries_at_most(13):
        outstanding_page(viewer=there.by, chosen="5B")
    with queries_at_most(13):
        outstanding_page(viewer=there.by, chosen=EVERYBODY)


def test_the_page(there: Asked, teacher: Person) -> None:
    client = factories.log_in(teacher)
    page = reverse("aup:outstanding")
    assert "No classes yet" in client.get(page).content.decode()
    there.family(0)
    assert "ChildA" not in client.get(page).content.decode()
    text = client.get(page, {"of": "5B"}).content.decode()
    assert "ChildA Olorun" in text
    assert "<title>Outstanding - Online safety</title>" in text
    assert client.get(page, {"of": "no such class"}).status_code == 200
    assert Entry.objects.filter(action="outstanding.read").count() == 4
