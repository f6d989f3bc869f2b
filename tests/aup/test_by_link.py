"""Signing by a link, page by page, and everything that can be wrong with it. Duties A2, A3, A5; threats T2, T20."""

import html
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from aup.models import AgreementSettings, AgreementVersion, FollowUp, Signature, SigningLink
from aup.rules.content import from_pack
from aup.selectors.signing import signing_home
from aup.services.links import end_links, make_link
from aup.services.publishing import issue, withdraw
from dispatch.links import new_token
from dispatch.models import Notice
from packs import loader
from schools.models import Guardian, Person
from schools.roles import Role
from schools.wall import in_school
from tests import factories
from tests.factories.queries import queries_at_most

YES = {f"consent_{code}": "yes" for code in factories.agreements.YES_TO_ALL}
GIVEN: dict[str, str] = {**YES, "full_name": "Grace Olorun", "agreed": "on"}
OWN: dict[str, str] = {"full_name": "Grace Olorun", "agreed": "on"}


class Family:
    """A school that has published its agreements, a parent with two children, and a link."""

    def __init__(self) -> None:
        self.school = factories.school()
        self.ada = factories.pupil(self.school, "Ada Olorun")
        self.kofi = factories.pupil(self.school, "Kofi Olorun")
        self.grace = self.parent("Grace Olorun", "grace@example.org")
        self.rules = factories.published(self.school, "pupil_ks2")
        self.parents = factories.published(self.school)
        self.token = self.link()

    def parent(self, name: str, email: str = "", *children: Person, **changes: Any) -> Person:
        given_name, _, family_name = name.partition(" ")
        made = Person.objects.create(school=self.school, given_name=given_name, family_name=family_name, email=email)
        for child in children or (self.ada, self.kofi):
            factories.parent_of(child, made, **changes)
        return made

    def link(self, of: Person | None = None) -> str:
        with in_school(self.school.pk):
            return make_link(school_id=self.school.pk, person_id=(of or self.grace).pk)

    def at(self, page: str, token: str = "", **parts: Any) -> str:
        return reverse(f"aup:link_{page}", kwargs={"token": token or self.token, **parts})

    def one(self, page: str, version: AgreementVersion, about: Person, token: str = "") -> str:
        return self.at(page, token, version_id=version.pk, about_id=about.pk)


@pytest.fixture
def family(db: None) -> Family:
    return Family()


def words(response: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.unescape(text).split())


# --- the page of the family -----------------------------------------------------------------------------------------


def test_one_page_for_all_of_a_family(client: Client, family: Family) -> None:
    with queries_at_most(19):
        response = client.get(family.at("home"))
    page = words(response)
    assert response.status_code == 200
    assert response["Referrer-Policy"] == "strict-origin"
    assert "no-store" in response["Cache-Control"]
    assert "4 to sign" in page
    for child in (family.ada, family.kofi):
        assert f"For {child.full_name}" in page
        for version in (family.rules, family.parents):
            assert f'href="{family.one("sign", version, child)}"' in response.content.decode()
    assert "Olorun" not in re.findall(r"<title>(.*?)</title>", response.content.decode())[0]
    assert Entry.objects.filter(action="agreement.link_opened").count() == 1
    assert Signature.objects.count() == 0


def test_a_scanner_signs_nothing(client: Client, family: Family) -> None:
    pages = [family.at("home")]
    for page in ("sign", "refuse"):
        pages += [family.one(page, family.parents, family.ada)]
    for address in pages:
        for _ in range(2):
            assert client.head(address).status_code == 200
            assert client.get(address, GIVEN).status_code == 200
    assert Signature.objects.count() == FollowUp.objects.count() == Notice.objects.count() == 0
    assert SigningLink.objects.get().opened_count == 4
    for method in ("put", "delete", "patch", "options"):
        assert getattr(client, method)(family.one("sign", family.parents, family.ada)).status_code == 405


def test_everything_is_read_before_it_is_signed(client: Client, family: Family) -> None:
    with queries_at_most(17):
        response = client.get(family.one("sign", family.parents, family.ada))
    page, source = words(response), response.content.decode()
    for each in (*family.parents.content["clauses"], *family.parents.content["consents"]):
        assert each["text"] in page
    assert "checked" not in source
    assert source.count('type="radio"') == 8
    assert "What has changed" not in page
    entry = Entry.objects.get(action="agreement.signing_opened")
    assert (entry.object_id, entry.detail["how"]) == (family.parents.pk, "link")


