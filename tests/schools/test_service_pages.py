"""What service administrators do: schools and their first people, never a case and no list of people. T9, duty L1."""

from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone

from audit.models import Entry
from dispatch.models import Notice
from dispatch.rules.notices import KIND_WORDS, NoticeKind, why_not_sent
from dispatch.rules.problems import Problem
from schools.models import Appointment, Membership, Person, School, User
from schools.roles import Role
from schools.services.members import MemberAlready
from schools.services.problems import NotForYourself
from schools.services.serving import NewMember, NewSchool, SchoolHelpsItself, add_school, welcome_member
from schools.viewer import Administrator, NotAllowed
from tests import factories
from tests.factories.queries import queries_at_most
from tests.schools.team import Team, administrator, at

HOME = reverse("service:schools")
ADD = reverse("service:add")
TODAY = timezone.localdate


@pytest.fixture
def one(db: None) -> User:
    return administrator("one")


@pytest.fixture
def client(one: User) -> Client:
    return factories.log_in_user(one)


def typed(**changes: Any) -> dict[str, Any]:
    day = TODAY()
    return {
        "email": "New.Head@Example.org", "given_name": "Nia", "family_name": "Cole", "role": "staff",
        "starts_on_day": day.day, "starts_on_month": day.month, "starts_on_year": day.year, **changes,
    }  # fmt: skip


def ask(email: str, post: str) -> dict[str, Any]:
    return {**typed(), "email": email, "post": post}


def test_a_new_school_is_opened_from_nothing_by_two(client: Client, one: User) -> None:
    other = factories.log_in_user(administrator("two"))
    made = client.post(ADD, {"name": "New School", "address": "1 New Road", "email": "office@new.example.org"})
    school = School.objects.get(name="New School")
    page = reverse("service:school", args=[school.pk])
    assert made["Location"] == page
    members, posts = reverse("service:member", args=[school.pk]), reverse("service:post", args=[school.pk])
    assert client.post(members, typed()).status_code == 302
    chair = typed(email="chair@example.org", given_name="Leo", family_name="Abara", role="governor")
    assert client.post(members, chair).status_code == 302
    assert {each.kind for each in Notice.objects.all()} == {"password_reset"}
    assert client.post(posts, ask("new.head@example.org", "head_teacher")).status_code == 302
    head = Appointment.objects.get()
    assert (head.person.full_name, head.state) == ("Nia Cole", "waiting")
    decide = reverse("service:appointment", args=[school.pk, head.pk])
    assert decide in other.get(HOME).content.decode()
    shown = other.get(decide).content.decode()
    assert "new.head@example.org" in shown
    assert "Cole" not in shown
    assert client.post(decide, {"action": "confirm"}).status_code == 403
    assert other.post(decide, {"action": "confirm"})["Location"] == page
    assert other.post(posts, ask("chair@example.org", "chair_of_governors")).status_code == 302
    second = Appointment.objects.get(post="chair_of_governors")
    second_page = reverse("service:appointment", args=[school.pk, second.pk])
    assert client.post(second_page, {"action": "confirm"}).status_code == 302
    assert "looks after its people itself" in client.get(page).content.decode()
    assert client.post(members, typed(email="more@example.org")).status_code == 422
    assert Entry.objects.filter(action="school.added", school_id=school.pk).count() == 1
    assert "Cole" not in str(list(Entry.objects.values_list("detail", flat=True)))


def test_a_log_in_that_is_there_is_used_again(one: User) -> None:
    school, there = factories.school(), factories.person(factories.school("Hillside"), "Nia Cole", Role.STAFF)
    assert there.user is not None
    there.user.set_password("a-long-enough-password")
    there.user.save()
    member = NewMember(there.user.email.upper(), "Nia", "Cole", Role.STAFF, TODAY())
    made = welcome_member(by=at(one, school.pk), member=member)
    assert made.user_id == there.user_id
    assert not Notice.objects.exists()
    with pytest.raises(MemberAlready):
        welcome_member(by=at(one, school.pk), member=member)
    governor = NewMember(there.user.email, "Nia", "Cole", Role.GOVERNOR, TODAY())
    assert welcome_member(by=at(one, school.pk), member=governor).pk == made.pk


