"""How somebody gets access to a school, and loses it: through the service administrator. Duty D1 (CM 3.2)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from schools.models import Membership, Person, Post, School, User
from schools.roles import Role
from schools.selectors import viewer_for
from schools.services import MemberAlready, NewMember, NotAdministrator, end_term_of, welcome_member
from tests import factories

TYPED = {
    "email": "New.Head@Example.org",
    "given_name": "Nia",
    "family_name": "Cole",
    "role": "staff",
    "post": "head_teacher",
    "starts_on": "2026-09-01",
}


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def administrator(db: None) -> User:
    return User.objects.create_superuser("admin@example.org", "a-long-password")


@pytest.fixture
def client(administrator: User) -> Client:
    made = Client()
    made.force_login(administrator)
    return made


def member(**changes: Any) -> NewMember:
    return NewMember(
        **{
            "email": "nia@example.org",
            "given_name": "Nia",
            "family_name": "Cole",
            "role": Role.STAFF,
            "post": None,
            "starts_on": date(2026, 9, 1),
            **changes,
        }
    )


def welcome_page(of: School) -> str:
    return reverse("admin:schools_school_welcome", args=[of.pk])


def test_a_new_school_is_opened_from_nothing(client: Client) -> None:
    client.post(reverse("admin:schools_school_add"), {"name": "New School", "address": "1 New Road"})
    of = School.objects.get(name="New School")
    response = client.post(welcome_page(of), TYPED)
    user = User.objects.get(email="new.head@example.org")
    assert response["Location"] == reverse("admin:auth_user_password_change", args=[user.pk])
    assert client.get(response["Location"]).status_code == 200
    viewer = viewer_for(user_id=user.pk, today=date(2026, 11, 20))
    assert viewer is not None
    assert viewer.roles == {Role.STAFF, Role.HEAD_TEACHER}
    entry = Entry.objects.get(action="school.member_welcomed")
    assert entry.detail == {"role": "staff", "post": "head_teacher"}
    assert "Nia" not in str(entry.detail)


def test_a_log_in_that_is_there_is_used_again(of: School, administrator: User) -> None:
    first = welcome_member(by=administrator, school_id=of.pk, member=member())
    second = welcome_member(by=administrator, school_id=of.pk, member=member(email="NIA@example.org", post=Role.DSL))
    assert first.pk == second.pk
    elsewhere = welcome_member(by=administrator, school_id=factories.school("Hillside").pk, member=member())
    assert elsewhere.user_id == first.user_id
    assert User.objects.filter(email="nia@example.org").count() == 1
    assert (Membership.objects.count(), Post.objects.count()) == (2, 1)


def test_the_same_again_is_refused(of: School, administrator: User, client: Client) -> None:
    welcome_member(by=administrator, school_id=of.pk, member=member())
    with pytest.raises(MemberAlready):
        welcome_member(by=administrator, school_id=of.pk, member=member())
    page = client.post(welcome_page(of), {**TYPED, "email": "nia@example.org", "post": ""})
    assert "already" in page.content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"role": Role.COORDINATOR},
        {"post": Role.STAFF},
        {"role": Role.PUPIL, "post": Role.DSL},
        {"role": Role.PARENT, "post": Role.DSL},
    ],
)
def test_impossible_roles_are_refused(of: School, administrator: User, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"membership|post"):
        welcome_member(by=administrator, school_id=of.pk, member=member(**changes))


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "x"), ("role", "coordinator"), ("post", "pupil"), ("starts_on", "x"), ("given_name", "")],
)
def test_a_bad_form_is_shown_again(of: School, client: Client, field: str, value: str) -> None:
    response = client.post(welcome_page(of), {**TYPED, field: value})
    assert response.status_code == 200
    assert "Please put right" in response.content.decode()
    assert Person.objects.count() == 0


def test_nobody_else_may(of: School) -> None:
    jo = factories.coordinator(of)
    assert factories.log_in(jo).post(welcome_page(of), TYPED).status_code == 302
    assert jo.user is not None
    with pytest.raises(NotAdministrator):
        welcome_member(by=jo.user, school_id=of.pk, member=member())
    with pytest.raises(NotAdministrator):
        end_term_of(by=jo.user, of=Membership.objects.get(), ends_on=None)
    jo.user.is_staff = True
    jo.user.save()
    # Staff of the service without the right to change schools.
    assert factories.log_in(jo).get(welcome_page(of)).status_code in {403, 404}


def test_access_ends_with_the_day_that_is_set(of: School, administrator: User) -> None:
    jo = factories.coordinator(of)
    theirs = factories.log_in(jo)
    assert theirs.get(reverse("incidents:log")).status_code == 200
    yesterday = timezone.localdate() - timedelta(days=1)
    row = Membership.objects.get(person=jo)
    end_term_of(by=administrator, of=row, ends_on=yesterday)
    row.refresh_from_db()
    assert (row.ends_on, row.role) == (yesterday, "staff")
    assert theirs.get(reverse("incidents:log")).status_code == 403
    assert Entry.objects.get(action="school.member_ended").object_id == row.pk


def test_the_administration_is_in_no_school_and_sees_nobody(of: School, client: Client) -> None:
    jo = factories.coordinator(of)
    factories.pupil(of, "Samira Reed")
    for model in ("membership", "post"):
        page = client.get(reverse(f"admin:schools_{model}_changelist")).content.decode()
        for part in (jo.email, "Marsh", "Reed"):
            assert part not in page
        assert reverse(f"admin:schools_{model}_changelist") + "add/" not in page
    registered = {model.__name__ for model in admin.site._registry}
    assert registered <= {"School", "Term", "User", "Membership", "Post"}
    for app in ("incidents", "dispatch", "audit"):
        assert not [model for model in admin.site._registry if model._meta.app_label == app]


def test_members_and_posts_are_neither_added_nor_deleted_by_hand(of: School, client: Client) -> None:
    factories.coordinator(of)
    for model, row in (("membership", Membership.objects.get()), ("post", Post.objects.get())):
        assert client.get(reverse(f"admin:schools_{model}_add")).status_code == 403
        assert client.get(reverse(f"admin:schools_{model}_delete", args=[row.pk])).status_code == 403