# --- signing --------------------------------------------------------------------------------------------------------


def test_each_child_is_signed_for_separately_and_the_receipt_leads_on(client: Client, family: Family) -> None:
    seen = []
    address = family.one("sign", family.rules, family.ada)
    for _ in range(4):
        said = GIVEN if str(family.parents.pk) in address else OWN
        response = client.post(address, said, HTTP_USER_AGENT="A telephone", REMOTE_ADDR="203.0.113.7")
        assert response.status_code == 302
        receipt = client.get(response.url)
        assert "You have signed this." in words(receipt)
        seen.append(address)
        further = re.search(r'btn-primary"\s+href="([^"]+)"', receipt.content.decode())
        address = further[1] if further else ""
    assert address == ""
    assert len(set(seen)) == 4
    assert Signature.objects.count() == 4
    row = Signature.objects.filter(about=family.ada, version=family.parents).get()
    link = SigningLink.objects.get()
    assert (row.identified_by, row.identified_id, row.address, row.device, row.relation) == (
        "link", link.pk, "203.0.113.7", "A telephone", "mother",
    )  # fmt: skip
    assert row.consents == factories.agreements.YES_TO_ALL
    assert "nothing for you to sign" in words(client.get(family.at("home")))


def test_signing_costs_a_fixed_number_of_queries(client: Client, family: Family) -> None:
    with queries_at_most(39):
        client.post(family.one("sign", family.parents, family.ada), GIVEN)


def test_the_mail_with_the_copy_goes_out_once_an_hour(client: Client, family: Family) -> None:
    for child in (family.ada, family.kofi):
        client.post(family.one("sign", family.parents, child), GIVEN)
    notice = Notice.objects.get()
    assert (notice.kind, notice.to_address, notice.object_id) == (
        "agreement_signed", "grace@example.org", family.grace.pk,
    )  # fmt: skip
    Notice.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    client.post(family.one("sign", family.rules, family.ada), OWN)
    assert Notice.objects.count() == 2


def test_without_an_address_nothing_is_mailed_and_all_is_signed(client: Client, family: Family) -> None:
    Person.objects.filter(pk=family.grace.pk).update(email="")
    assert client.post(family.one("sign", family.parents, family.ada), GIVEN).status_code == 302
    assert Notice.objects.count() == 0


def test_two_clicks_give_one_signature_and_one_receipt(client: Client, family: Family) -> None:
    address = family.one("sign", family.parents, family.ada)
    first, second = (client.post(address, GIVEN).url for _ in range(2))
    assert first == second
    assert Signature.objects.count() == Notice.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"full_name": ""}, "Type your full name."),
        ({"full_name": "G"}, "not initials alone"),
        ({"full_name": "Nobody Known"}, "not the name the school has"),
        ({"full_name": "x" * 121}, "Shorten this to 120 characters."),
        ({"full_name": "Grace\x00Olorun"}, "Null characters"),
        ({"agreed": ""}, "Tick this if it is true"),
        ({"consent_video_calls": ""}, "Say yes or no to this:"),
        ({"consent_video_calls": "perhaps"}, "Say yes or no to this:"),
    ],
)
def test_what_will_not_do_is_said_at_its_field_and_nothing_is_lost(
    client: Client, family: Family, changes: dict[str, str], told: str
) -> None:
    given = {**GIVEN, "consent_publish_work": "no", **changes}
    response = client.post(family.one("sign", family.parents, family.ada), given)
    source = response.content.decode()
    assert response.status_code == 422
    assert told in words(response)
    assert "data-error-summary" in source
    assert re.search(r'name="consent_publish_work"\s+value="no"[^>]*checked', source)
    if "full_name" not in changes:
        assert 'value="Grace Olorun"' in source
    assert Signature.objects.count() == Notice.objects.count() == 0


def test_a_form_without_anything_names_every_question(client: Client, family: Family) -> None:
    response = client.post(family.one("sign", family.parents, family.ada), {})
    assert response.status_code == 422
    assert words(response).count("Say yes or no to this:") == 8
    assert Signature.objects.count() == 0