def test_what_will_not_do_is_refused(client: Client, one: User, team: Team) -> None:
    school = factories.school("Hillside")
    page = reverse("service:member", args=[school.pk])
    for changes in (
        {"email": "x"},
        {"role": "coordinator"},
        {"role": "pupil"},
        {"given_name": ""},
        {"starts_on_day": 99},
    ):
        assert client.post(page, typed(**changes)).status_code == 422, changes
    assert not Person.objects.filter(school=school).exists()
    assert client.post(ADD, {"name": "", "address": "x"}).status_code == 422
    assert client.post(reverse("service:post", args=[school.pk]), ask("no@example.org", "dsl")).status_code == 422
    assert client.post(reverse("service:post", args=[school.pk]), ask("no@example.org", "senco")).status_code == 422
    with pytest.raises(ValueError, match="first member"):
        welcome_member(by=at(one, school.pk), member=NewMember("a@example.org", "A", "B", Role.PUPIL, TODAY()))
    with pytest.raises(SchoolHelpsItself):
        welcome_member(by=at(one, team.school.pk), member=NewMember("a@example.org", "A", "B", Role.STAFF, TODAY()))
    with pytest.raises(School.DoesNotExist):
        welcome_member(by=at(one, one.pk), member=NewMember("a@example.org", "A", "B", Role.STAFF, TODAY()))


def test_a_school_there_is_not_is_not_there(client: Client, one: User) -> None:
    for name in ("school", "member", "post", "ask"):
        assert client.get(reverse(f"service:{name}", args=[one.pk])).status_code == 404, name
    for name in ("appointment", "emergency"):
        path = reverse(f"service:{name}", args=[factories.school().pk, one.pk])
        assert client.get(path).status_code == 404, name


SERVICE = [HOME, ADD]


@pytest.mark.parametrize("key", ["head", "chair", "dsl", "office", "coordinator", "teacher", "governor", "parent"])
def test_nobody_of_a_school_gets_in(team: Team, key: str) -> None:
    client = team.client(key)
    school = team.school.pk
    paths = [HOME, ADD, *(reverse(f"service:{name}", args=[school]) for name in ("school", "member", "post", "ask"))]
    for path in paths:
        assert client.get(path).status_code == 403, path
        assert client.post(path, typed()).status_code in {403, 405}, path
    viewer = team.viewer(key)
    with pytest.raises(NotAllowed):
        add_school(by=viewer, details=NewSchool("x", "y", ""))  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        welcome_member(
            by=viewer,  # type: ignore[arg-type]
            member=NewMember("a@example.org", "A", "B", Role.STAFF, TODAY()),
        )
    assert School.objects.count() == 1


def test_strangers_and_closed_log_ins_do_not_get_in(one: User, client: Client) -> None:
    assert Client().get(HOME)["Location"].startswith(reverse("login"))
    User.objects.filter(pk=one.pk).update(is_active=False)
    assert client.get(HOME)["Location"].startswith(reverse("login"))


def test_an_administrator_sees_no_row_of_a_school(team: Team, client: Client) -> None:
    for key in ("dsl", "teacher", "parent", "office"):
        team.person(key)
    factories.pupil(team.school, "Samira Reed")
    factories.report(team.viewer("teacher"))
    school = team.school.pk
    pages = [HOME, *(reverse(f"service:{name}", args=[school]) for name in ("school", "member", "post", "ask"))]
    for path in pages:
        page = client.get(path).content.decode()
        for person in Person.objects.filter(school=team.school):
            assert person.family_name not in page, path
            assert not person.email or person.email not in page, path
    for name in ("incidents:log", "schools:people", "schools:posts", "schools:settings", "incidents:report"):
        assert client.get(reverse(name)).status_code == 403, name
    assert client.get(reverse("incidents:today"))["Location"] == HOME


