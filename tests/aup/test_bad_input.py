"""What goes wrong between opening a page and sending it: each is a clear page, nothing lost, nothing half signed.

Duties A1, A2, A3, A5; threats T2, T20.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aup.models import AgreementSettings, FollowUp, Signature, SigningLink
from aup.selectors.signing import signing_home
from aup.services.leaving import people_have_changed
from aup.services.links import make_link
from aup.services.problems import NotForThem, NotSignedYet, NotYours, SignedAlready
from aup.services.publishing import withdraw
from aup.services.signing import Intent, change_consents, refuse, sign
from dispatch.models import Document, Notice
from schools.models import Guardian, Person
from schools.roles import Role
from schools.sealing import seal
from schools.wall import in_school
from tests import factories
from tests.aup.keeping import draw_all
from tests.aup.test_by_link import GIVEN, OWN, YES, Family, words
from tests.factories.queries import queries_at_most

pytestmark = pytest.mark.django_db
NO_PICTURES = {**GIVEN, "consent_publish_photographs": "no"}


@pytest.fixture
def family() -> Family:
    return Family()


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["", " ", "G", "...", "-", "\u200b\u200b\u200b", "\u200d\u200d", "\u202eecarG\u202c", "\u3164", "x" * 10_000,
     "\x00", "Grace\x00 Olorun", "<script>Grace</script>", "🙂 Grace", "Ada Olorun"],
    ids=["empty", "space", "letter", "dots", "hyphen", "zero_width", "joiners", "right_to_left", "filler", "long",
         "nul", "nul_inside", "markup", "picture", "the_child"],
)  # fmt: skip
def test_a_name_that_is_none_is_said_at_its_field(client: Client, family: Family, typed: str) -> None:
    address = family.one("sign", family.parents, family.ada)
    answer = client.post(address, {**NO_PICTURES, "full_name": typed})
    assert answer.status_code == 422
    assert "data-error-summary" in answer.content.decode()
    assert 'name="consent_publish_photographs" value="no"' in " ".join(answer.content.decode().split())
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    ("given", "family_name", "typed"),
    [
        ("श्रीमती", "शर्मा", "श्रीमती शर्मा"),
        ("রিয়া", "সেন", "রিয়া সেন"),
        ("தமிழ்", "செல்வி", "தமிழ் செல்வி"),
        ("علی‌رضا", "محمدی", "علی‌رضا محمدی"),
        ("علی‌رضا", "محمدی", "علیرضا محمدی"),
        ("Łukasz", "Wałęsa", "Lukasz Walesa"),
        ("I\u015f\u0131l", "Y\u0131ld\u0131z", "Isil Yildiz"),
        ("Søren", "Ørsted", "Soren Orsted"),
        ("Grace", "Olorun (Smith)", "Grace Olorun (Smith)"),
        ("Anne\u2010Marie", "D\u2019Arcy", "Anne-Marie D'Arcy"),
    ],
    ids=["hindi", "bengali", "tamil", "persian", "persian_plain", "polish", "turkish", "danish", "brackets", "hyphens"],
)
def test_a_name_of_the_lists_can_be_signed_with(family: Family, given: str, family_name: str, typed: str) -> None:
    parent = family.parent(f"{given} {family_name}")
    intent = Intent(family.rules.pk, family.ada.pk, typed)
    row = sign(by=factories.signer(parent), intent=intent).signature
    assert row.typed_name == typed


def test_another_parents_name_is_not_ones_own(client: Client, family: Family) -> None:
    """Who holds the mother's telephone is the father: the surname they share is not enough."""
    family.parent("Dan Olorun")
    answer = client.post(family.one("sign", family.parents, family.ada), {**GIVEN, "full_name": "Dan Olorun"})
    assert answer.status_code == 422
    assert "ask the school for a link of your own" in words(answer)
    namesake = family.parent("Grace Olorun")
    said = client.post(family.one("sign", family.parents, family.ada, family.link(namesake)), GIVEN)
    assert said.status_code == 302


# --- twice, back and again -------------------------------------------------------------------------------------------