def test_a_form_from_another_site_is_refused(family: Family) -> None:
    assert (
        Client(enforce_csrf_checks=True).post(family.one("sign", family.parents, family.ada), GIVEN).status_code == 403
    )
    assert Signature.objects.count() == 0


# --- refusing -------------------------------------------------------------------------------------------------------


def test_refusing_says_what_follows_and_reaches_the_co_ordinator(client: Client, family: Family) -> None:
    address = family.one("refuse", family.parents, family.ada)
    page = words(client.get(address))
    assert "gets no access to the internet at school" in page
    assert "co-ordinator is told, and will speak with you" in page
    said = {"full_name": "Grace Olorun", "why": "We have no internet at home."}
    assert client.post(address, said).status_code == 422
    done = client.post(address, {**said, "sure": "on"})
    assert "You have not agreed to this." in words(client.get(done.url))
    row = Signature.objects.get()
    assert (row.kind, row.consents) == ("refused", {})
    assert row.reason_sealed
    assert FollowUp.objects.get().code == "refused"
    home = words(client.get(family.at("home")))
    assert "You have said no" in home
    assert "sign after all" in home


def test_after_a_signature_nothing_is_refused(client: Client, family: Family) -> None:
    client.post(family.one("sign", family.parents, family.ada), GIVEN)
    address = family.one("refuse", family.parents, family.ada)
    response = client.post(address, {"full_name": "Grace Olorun", "sure": "on"})
    assert response.status_code == 409
    assert "You have signed this already" in words(response)
    assert Signature.objects.count() == 1


def test_whoever_refused_can_sign_after_all(client: Client, family: Family) -> None:
    client.post(family.one("refuse", family.parents, family.ada), {"full_name": "Grace Olorun", "sure": "on"})
    assert client.post(family.one("sign", family.parents, family.ada), GIVEN).status_code == 302
    assert set(Signature.objects.values_list("kind", flat=True)) == {"refused", "signed"}


# --- answers --------------------------------------------------------------------------------------------------------


def test_answers_are_changed_and_each_change_is_kept(client: Client, family: Family) -> None:
    address = family.one("answers", family.parents, family.ada)
    early = client.get(address)
    assert early.status_code == 409
    assert "Sign the agreement first" in words(early)
    client.post(family.one("sign", family.parents, family.ada), GIVEN)
    assert f'href="{address}"' in client.get(family.at("home")).content.decode()
    page = client.get(address)
    assert words(page).count("Your answer now: yes.") == 4
    assert "checked" not in page.content.decode()
    assert client.post(address, {**YES, "consent_publish_photographs": "no"}).status_code == 422
    done = client.post(address, {**YES, "consent_publish_photographs": "no", "sure": "on"})
    assert "Your answers are changed" in words(client.get(done.url))
    assert [each.code for each in FollowUp.objects.all()] == ["publish_photographs"]
    assert words(client.get(address)).count("Your answer now: no.") == 1
    assert Signature.objects.filter(kind="consents").count() == 1


def test_there_are_no_answers_to_an_agreement_without_questions(client: Client, family: Family) -> None:
    client.post(family.one("sign", family.rules, family.ada), OWN)
    assert client.get(family.one("answers", family.rules, family.ada)).status_code == 404


def test_answers_can_be_taken_back_while_a_new_version_is_not_signed(client: Client, family: Family) -> None:
    client.post(family.one("sign", family.parents, family.ada), GIVEN)
    factories.published(family.school, title="Parents, please read this")
    token = family.link()
    address = family.one("answers", family.parents, family.ada, token)
    assert f'href="{address}"' in client.get(family.at("home", token)).content.decode()
    assert client.post(address, {**YES, "consent_video_calls": "no", "sure": "on"}).status_code == 302


# --- another text ---------------------------------------------------------------------------------------------------


def test_a_link_is_bound_to_the_versions_of_its_mail(client: Client, family: Family) -> None:
    old = family.one("sign", family.parents, family.ada)
    newer = factories.published(family.school, title="Parents, please read this")
    home = client.get(family.at("home"))
    assert "changed an agreement since it sent you the mail" in words(home)
    assert family.one("sign", newer, family.ada) not in home.content.decode()
    for address in (old, family.one("sign", newer, family.ada)):
        for response in (client.get(address), client.post(address, GIVEN)):
            assert response.status_code == 409
            assert "Nothing was signed" in words(response)
            assert f'action="{family.at("new")}"' in response.content.decode()
    assert Signature.objects.count() == 0
    token = family.link()
    assert client.post(family.one("sign", newer, family.ada, token), GIVEN).status_code == 302


