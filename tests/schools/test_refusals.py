"""What the school's own pages refuse before a report has to fail for it."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from schools.addresses import UnsafeAddress
from schools.models import OfficerChange, School
from schools.services.officer import ask_officer_change
from schools.services.school import PassphraseTooLong, set_officer_passphrase
from schools.tasks import clear_sessions
from tests import factories

pytestmark = pytest.mark.django_db
BAD_ADDRESSES = ["a%b@example.org", "a!b@example.org", "x@localhost", "x@[127.0.0.1]", "x@example.123"]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_an_officers_address_that_nothing_can_be_sent_to_is_not_kept(address: str) -> None:
    school = factories.school()
    with pytest.raises(UnsafeAddress):
        ask_officer_change(by=factories.viewer(factories.coordinator(school)), new_email=address)
    assert School.objects.get(pk=school.pk).officer_email == school.officer_email
    assert not OfficerChange.objects.exists()


@pytest.mark.parametrize("passphrase", ["é" * 64, "x" * 128, "\ufb01" * 100])
def test_a_passphrase_that_no_pdf_can_take_is_refused(passphrase: str) -> None:
    with pytest.raises(PassphraseTooLong):
        set_officer_passphrase(by=factories.viewer(factories.coordinator(factories.school())), passphrase=passphrase)


def test_the_longest_passphrase_is_taken() -> None:
    set_officer_passphrase(by=factories.viewer(factories.coordinator(factories.school())), passphrase="x" * 127)


@pytest.mark.parametrize("version", ["9" * 5000, "²", "-1", "1.0", ""])
def test_no_version_of_a_policy_is_a_crash(version: str) -> None:
    client: Client = factories.log_in(factories.coordinator(factories.school()))
    response = client.post("/school/policy/", {"pack": f"camden_2012 {version}"}, follow=True)
    assert "Choose one of the policies shown." in response.content.decode()


def test_ended_sessions_are_cleared() -> None:
    Session.objects.create(session_key="old", session_data="x", expire_date=timezone.now() - timedelta(days=1))
    Session.objects.create(session_key="new", session_data="x", expire_date=timezone.now() + timedelta(days=1))
    clear_sessions()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