def test_a_page_that_is_opened_again_says_that_it_is_signed(client: Client, family: Family) -> None:
    address = family.one("sign", family.parents, family.ada)
    client.post(address, GIVEN)
    for page in ("sign", "refuse"):
        again = client.get(family.one(page, family.parents, family.ada))
        assert again.status_code == 200
        assert "You have signed this already" in words(again)
        assert "full_name" not in again.content.decode()
    assert client.get(family.one("sign", family.parents, family.kofi)).status_code == 200


def test_other_answers_from_the_page_before_are_not_passed_over_in_silence(client: Client, family: Family) -> None:
    """Back button: the form is filled in again, with another answer. The receipt of the first would be untrue."""
    address = family.one("sign", family.parents, family.ada)
    first = client.post(address, GIVEN)
    again = client.post(address, NO_PICTURES)
    assert again.status_code == 409
    assert "You can change your answers" in words(again)
    assert client.post(address, GIVEN).url == first.url
    answers = family.one("answers", family.parents, family.ada)
    client.post(answers, {**YES, "consent_publish_photographs": "no", "sure": "on"})
    assert client.post(address, GIVEN).status_code == 409, "the answers that count are others by now"
    assert Signature.objects.count() == 2


def test_the_same_answers_sent_twice_are_one_change(client: Client, family: Family) -> None:
    client.post(family.one("sign", family.parents, family.ada), GIVEN)
    answers = family.one("answers", family.parents, family.ada)
    said = {**YES, "consent_publish_photographs": "no", "sure": "on"}
    assert client.post(answers, said).url == client.post(answers, said).url
    assert Signature.objects.filter(kind="consents").count() == 1


def test_two_tabs_for_two_children_are_two_signatures(client: Client, family: Family) -> None:
    for child in (family.kofi, family.ada):
        assert client.get(family.one("sign", family.parents, child)).status_code == 200
    for child in (family.ada, family.kofi):
        assert client.post(family.one("sign", family.parents, child), GIVEN).status_code == 302
    assert set(Signature.objects.values_list("about_id", flat=True)) == {family.ada.pk, family.kofi.pk}


def test_answers_of_an_old_page_do_not_undo_those_of_a_newer_version(client: Client, family: Family) -> None:
    client.post(family.one("sign", family.parents, family.ada), GIVEN)
    old = family.one("answers", family.parents, family.ada)
    assert client.get(old).status_code == 200
    newer = factories.published(family.school, title="Parents, please read this")
    client.post(family.one("sign", newer, family.ada, family.link()), NO_PICTURES)
    for answer in (client.post(old, {**YES, "sure": "on"}), client.get(old)):
        assert answer.status_code == 409
        assert "signed a newer version" in words(answer)
    assert Signature.objects.filter(kind="consents").count() == 0


# --- posted by hand --------------------------------------------------------------------------------------------------


def test_what_was_not_asked_is_not_kept(client: Client, family: Family) -> None:
    said = {**GIVEN, "consent_everything": "yes", "about": str(family.kofi.pk), "about_id": str(family.kofi.pk),
            "version_id": str(family.rules.pk), "relation": "grandmother", "signer": str(family.ada.pk)}  # fmt: skip
    client.post(family.one("sign", family.parents, family.ada), said)
    row = Signature.objects.get()
    assert (row.about, row.version, row.signer, row.relation) == (family.ada, family.parents, family.grace, "mother")
    assert row.consents == factories.agreements.YES_TO_ALL
    intent = Intent(family.rules.pk, family.ada.pk, "Grace Olorun", {"everything": True})
    assert sign(by=factories.signer(family.grace), intent=intent).signature.consents == {}


@pytest.mark.parametrize("read_in", ["xx", "en\x00", "zzzzzz", "\x00"], ids=["unknown", "nul", "long", "nul_alone"])
def test_a_language_that_is_none_is_english(client: Client, family: Family, read_in: str) -> None:
    address = family.one("sign", family.parents, family.ada)
    assert client.get(address, {"language": read_in}).status_code == 200
    answer = client.post(address, {**GIVEN, "read_in": read_in})
    assert answer.status_code == 302
    assert Signature.objects.get().language == "en"