def test_a_version_that_is_withdrawn_while_the_page_is_open(client: Client, family: Family) -> None:
    address = family.one("sign", family.parents, family.ada)
    assert client.get(address).status_code == 200
    withdraw(by=factories.viewer(factories.coordinator(family.school)), version_id=family.parents.pk)
    response = client.post(address, GIVEN)
    assert response.status_code == 409
    assert "taken this agreement back" in words(response)
    assert Signature.objects.count() == 0


def test_whoever_signed_an_earlier_version_is_shown_what_changed(client: Client, family: Family) -> None:
    client.post(family.one("sign", family.parents, family.ada), GIVEN)
    clauses = [dict(each) for each in family.parents.content["clauses"]]
    before = clauses[0]["text"]
    clauses[0]["text"] = "I have read the rules twice."
    newer = factories.published(family.school, clauses=clauses)
    token = family.link()
    page = words(client.get(family.one("sign", newer, family.ada, token)))
    assert "What has changed since you signed" in page
    assert f"Before: {before}" in page
    assert "Now: I have read the rules twice." in page
    assert "What has changed" not in words(client.get(family.one("sign", newer, family.kofi, token)))


def test_a_translation_stands_beside_the_english_text(client: Client, family: Family) -> None:
    agreement = loader.latest("camden_2021").agreement("parent")
    content = {**from_pack(agreement), "title": "Parents, please read this"}
    translated = {
        **content,
        "title": "أولياء الأمور",
        "clauses": [{**each, "text": f"عربي {n}"} for n, each in enumerate(content["clauses"])],
        "consents": [{**each, "text": f"سؤال {n}"} for n, each in enumerate(content["consents"])],
    }
    version = issue(
        school_id=family.school.pk, agreement=agreement, content=content, translations={"ar": translated},
        person_id=None, user_id=None, now=timezone.now(),
    )  # fmt: skip
    token = family.link()
    address = family.one("sign", version, family.ada, token)
    switch = client.get(address).content.decode()
    assert "?language=ar" in switch
    assert "العربية" in switch
    page = client.get(f"{address}?language=ar").content.decode()
    assert 'lang="ar"' in page
    assert 'dir="rtl"' in page
    assert "عربي 0" in page
    assert "سؤال 0" in page
    assert content["clauses"][0]["text"] in html.unescape(page)
    assert 'dir="rtl"' not in client.get(f"{address}?language=xx").content.decode()
    lost = client.post(address, {**GIVEN, "read_in": "ar", "full_name": ""})
    assert "عربي 0" in lost.content.decode()
    client.post(address, {**GIVEN, "read_in": "ar"})
    row = Signature.objects.get()
    assert (row.language, row.translation_sha256) == ("ar", version.translations["ar"]["sha256"])


# --- not theirs -----------------------------------------------------------------------------------------------------


def test_another_familys_child_is_not_there(client: Client, family: Family) -> None:
    stranger = factories.pupil(family.school, "Mei Hart")
    other = family.parent("Wei Hart", "", stranger)
    factories.signature(family.parents, other, stranger)
    row = Signature.objects.get()
    missing = client.get(family.one("sign", family.parents, Person(pk=uuid.uuid4())))
    assert missing.status_code == 404
    for page in ("sign", "refuse", "answers"):
        address = family.one(page, family.parents, stranger)
        for response in (client.get(address), client.post(address, {**GIVEN, "sure": "on"})):
            assert response.status_code == 404
            assert response.content == missing.content
    for page in ("receipt", "copy"):
        response = client.get(family.at(page, signature_id=row.pk))
        assert response.status_code == 404
        assert response.content == missing.content
    assert Signature.objects.count() == 1


def test_a_version_of_another_school_is_not_there(client: Client, family: Family) -> None:
    other = factories.published(factories.school("Hillside School"))
    assert client.get(family.one("sign", other, family.ada)).status_code == 404
    assert client.get(family.at("sign", version_id=uuid.uuid4(), about_id=family.ada.pk)).status_code == 404


