"""Two queries about one person say what the eight about everybody say, whoever they are and whatever was signed."""

import random

import pytest
from django.utils import timezone

from aup.models import AgreementSettings, Campaign, Invitation
from aup.selectors.campaigns import asked_in, counts_on
from aup.selectors.one_person import still_invited
from aup.selectors.standing import versions_in_force
from aup.services.signing import Intent, refuse
from schools.models import Guardian, Person, Pupil, StaffRecord
from schools.roles import Role
from tests import factories
from tests.aup.asked import DAY, Asked, staff
from tests.factories.queries import queries_at_most

pytestmark = pytest.mark.django_db
AUDIENCES = ("parent", "pupil", "staff")


def a_school(chance: random.Random) -> Asked:
    """Families of all kinds: with leavers, newcomers, barred and second parents, and parents who work there."""
    there, today = Asked(), timezone.localdate()
    for code in ("staff", "pupil_ks2", "pupil_secondary"):
        factories.published(there.school, code)
    children = [
        factories.pupil(there.school, f"Child{letter} Olorun", class_name=chance.choice(["5B", "4R", ""]))
        for letter in "ABCDEFGH"
    ]
    parents = [there.parent(f"Parent{letter} Olorun", *chance.sample(children, 2)) for letter in "ABCDEF"]
    for pair in Guardian.objects.filter(guardian__in=parents[:4]):
        intent = Intent(there.version.pk, pair.child_id, pair.guardian.full_name)
        if chance.random() < 0.2:
            refuse(by=factories.signer(pair.guardian), intent=intent)
        elif chance.random() < 0.5:
            factories.signature(there.version, pair.guardian, pair.child)
    parents += [staff(there.school, f"Mei{letter} Hart") for letter in "AB"]
    factories.parent_of(children[0], parents[-1])
    factories.person(there.school, "Ada Bell", Role.GOVERNOR)
    StaffRecord.objects.create(school=there.school, person=parents[0], started_on=today - 30 * DAY)
    for child in children:
        left_on = chance.choice([None, None, today - DAY, today, today + 20 * DAY])
        joined_on = chance.choice([None, None, today - 9 * DAY, today + 5 * DAY if left_on is None else None])
        Pupil.objects.filter(person=child).update(
            left_on=left_on, joined_on=joined_on, year_group=chance.choice(["Year 5", "Year 8"])
        )
    for pair in Guardian.objects.all():
        Guardian.objects.filter(pk=pair.pk).update(
            is_barred=chance.random() < 0.2,
            has_parental_responsibility=chance.random() < 0.8,
            ends_on=chance.choice([None, None, None, today, today + 20 * DAY]),
        )
    if chance.random() < 0.5:
        AgreementSettings.objects.create(school=there.school, who_signs="each")
    return there


@pytest.mark.parametrize("seed", range(6))
def test_it_is_what_the_whole_list_says(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  the same schools each time
    there, today = a_school(chance), timezone.localdate()
    seen = {True: 0, False: 0}
    for audience in AUDIENCES:
        classes = chance.choice([(), ("5B",)]) if audience != "staff" else ()
        campaign = there.campaign(audience, *classes, for_day=today + chance.choice([0, 10]) * DAY)
        Campaign.objects.filter(pk=campaign.pk).update(state="open", opened_at=timezone.now())
        asked = asked_in(campaign, counts_on(campaign, today))[2]
        for person in Person.objects.filter(school=there.school):
            row = Invitation.objects.create(school=there.school, campaign=campaign, person=person)
            found = still_invited(there.school.pk, row.pk, today)
            assert (found is not None) == (person.pk in asked), (audience, person.given_name)
            seen[found is not None] += 1
            if found:
                assert found.person_id == person.pk
                assert sorted(found.version_ids) == sorted(
                    each.pk for each in versions_in_force(there.school.pk, today)
                )
    assert all(seen.values()), "both kinds of people were looked at"


def test_two_queries_however_many_children() -> None:
    there = Asked()
    parent = there.parent(
        "Grace Olorun", *(factories.pupil(there.school, f"Child{letter} Olorun") for letter in "ABCDE")
    )
    campaign = there.opened()
    row = Invitation.objects.get(person=parent)
    with queries_at_most(2):
        assert still_invited(there.school.pk, row.pk, timezone.localdate()) is not None
    with queries_at_most(1):
        assert still_invited(there.school.pk, row.pk, campaign.ends_on + DAY) is None


def test_an_invitation_of_another_school_is_none() -> None:
    there, other = Asked(), factories.school("Hillside")
    there.family(1)
    there.opened()
    assert still_invited(other.pk, Invitation.objects.get().pk, timezone.localdate()) is None