def test_nobody_refuses_what_is_not_theirs_to_sign(family: Family) -> None:
    with pytest.raises(NotYours):
        refuse(by=factories.signer(family.ada), intent=Intent(family.rules.pk, family.ada.pk, "Ada Olorun"))
    staff = factories.person(family.school, "Robin Vale", Role.STAFF)
    factories.parent_of(family.ada, staff)
    version = factories.published(family.school, "staff")
    for act in (sign, refuse):
        with pytest.raises(NotForThem):
            act(by=factories.signer(staff), intent=Intent(family.parents.pk, staff.pk, "Robin Vale"))
    assert sign(by=factories.signer(staff), intent=Intent(version.pk, staff.pk, "Robin Vale")).is_new


# --- what a scanner does ---------------------------------------------------------------------------------------------


def test_no_address_of_a_link_does_anything_by_looking(client: Client, family: Family) -> None:
    done = client.post(family.one("sign", family.parents, family.ada), GIVEN)
    Notice.objects.all().delete()
    row = Signature.objects.get()
    pages = [family.at("home"), done.url, family.at("copy", signature_id=row.pk), family.at("new")]
    pages += [
        family.one(page, family.parents, child)
        for page in ("sign", "refuse", "answers")
        for child in (family.ada, family.kofi)
    ]
    links = SigningLink.objects.count()
    for address in pages:
        for method in ("get", "head", "options", "put", "delete", "patch", "trace"):
            answer = getattr(client, method)(address)
            assert answer.status_code < 500, (method, address)
            if method not in {"get", "head"}:
                assert answer.status_code == 405
    assert Signature.objects.count() == 1
    assert (Notice.objects.count(), SigningLink.objects.count()) == (0, links)


# --- rights that end meanwhile ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [{"is_barred": True}, {"has_parental_responsibility": False},
     {"ends_on": timezone.localdate() - timedelta(days=1)}],
    ids=["barred", "without_responsibility", "ended"],
)  # fmt: skip
def test_rights_that_end_while_the_page_is_open(client: Client, family: Family, changes: dict[str, Any]) -> None:
    done = client.post(family.one("sign", family.parents, family.kofi), GIVEN)
    row = Signature.objects.get()
    missing = client.get("/nothing-is-here/").content
    address = family.one("sign", family.parents, family.ada)
    assert client.get(address).status_code == 200
    Guardian.objects.filter(guardian=family.grace).update(**changes)
    for page in ("sign", "refuse", "answers"):
        for child in (family.ada, family.kofi):
            answer = client.post(family.one(page, family.parents, child), {**GIVEN, "sure": "on"})
            assert (answer.status_code, answer.content) == (404, missing)
    for path in (done.url, family.at("copy", signature_id=row.pk)):
        assert client.get(path).content == missing
    home = words(client.get(family.at("home")))
    assert not any(name in home for name in ("Kofi", "Ada Olorun"))
    assert Signature.objects.count() == 1


@pytest.mark.parametrize("has_expired", [False, True], ids=["good", "expired"])
def test_whoever_may_sign_for_nobody_any_more_gets_no_new_link(
    client: Client, family: Family, has_expired: bool
) -> None:
    if has_expired:
        SigningLink.objects.update(expires_at=timezone.now())
    sent = client.post(family.at("new"))
    assert Notice.objects.count() == 1
    Notice.objects.all().delete()
    Guardian.objects.filter(guardian=family.grace).update(is_barred=True)
    with in_school(family.school.pk):
        people_have_changed(family.school.pk, [family.grace.pk], timezone.localdate())
    assert client.post(family.at("new")).content == sent.content
    assert Notice.objects.count() == 0


def test_barred_for_one_child_sees_the_other_alone(client: Client, family: Family) -> None:
    for child in (family.ada, family.kofi):
        client.post(family.one("sign", family.parents, child), GIVEN)
    Guardian.objects.filter(guardian=family.grace, child=family.ada).update(is_barred=True)
    page = words(client.get(family.at("home")))
    assert "Kofi Olorun" in page
    assert "Ada Olorun" not in page