@pytest.mark.parametrize("changes", [{"is_barred": True}, {"has_parental_responsibility": False}])
def test_a_contact_who_may_not_sign_sees_nothing(client: Client, family: Family, changes: dict[str, bool]) -> None:
    other = family.parent("Grace Olorun", "other@example.org", **changes)
    token = family.link(other)
    page = words(client.get(family.at("home", token)))
    assert "There is nothing for you to sign" in page
    assert family.ada.given_name not in page
    address = family.one("sign", family.parents, family.ada, token)
    assert (client.get(address).status_code, client.post(address, GIVEN).status_code) == (404, 404)
    assert Signature.objects.count() == 0


def test_whoever_is_barred_after_signing_sees_nothing_of_it_any_more(client: Client, family: Family) -> None:
    done = client.post(family.one("sign", family.parents, family.ada), GIVEN)
    row = Signature.objects.get()
    Guardian.objects.filter(guardian=family.grace).update(is_barred=True)
    assert client.get(done.url).status_code == 404
    assert client.get(family.at("copy", signature_id=row.pk)).status_code == 404
    assert family.ada.given_name not in words(client.get(family.at("home")))


def test_a_second_parent_may_sign_as_well(client: Client, family: Family) -> None:
    client.post(family.one("sign", family.parents, family.ada), GIVEN)
    second = family.parent("Dan Olorun")
    token = family.link(second)
    page = words(client.get(family.at("home", token)))
    assert "Signed by another parent" in page
    assert "3 to sign" in page
    given = {**GIVEN, "full_name": "Dan Olorun"}
    assert client.post(family.one("sign", family.parents, family.ada, token), given).status_code == 302
    assert Signature.objects.filter(about=family.ada).count() == 2
    AgreementSettings.objects.create(school=family.school, who_signs="each")
    assert "3 to sign" in words(client.get(family.at("home", token)))


def test_where_each_parent_signs_the_other_ones_signature_is_not_enough(client: Client, family: Family) -> None:
    AgreementSettings.objects.create(school=family.school, who_signs="each")
    client.post(family.one("sign", family.parents, family.ada), GIVEN)
    token = family.link(family.parent("Dan Olorun"))
    assert "4 to sign" in words(client.get(family.at("home", token)))


@pytest.mark.parametrize("moves", [{"year_group": "Year 7"}, {"left_on": timezone.localdate() - timedelta(days=1)}])
def test_a_child_that_moved_or_left_while_the_page_was_open(
    client: Client, family: Family, moves: dict[str, Any]
) -> None:
    address = family.one("sign", family.rules, family.ada)
    assert client.get(address).status_code == 200
    for name, value in moves.items():
        setattr(family.ada.pupil, name, value)
    family.ada.pupil.save()
    response = client.post(address, OWN)
    assert response.status_code == 409
    assert "not the right one any more" in words(response)
    assert Signature.objects.count() == 0


def test_a_parent_does_not_sign_what_the_pupil_alone_signs(client: Client, family: Family) -> None:
    staff = factories.published(family.school, "staff")
    token = family.link()
    assert client.get(family.one("sign", staff, family.ada, token)).status_code == 409


# --- for oneself ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "code"), [(Role.VISITOR, "visitor"), (Role.STAFF, "staff"), (Role.GOVERNOR, "governor")]
)
def test_a_visitor_or_member_of_staff_signs_for_themselves(
    client: Client, family: Family, role: Role, code: str
) -> None:
    version = factories.published(family.school, code)
    who = factories.person(family.school, "Grace Vale", role)
    token = family.link(who)
    home = words(client.get(family.at("home", token)))
    assert "For yourself" in home
    assert "1 to sign" in home
    done = client.post(family.one("sign", version, who, token), {**OWN, "full_name": "Grace Vale"})
    assert "nothing else for you to sign" in words(client.get(done.url))
    row = Signature.objects.get()
    assert (row.relation, row.identified_by) == ("self", "link")


def test_an_older_pupil_signs_the_own_part_and_the_parent_theirs(client: Client, family: Family) -> None:
    version = factories.published(family.school, "pupil_secondary")
    family.ada.pupil.year_group = "Year 8"
    family.ada.pupil.save()
    own, parents = family.link(family.ada), family.link()
    assert (
        client.post(family.one("sign", version, family.ada, own), {**OWN, "full_name": "Ada Olorun"}).status_code == 302
    )
    assert client.post(family.one("sign", version, family.ada, parents), OWN).status_code == 302
    assert set(Signature.objects.values_list("relation", flat=True)) == {"self", "mother"}
    # The parents' agreement is for parents to sign.
    assert client.get(family.one("sign", family.parents, family.ada, own)).status_code in {403, 409}


