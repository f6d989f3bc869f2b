"""The register of signatures: what is put into it, what is refused, and what follows. Duties A1, A2, A3, A5; T20."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from aup.models import AgreementVersion, FollowUp, Signature
from aup.rules.chaining import FIRST, hash_of
from aup.services.problems import (
    ConsentsMissing,
    NameRefused,
    NewerVersion,
    NotForThem,
    NotSignedYet,
    NotYours,
    SignedAlready,
    Withdrawn,
)
from aup.services.publishing import withdraw
from aup.services.signing import Intent, acknowledge, change_consents, refuse, sign, values_of
from schools.models import Person, School
from schools.roles import Role
from schools.sealing import unseal
from tests import factories

pytestmark = pytest.mark.django_db
YES = {"internet_access": True, "publish_work": True, "publish_photographs": True, "video_calls": True}


@pytest.fixture
def school() -> School:
    return factories.school()


@pytest.fixture
def child(school: School) -> Person:
    return factories.pupil(school, "Ada Olorun")


@pytest.fixture
def parent(school: School, child: Person) -> Person:
    made = Person.objects.create(school=school, given_name="Grace", family_name="Olorun", email="grace@example.org")
    factories.parent_of(child, made)
    return made


@pytest.fixture
def version(school: School) -> AgreementVersion:
    return factories.published(school)


def intent(version: AgreementVersion, child: Person, **changes: object) -> Intent:
    said = {"version_id": version.pk, "about_id": child.pk, "typed_name": "Grace Olorun", "consents": YES, **changes}
    return Intent(**said)  # type: ignore[arg-type]


def test_a_parent_signs_for_a_child_and_everything_is_kept(
    version: AgreementVersion, parent: Person, child: Person
) -> None:
    link = uuid.uuid4()
    at = datetime(2026, 9, 3, 17, 2, tzinfo=UTC)
    by = factories.signer(parent, identified_id=link, address="203.0.113.7", device="A telephone")
    AgreementVersion.objects.none()
    before = factories.published(version.school, "visitor", now=at - timedelta(days=2))
    assert before.number == 1
    row = sign(by=by, intent=intent(version, child), now=timezone.now()).signature
    assert (row.kind, row.number, row.relation, row.language) == ("signed", 1, "mother", "en")
    assert (row.typed_name, row.consents, row.text_sha256) == ("Grace Olorun", YES, version.sha256)
    assert (row.identified_by, row.identified_id, row.address, row.device) == (
        "link", link, "203.0.113.7", "A telephone",
    )  # fmt: skip
    assert row.previous_hash == FIRST
    assert row.hash == hash_of(values_of(Signature.objects.get(pk=row.pk)), FIRST)
    entry = Entry.objects.get(action="agreement.signed")
    assert entry.detail == {"number": 1, "hash": row.hash, "how": "link"}


def test_the_same_again_is_the_same_line(version: AgreementVersion, parent: Person, child: Person) -> None:
    first = sign(by=factories.signer(parent), intent=intent(version, child))
    again = sign(by=factories.signer(parent), intent=intent(version, child))
    with pytest.raises(SignedAlready):
        sign(by=factories.signer(parent), intent=intent(version, child, consents=dict.fromkeys(YES, False)))
    assert (first.is_new, again.is_new) == (True, False)
    assert again.signature == first.signature
    assert Signature.objects.count() == 1


def test_each_line_holds_the_hash_of_the_one_before(version: AgreementVersion, child: Person, parent: Person) -> None:
    other = factories.pupil(version.school, "Kofi Olorun")
    factories.parent_of(other, parent)
    rows = [factories.signature(version, parent, each) for each in (child, other)]
    assert [row.number for row in rows] == [1, 2]
    assert rows[1].previous_hash == rows[0].hash


def test_a_signature_of_july_counts_for_the_year_that_comes(parent: Person, child: Person) -> None:
    long_ago = datetime(2026, 1, 5, 12, tzinfo=UTC)
    version = factories.published(child.school, now=long_ago)
    may = sign(by=factories.signer(parent), intent=intent(version, child), now=datetime(2026, 6, 30, 12, tzinfo=UTC))
    july = sign(by=factories.signer(parent), intent=intent(version, child), now=datetime(2026, 7, 1, 12, tzinfo=UTC))
    assert f"{may.signature.counts_until} {july.signature.counts_until}" == "2026-08-31 2027-08-31"
    assert july.is_new


@pytest.mark.parametrize("typed", ["", "G", "Nobody Known", "G O", "x" * 121, "Grace 7"])
def test_a_name_that_will_not_do(version: AgreementVersion, parent: Person, child: Person, typed: str) -> None:
    with pytest.raises(NameRefused):
        sign(by=factories.signer(parent), intent=intent(version, child, typed_name=typed))
    assert not Signature.objects.exists()


def test_each_consent_needs_its_answer(version: AgreementVersion, parent: Person, child: Person) -> None:
    with pytest.raises(ConsentsMissing) as missing:
        sign(by=factories.signer(parent), intent=intent(version, child, consents={"publish_work": True}))
    assert missing.value.codes == ("internet_access", "publish_photographs", "video_calls")


def test_who_may_not_sign(version: AgreementVersion, child: Person) -> None:
    school = child.school
    stranger, barred, without = (
        Person.objects.create(school=school, given_name="Grace", family_name="Olorun") for _ in range(3)
    )
    factories.parent_of(child, barred, is_barred=True)
    factories.parent_of(child, without, has_parental_responsibility=False)
    for each in (stranger, barred, without, child):
        with pytest.raises((NotYours, NameRefused)):
            sign(by=factories.signer(each), intent=intent(version, child))
    assert not Signature.objects.exists()


def test_nobody_signs_the_staff_agreement_for_somebody_else(school: School) -> None:
    version = factories.published(school, "staff")
    one, other = (factories.person(school, name, Role.STAFF) for name in ("Grace Vale", "Grace Reed"))
    with pytest.raises(NotYours):
        sign(by=factories.signer(one, "log_in"), intent=Intent(version.pk, other.pk, "Grace Vale"))
    assert sign(by=factories.signer(one, "log_in"), intent=Intent(version.pk, one.pk, "Grace Vale")).is_new


def test_a_version_that_is_not_in_force_any_more(version: AgreementVersion, parent: Person, child: Person) -> None:
    newer = factories.published(version.school, title="Parents' agreement")
    with pytest.raises(NewerVersion):
        sign(by=factories.signer(parent), intent=intent(version, child))
    assert sign(by=factories.signer(parent), intent=intent(newer, child)).is_new
    jo = factories.viewer(factories.coordinator(version.school))
    withdraw(by=jo, version_id=newer.pk)
    with pytest.raises(Withdrawn):
        sign(by=factories.signer(parent), intent=intent(newer, child))


def test_a_child_that_has_left_or_moved_to_another_stage(school: School, parent: Person, child: Person) -> None:
    version = factories.published(school, "pupil_ks2")
    child.pupil.year_group = "Year 7"
    child.pupil.save()
    with pytest.raises(NotForThem):
        sign(by=factories.signer(parent), intent=intent(version, child, consents={}))
    child.pupil.year_group, child.pupil.left_on = "Year 6", timezone.localdate() - timedelta(days=1)
    child.pupil.save()
    with pytest.raises(NotForThem):
        sign(by=factories.signer(parent), intent=intent(version, child, consents={}))


def test_a_refusal_keeps_its_reason_sealed_and_is_a_task(
    version: AgreementVersion, parent: Person, child: Person
) -> None:
    row = refuse(by=factories.signer(parent), intent=intent(version, child, consents={}), reason=" We are not sure. ")
    kept = row.signature.reason_sealed
    assert kept is not None
    assert unseal(kept) == b"We are not sure."
    assert FollowUp.objects.get().code == "refused"
    sign(by=factories.signer(parent), intent=intent(version, child))
    with pytest.raises(SignedAlready):
        refuse(by=factories.signer(parent), intent=intent(version, child))


def test_a_consent_that_ends_is_a_task_and_every_answer_is_kept(
    version: AgreementVersion, parent: Person, child: Person
) -> None:
    with pytest.raises(NotSignedYet):
        change_consents(by=factories.signer(parent), intent=intent(version, child))
    factories.signature(version, parent, child)
    no_photographs = YES | {"publish_photographs": False}
    change_consents(by=factories.signer(parent), intent=intent(version, child, consents=no_photographs))
    assert [each.code for each in FollowUp.objects.all()] == ["publish_photographs"]
    change_consents(by=factories.signer(parent), intent=intent(version, child))
    assert [row.consents["publish_photographs"] for row in Signature.objects.order_by("number")] == [True, False, True]


def test_internet_access_that_is_refused_reaches_the_co_ordinator(
    version: AgreementVersion, parent: Person, child: Person
) -> None:
    factories.signature(version, parent, child, consents=YES | {"internet_access": False})
    assert [each.code for each in FollowUp.objects.all()] == ["internet_access"]


def test_a_child_acknowledges_in_class_before_a_witness(school: School, child: Person) -> None:
    version = factories.published(school, "pupil_ks2")
    teacher = factories.person(school, "Tomasz Vale", Role.STAFF)
    by = factories.signer(child, "class", witness_id=teacher.pk)
    row = acknowledge(by=by, intent=Intent(version.pk, child.pk)).signature
    assert (row.kind, row.witness_id, row.relation) == ("acknowledged", teacher.pk, "self")
    with pytest.raises(NotYours):
        acknowledge(by=by, intent=Intent(factories.published(school).pk, child.pk))