def test_a_link_into_another_school_leads_nowhere(client: Client, family: Family) -> None:
    """The same parent has a child in each of two schools of the installation: nothing crosses."""
    other = Family()
    missing = client.get("/nothing-is-here/").content
    for address in (
        family.one("sign", other.parents, family.ada),
        family.one("sign", family.parents, other.ada),
        family.one("sign", other.parents, other.ada),
    ):
        for answer in (client.get(address), client.post(address, GIVEN)):
            assert (answer.status_code, answer.content) == (404, missing)
    for each in (family, other):
        assert client.post(each.one("sign", each.parents, each.ada), GIVEN).status_code == 302
    numbers = Signature.objects.values_list("school_id", "number")
    assert set(numbers) == {(family.school.pk, 1), (other.school.pk, 1)}


# --- answers through the year ----------------------------------------------------------------------------------------


def test_answers_can_be_changed_when_the_signature_has_long_lapsed(client: Client, family: Family) -> None:
    """A signature that does not count any more has answers that do: the photographs are still up."""
    earlier = factories.school("Hillside School")
    child = factories.pupil(earlier, "Mei Hart")
    parent = Person.objects.create(school=earlier, given_name="Wei", family_name="Hart")
    factories.parent_of(child, parent)
    long_ago = timezone.now() - timedelta(days=500)
    version = factories.published(earlier, now=long_ago)
    factories.signature(version, parent, child, now=long_ago)
    with in_school(earlier.pk):
        token = make_link(school_id=earlier.pk, person_id=parent.pk)
    address = family.one("answers", version, child, token)
    home = client.get(family.at("home", token))
    assert "1 to sign" in words(home)
    assert f'href="{address}"' in home.content.decode()
    assert client.get(address).status_code == 200
    done = client.post(address, {**YES, "consent_publish_photographs": "no", "sure": "on"})
    assert "Your answers are changed" in words(client.get(done.url))


def test_in_summer_the_answers_of_may_can_be_changed() -> None:
    may, july = (datetime(2026, month, 4, 12, tzinfo=UTC) for month in (5, 7))
    school = factories.school()
    child = factories.pupil(school, "Mei Hart")
    parent = Person.objects.create(school=school, given_name="Wei", family_name="Hart")
    factories.parent_of(child, parent)
    version = factories.published(school, now=may)
    factories.signature(version, parent, child, now=may)
    (item,) = signing_home(school.pk, parent.pk, now=july).items
    assert (item.is_to_sign, item.answers_version_id) == (True, version.pk)


def test_answers_can_be_changed_after_the_agreement_is_withdrawn(client: Client, family: Family) -> None:
    client.post(family.one("sign", family.parents, family.ada), GIVEN)
    withdraw(by=factories.viewer(factories.coordinator(family.school)), version_id=family.parents.pk)
    address = family.one("answers", family.parents, family.ada)
    assert f'href="{address}"' in client.get(family.at("home")).content.decode()
    assert client.post(address, {**YES, "consent_video_calls": "no", "sure": "on"}).status_code == 302


def test_nobody_changes_answers_they_never_gave(family: Family) -> None:
    second = family.parent("Dan Olorun")
    factories.signature(family.parents, family.grace, family.ada)
    intent = Intent(family.parents.pk, family.ada.pk, consents=factories.agreements.YES_TO_ALL)
    with pytest.raises(NotSignedYet):
        change_consents(by=factories.signer(second), intent=intent)


# --- two parents -----------------------------------------------------------------------------------------------------


def test_a_no_of_somebody_without_rights_does_not_hide_what_must_be_taken_down(family: Family) -> None:
    """Two parents disagreed; the one who said no may not sign any more, and then the other takes the yes back."""
    second = family.parent("Dan Olorun")
    yes = factories.agreements.YES_TO_ALL
    no = {**yes, "publish_photographs": False}
    factories.signature(family.parents, second, family.ada, consents=no)
    factories.signature(family.parents, family.grace, family.ada)
    Guardian.objects.filter(guardian=second).update(is_barred=True)
    change_consents(by=factories.signer(family.grace), intent=Intent(family.parents.pk, family.ada.pk, consents=no))
    assert [each.code for each in FollowUp.objects.all()] == ["publish_photographs"]