def test_there_is_no_other_administration(one: User) -> None:
    assert not apps.is_installed("django.contrib.admin")
    assert Client().get("/administration/").status_code in {302, 404}
    assert factories.log_in_user(one).get("/administration/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("admin:index")
    assert "admin" not in set(get_resolver().namespace_dict)


def test_there_is_no_superuser(one: User) -> None:
    names = {field.name for field in User._meta.get_fields()}
    assert not names & {"is_superuser", "groups", "user_permissions"}
    assert not hasattr(one, "has_perm")
    assert (one.is_staff, Administrator(one.pk, one.email).roles) == (True, {Role.SERVICE_ADMINISTRATOR})


def test_an_administrator_who_works_at_a_school_is_only_that_there(team: Team) -> None:
    teacher = team.user("teacher")
    User.objects.filter(pk=teacher.pk).update(is_staff=True)
    client = factories.log_in_user(User.objects.get(pk=teacher.pk))
    assert client.get(reverse("incidents:log")).status_code in {403, 404}
    assert client.get(reverse("schools:people")).status_code == 403
    page = client.get(HOME).content.decode()
    assert "Service administration" in page
    assert team.school.name in page


def test_the_pages_ask_for_a_fresh_log_in_and_cost_little(client: Client, team: Team) -> None:
    school = team.school.pk
    for path in (HOME, reverse("service:school", args=[school]), reverse("service:member", args=[school])):
        with queries_at_most(17):
            client.get(path)
    session = client.session
    session["proved_at"] = session["proved_at"] - 6 * 60
    session.save()
    assert client.get(HOME).status_code == 200
    for path in (ADD, reverse("service:member", args=[school]), reverse("service:ask", args=[school])):
        assert reverse("account_reauthenticate") in client.get(path)["Location"], path
    client.post(ADD, {"name": "x", "address": "y"})
    assert School.objects.count() == 1
    assert not Membership.objects.filter(person__family_name="Cole", school=school).exclude(role="staff").exists()


def test_no_administrator_welcomes_themselves(one: User) -> None:
    school = add_school(by=Administrator(one.pk, one.email), details=NewSchool("New School", "1 New Road", ""))
    mine = NewMember(one.email.upper(), "Ada", "Bell", Role.STAFF, TODAY())
    with pytest.raises(NotForYourself):
        welcome_member(by=at(one, school.pk), member=mine)
    assert not Person.objects.filter(school=school).exists()
    page = reverse("service:member", args=[school.pk])
    assert factories.log_in_user(one).post(page, typed(email=one.email)).status_code == 403


def test_a_mail_that_was_given_up_is_shown_without_saying_to_whom(client: Client) -> None:
    """Else nobody would hear that the trail's figures stay away, or that a school was not told of an emergency."""
    assert "given up" not in client.get(HOME).content.decode()
    school, at = factories.school(), timezone.now()
    for of, kind, problem in (
        (None, "audit_anchor", "unreachable"),
        (school.pk, "emergency_access", "address_refused"),
        (school.pk, "officer_told", "refused"),
    ):
        Notice.objects.create(
            school_id=of, kind=kind, to_address="somebody@example.org", state="failed", problem=problem,
            next_attempt_at=at, created_at=at,
        )  # fmt: skip
    page = " ".join(client.get(HOME).content.decode().split())
    for said in (
        "The day&#x27;s figures of the audit trail",
        "The mail server could not be reached.",
        f"emergency access was opened: {school.name}",
        f"To the authority&#x27;s officer: {school.name}",
    ):
        assert said in page
    assert "somebody@" not in page


def test_every_kind_of_mail_and_every_problem_has_its_words() -> None:
    assert set(KIND_WORDS) == set(NoticeKind)
    assert all(why_not_sent(problem) for problem in Problem if problem)
    assert why_not_sent(Problem.ADDRESS_REFUSED) == "The mail server does not know the address."
    assert why_not_sent(Problem.UNREACHABLE) == "The mail server could not be reached."
