"""The demonstration's agreements: in force, mostly signed by staff, outstanding with parents, and a whole register."""

from collections import Counter

import pytest
from django.utils import timezone

from aup.models import AgreementVersion, FollowUp, Signature
from aup.rules.chaining import Link, broken
from aup.rules.due import Standing
from aup.selectors.standing import standing_on
from aup.services.signing import values_of
from schools.demo_cast import DOMAIN, SCHOOLS
from schools.demo_people import school_id_of
from schools.models import Guardian, Person

RIVERBANK, HILLSIDE = SCHOOLS

pytestmark = pytest.mark.xdist_group("demo")


def test_every_agreement_is_in_force_since_the_first_day(seeded: None) -> None:
    for school in SCHOOLS:
        versions = AgreementVersion.objects.filter(school_id=school_id_of(school))
        assert versions.count() == 7
        assert {each.published_at.date() for each in versions} == {versions[0].published_at.date()}
        assert all(each.published_by_id is None and each.published_at <= timezone.now() for each in versions)


def test_who_has_signed(seeded: None) -> None:
    """By the rules themselves: most of the staff, all governors, a class on paper."""
    found = standing_on(school_id_of(RIVERBANK), timezone.localdate())
    codes = {each.version_id: each.code for each in found.papers}
    counted = Counter((codes[each.version_id], each.standing) for each in found.lines)
    staff = {standing: count for (code, standing), count in counted.items() if code == "staff"}
    assert 0.6 < staff[Standing.DONE] / sum(staff.values()) < 0.85
    assert {standing for (code, standing) in counted if code == "governor"} == {Standing.DONE}
    assert counted["parent", Standing.DONE] == 20
    assert counted["parent", Standing.OUTSTANDING] > 30
    teacher = Person.objects.get(email=f"teacher@{DOMAIN}")
    mine = {each.about_id: each.standing for each in found.lines if codes[each.version_id] == "staff"}
    assert mine[teacher.pk] is Standing.OUTSTANDING, "there is something to do"


def test_the_parent_of_the_cast_is_asked_for_both_children(seeded: None) -> None:
    parent = Person.objects.get(email=f"parent@{DOMAIN}")
    rows = Guardian.objects.filter(guardian=parent)
    assert [(each.relation, each.has_parental_responsibility, each.is_barred) for each in rows] == [
        ("mother", True, False)
    ] * 2
    lines = standing_on(parent.school_id, timezone.localdate()).lines
    asked = {each.about_id for line in lines for each in line.due if each.signer_id == parent.pk}
    assert asked == {each.child_id for each in rows}


def test_families_hold_what_schools_meet(seeded: None) -> None:
    rows = Guardian.objects.filter(school_id=school_id_of(RIVERBANK)).select_related("guardian")
    assert any(each.is_barred for each in rows)
    assert any(not each.has_parental_responsibility for each in rows)
    assert any(not each.guardian.email for each in rows)
    assert max(Counter(each.child_id for each in rows).values()) == 2
    assert all(each.guardian.email.endswith("example.org") for each in rows if each.guardian.email)
    assert not Signature.objects.filter(signer_id__in=[each.guardian_id for each in rows if each.is_barred]).exists()


def test_the_register_is_whole_and_on_paper_it_says_before_whom(seeded: None) -> None:
    for school in SCHOOLS:
        rows = list(Signature.objects.filter(school_id=school_id_of(school)).order_by("number"))
        links = [Link(each.number, values_of(each), each.previous_hash, each.hash) for each in rows]
        assert links
        assert broken(links) == []
        assert [each.signed_at for each in rows] == sorted(each.signed_at for each in rows)
        assert rows[-1].signed_at <= timezone.now()
    office = Person.objects.get(email=f"office@{DOMAIN}")
    paper = Signature.objects.filter(identified_by="paper")
    assert paper.count() == 40
    assert {each.witness_id for each in paper} == {office.pk}
    assert not FollowUp.objects.exists(), "a no from the beginning ends nothing"