def test_refusing_twice_and_after_signing(family: Family) -> None:
    AgreementSettings.objects.create(school=family.school, who_signs="each")
    by, intent = factories.signer(family.grace), Intent(family.rules.pk, family.ada.pk, "Grace Olorun")
    assert [refuse(by=by, intent=intent).is_new for _ in range(2)] == [True, False]
    assert sign(by=by, intent=intent).is_new
    with pytest.raises(SignedAlready):
        refuse(by=by, intent=intent)


# --- copies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sealed", [seal(b"Another."), b"not sealed"], ids=["sealed", "not_sealed"])
def test_a_copy_that_is_not_what_was_drawn_is_a_page_and_not_an_error(
    client: Client, family: Family, sealed: bytes
) -> None:
    client.post(family.one("sign", family.parents, family.ada), GIVEN)
    row = Signature.objects.get()
    draw_all()
    Document.objects.update(pdf_sealed=sealed)
    answer = client.get(family.at("copy", signature_id=row.pk))
    assert answer.status_code == 409
    assert "What you signed is kept" in words(answer)
    jo = factories.log_in(factories.coordinator(family.school))
    for name in ("signature_copy", "own_copy"):
        said = jo.get(reverse(f"aup:{name}", args=[row.pk]), follow=True)
        assert said.status_code in {200, 409}
        assert "not the one that was drawn" in words(said) or "cannot be shown" in words(said)


def test_a_copy_that_was_never_issued_is_issued_when_it_is_asked_for(family: Family) -> None:
    row = factories.signature(family.parents, family.grace, family.ada)
    Document.objects.all().delete()
    jo = factories.log_in(factories.coordinator(family.school))
    assert jo.get(reverse("aup:signature_copy", args=[row.pk])).status_code == 202
    assert Document.objects.filter(subject_id=row.pk).count() == 1


# --- lists -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said", [{"class": "\x00"}, {"who": "\x00"}, {"kind": "\x00"}, {"page": "\x00"}, {"page": "9" * 30}],
    ids=["class", "who", "kind", "page", "far"],
)  # fmt: skip
def test_nonsense_in_the_address_of_the_register(family: Family, said: dict[str, str]) -> None:
    jo = factories.log_in(factories.coordinator(family.school))
    assert jo.get(reverse("aup:signed"), said).status_code == 200


def test_the_pages_cost_as_many_queries_for_six_children_as_for_two(client: Client, family: Family) -> None:
    big = Family()
    for name in ("Ama", "Efua", "Yaw", "Esi"):
        child = factories.pupil(big.school, f"{name} Olorun")
        factories.parent_of(child, big.grace)
        factories.signature(big.parents, big.grace, child)
    for each in (family, big):
        with queries_at_most(19):
            assert client.get(each.at("home")).status_code == 200


def test_verifying_is_content_after_all_of_this(client: Client, family: Family) -> None:
    client.post(family.one("sign", family.parents, family.ada), GIVEN)
    client.post(family.one("refuse", family.rules, family.ada), {**OWN, "sure": "on", "why": "No."})
    client.post(family.one("answers", family.parents, family.ada), {**YES, "consent_video_calls": "no", "sure": "on"})
    call_command("verify_signatures")
    assert Signature.objects.count() == 3


def test_a_link_made_for_nobody_of_the_school_shows_nothing(client: Client, family: Family) -> None:
    stranger = Person.objects.create(school=family.school, given_name="Mei", family_name="Hart")
    with in_school(family.school.pk):
        token = make_link(school_id=family.school.pk, person_id=stranger.pk)
    page = words(client.get(family.at("home", token)))
    assert "There is nothing for you to sign" in page
    assert "Ada Olorun" not in page