# --- links that will not do -----------------------------------------------------------------------------------------


def test_an_unknown_link_is_not_there_whatever_is_asked(client: Client, family: Family) -> None:
    nowhere = client.get("/nothing-is-here/").content
    for token in (new_token(), "short", "x" * 43, "x" * 400):
        for address in (family.at("home", token), family.one("sign", family.parents, family.ada, token)):
            response = client.get(address)
            assert response.status_code == 404
            assert response.content == nowhere
        assert client.post(family.at("new", token)).status_code == 404
    assert Notice.objects.count() == 0


def test_a_link_that_has_expired_offers_a_new_one(client: Client, family: Family) -> None:
    address = family.one("sign", family.parents, family.ada)
    assert client.get(address).status_code == 200
    SigningLink.objects.update(expires_at=timezone.now())
    for response in (client.get(family.at("home")), client.get(address), client.post(address, GIVEN)):
        assert response.status_code == 410
        assert "This link has expired" in words(response)
        assert f'action="{family.at("new")}"' in response.content.decode()
        assert response["Referrer-Policy"] == "strict-origin"
    assert Signature.objects.count() == 0
    for _ in range(3):
        sent = client.post(family.at("new"))
        assert sent.status_code == 200
        assert "Look into your mailbox" in words(sent)
    notice = Notice.objects.get()
    assert (notice.kind, notice.to_address, notice.object_id) == (
        "agreement_link", "grace@example.org", family.grace.pk,
    )  # fmt: skip
    assert Entry.objects.filter(action="agreement.link_asked").count() == 1
    Notice.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    client.post(family.at("new"))
    assert Notice.objects.count() == 2


def test_a_new_link_goes_to_the_address_the_school_has_and_to_no_other(client: Client, family: Family) -> None:
    answers = {client.post(family.at("new"), {"email": "elsewhere@example.org"}).content}
    assert Notice.objects.get().to_address == "grace@example.org"
    Notice.objects.all().delete()
    Person.objects.filter(pk=family.grace.pk).update(email="")
    answers.add(client.post(family.at("new")).content)
    Person.objects.filter(pk=family.grace.pk).update(email="not an address")
    answers.add(client.post(family.at("new")).content)
    with in_school(family.school.pk):
        end_links(school_id=family.school.pk, person_ids=[family.grace.pk])
    assert client.get(family.at("home")).status_code == 410
    answers.add(client.post(family.at("new")).content)
    assert len(answers) == 1, "the answer tells whether the school has an address"
    assert Notice.objects.count() == 0


def test_somebody_with_a_log_in_is_written_to_at_its_address(client: Client, family: Family) -> None:
    who = factories.person(family.school, "Robin Vale", Role.STAFF)
    Person.objects.filter(pk=who.pk).update(email="")
    assert who.user
    client.post(family.at("new", family.link(who)))
    assert Notice.objects.get().to_address == who.user.email


def test_a_new_link_is_asked_for_by_post_alone(client: Client, family: Family) -> None:
    assert (client.get(family.at("new")).status_code, client.head(family.at("new")).status_code) == (405, 405)


# --- copies ---------------------------------------------------------------------------------------------------------


def test_the_copy_is_a_file(client: Client, family: Family) -> None:
    done = client.post(family.one("sign", family.parents, family.ada), GIVEN)
    row = Signature.objects.get()
    address = family.at("copy", signature_id=row.pk)
    assert f'href="{address}"' in client.get(done.url).content.decode()
    response = client.get(address)
    assert response.status_code in {200, 202}
    if response.status_code == 200:
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"].startswith("attachment; ")
    assert "no-store" in response["Cache-Control"]


# --- addresses and devices ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"REMOTE_ADDR": "203.0.113.7"}, "203.0.113.7"),
        ({"REMOTE_ADDR": "::ffff:203.0.113.7"}, "203.0.113.7"),
        ({"REMOTE_ADDR": "2001:DB8:0:0:0:0:0:1"}, "2001:db8::1"),
        ({"REMOTE_ADDR": "fe80::1%eth0"}, "fe80::1"),
        ({"REMOTE_ADDR": ""}, None),
        ({"REMOTE_ADDR": "203.0.113.7", "HTTP_X_FORWARDED_FOR": "198.51.100.9"}, "203.0.113.7"),
    ],
)
def test_where_it_was_signed_is_kept_where_it_is_an_address(
    client: Client, family: Family, said: dict[str, str], kept: str | None
) -> None:
    device = "A telephone " * 40
    client.post(family.one("sign", family.parents, family.ada), GIVEN, HTTP_USER_AGENT=device, **said)
    row = Signature.objects.get()
    assert row.address == kept
    assert row.device == device[:300]


def test_behind_a_proxy_it_is_what_the_proxy_added(client: Client, family: Family, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    said = {
        "REMOTE_ADDR": "10.0.0.1",
        "HTTP_X_FORWARDED_FOR": "192.0.2.1, 198.51.100.9",
        "HTTP_X_FORWARDED_PROTO": "https",
    }
    client.post(family.one("sign", family.parents, family.ada), GIVEN, **said)
    assert Signature.objects.get().address == "198.51.100.9"


# --- many at once ---------------------------------------------------------------------------------------------------


@pytest.fixture
def committed(transactional_db: None) -> Family:
    with transaction.atomic():
        return Family()


def _post(address: str) -> tuple[int, str]:
    try:
        response = Client().post(address, GIVEN)
        return response.status_code, response.headers.get("Location", "")
    finally:
        connection.close()


def test_fifty_posts_at_once_give_one_signature(committed: Family) -> None:
    address = committed.one("sign", committed.parents, committed.ada)
    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(_post, [address] * 50))
    assert len(answers) == 1, answers
    assert next(iter(answers))[0] == 302
    assert Signature.objects.count() == Notice.objects.count() == 1
    assert Entry.objects.filter(action="agreement.signed").count() == 1


def test_two_children_at_once_stand_one_after_the_other(committed: Family) -> None:
    addresses = [committed.one("sign", committed.parents, each) for each in (committed.ada, committed.kofi)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(_post, addresses * 4))
    assert {status for status, _ in answers} == {302}
    assert sorted(Signature.objects.values_list("number", flat=True)) == [1, 2]
    assert Notice.objects.count() == 1


def _answer(address: str, given: dict[str, str]) -> int:
    try:
        return Client().post(address, given).status_code
    finally:
        connection.close()


def test_two_tabs_that_say_different_things_at_once(committed: Family) -> None:
    """The first one counts; every other is told that it is signed, and nothing is half signed."""
    address = committed.one("sign", committed.parents, committed.ada)
    said = [{**GIVEN, "consent_publish_photographs": each} for each in ("yes", "no")] * 6
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(_answer, [address] * len(said), said))
    assert sorted(set(answers)) == [302, 409]
    row = Signature.objects.get()
    kept = "yes" if row.consents["publish_photographs"] else "no"
    assert [status == 302 for status in answers] == [each["consent_publish_photographs"] == kept for each in said]


def test_signing_and_refusing_at_once(committed: Family) -> None:
    one = {page: committed.one(page, committed.parents, committed.ada) for page in ("sign", "refuse")}
    no = {"full_name": "Grace Olorun", "sure": "on"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(_answer, [one["sign"], one["refuse"]] * 5, [GIVEN, no] * 5))
    assert set(answers) <= {302, 409}
    kinds = list(Signature.objects.order_by("number").values_list("kind", flat=True))
    assert kinds in (["signed"], ["refused", "signed"])


# --- the school year ------------------------------------------------------------------------------------------------


def test_from_july_on_the_coming_year_is_signed_for(family: Family) -> None:
    long_ago = datetime(2026, 1, 5, 12, tzinfo=UTC)
    version = factories.published(factories.school("Hillside School"), now=long_ago)
    child = factories.pupil(version.school, "Mei Hart")
    parent = Person.objects.create(school=version.school, given_name="Wei", family_name="Hart")
    factories.parent_of(child, parent)
    factories.signature(version, parent, child, now=datetime(2026, 5, 4, 12, tzinfo=UTC))
    waits = {
        month: signing_home(version.school_id, parent.pk, now=datetime(2026, month, 2, 12, tzinfo=UTC)).to_sign_count
        for month in (5, 6, 7, 8, 9)
    }
    assert waits == {5: 0, 6: 0, 7: 1, 8: 1, 9: 1}
