"""The people of a school: kept by the head and the office, never by those it is about. Duties D1, L1."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from dispatch.models import Notice
from schools.models import Membership, Person, Pupil, StaffRecord, User
from schools.roles import Role
from schools.selectors import viewer_for
from schools.services.members import (
    AddressTaken,
    HasLogIn,
    NoRoleNow,
    PersonDetails,
    add_person,
    add_role,
    change_person,
    end_role,
    give_log_in,
)
from schools.services.problems import EndedAlready, EndsTooEarly, NotAlone, NotForYourself
from schools.viewer import NotAllowed
from tests import factories
from tests.factories.queries import queries_at_most
from tests.schools.team import Team

TODAY = timezone.localdate
DAY = timedelta(days=1)
PEOPLE = reverse("schools:people")
ADD = reverse("schools:add_person")


def on(name: str, day: date) -> dict[str, int]:
    """A day as the form posts it."""
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "role": "staff", "given_name": "Ada", "family_name": "Bell", "job_title": "Librarian",
        "year_group": "", "class_name": "", "log_in": "Ada.Bell@Example.org", **on("starts_on", TODAY()), **changes,
    }  # fmt: skip


def page_of(name: str, who: Person) -> str:
    return reverse(f"schools:{name}", args=[who.pk])


# --- somebody new -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["head", "office"])
def test_somebody_is_added_with_a_log_in_and_told_how_to_use_it(team: Team, by: str) -> None:
    made = team.client(by).post(ADD, typed())
    person = Person.objects.get(family_name="Bell")
    assert made["Location"] == page_of("person", person)
    assert person.user is not None
    assert (person.user.email, person.user.has_usable_password()) == ("ada.bell@example.org", False)
    assert StaffRecord.objects.get(person=person).job_title == "Librarian"
    viewer = viewer_for(user_id=person.user.pk, today=TODAY())
    assert viewer is not None
    assert viewer.roles == {Role.STAFF}
    notice = Notice.objects.get()
    assert (notice.kind, notice.to_address) == ("password_reset", "ada.bell@example.org")
    entry = Entry.objects.get(action="people.added")
    assert entry.detail == {"role": "staff", "log_in": True}
    assert "Bell" not in str(entry.detail)


@pytest.mark.parametrize("role", ["pupil", "governor", "parent", "visitor"])
def test_somebody_is_added_without_a_log_in(team: Team, role: str) -> None:
    assert team.client("office").post(ADD, typed(role=role, log_in="", year_group="Year 4")).status_code == 302
    person = Person.objects.get(family_name="Bell")
    assert person.user is None
    assert Membership.objects.get(person=person).role == role
    assert Pupil.objects.filter(person=person).exists() == (role == "pupil")
    assert not Notice.objects.exists()


def test_a_log_in_that_is_there_is_used_again_and_gets_no_mail(team: Team) -> None:
    there = factories.person(factories.school("Hillside"), "Ada Bell", Role.STAFF)
    assert there.user is not None
    there.user.set_password("a-long-enough-password")
    there.user.save()
    made = add_person(
        by=team.viewer("office"),
        details=PersonDetails("Ada", "Bell"),
        role=Role.STAFF,
        starts_on=TODAY(),
        log_in=there.user.email.upper(),
    )
    assert made.user_id == there.user_id
    assert not Notice.objects.exists()
    with pytest.raises(AddressTaken):
        add_person(
            by=team.viewer("office"),
            details=PersonDetails("Ada", "Twin"),
            role=Role.STAFF,
            starts_on=TODAY(),
            log_in=there.user.email,
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "coordinator"},
        {"role": ""},
        {"given_name": ""},
        {"family_name": "x" * 101},
        {"log_in": "no address"},
        {"log_in": "a@b.example\r\nBcc: c@d.example"},
        {"role": "pupil", "year_group": ""},
        {"starts_on_day": 31, "starts_on_month": 2},
        {"starts_on_year": 1200},
        {"starts_on_year": 2999},
    ],
)
def test_a_form_that_will_not_do_is_shown_again(team: Team, changes: dict[str, Any]) -> None:
    before = Person.objects.count()
    response = team.client("office").post(ADD, typed(**changes))
    assert response.status_code == 422
    assert response.content.decode().count("There is a problem") == 1
    assert Person.objects.count() == before + 1, "the office itself"


def test_more_fields_than_shown_change_nothing(team: Team) -> None:
    team.client("office").post(ADD, typed(is_staff="on", school=str(factories.school("Hillside").pk), post="dsl"))
    person = Person.objects.get(family_name="Bell")
    assert person.school_id == team.school.pk
    assert person.user is not None
    assert not person.user.is_staff
    assert not person.posts.exists()


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["chair", "vice", "dsl", "coordinator", "teacher", "governor", "parent"])
def test_nobody_else_keeps_the_lists(team: Team, key: str) -> None:
    client, somebody = team.client(key), factories.staff(team.school)
    membership = Membership.objects.filter(person=team.person("head")).get()
    paths = [
        PEOPLE, ADD, page_of("person", somebody), page_of("change_person", somebody), page_of("give_log_in", somebody),
        page_of("give_role", somebody), page_of("link_guardian", somebody),
        reverse("schools:end_role", args=[membership.pk]),
    ]  # fmt: skip
    for path in paths:
        assert client.get(path).status_code == 403, path
        assert client.post(path, typed()).status_code in {403, 405}, path
    assert client.post(reverse("schools:find_people"), {"find": "kit"}).status_code == 403
    assert "People</a>" not in client.get(reverse("incidents:today")).content.decode()
    viewer = team.viewer(key)
    for refused in (
        lambda: add_person(by=viewer, details=PersonDetails("A", "B"), role=Role.STAFF, starts_on=TODAY()),
        lambda: change_person(by=viewer, person_id=somebody.pk, details=PersonDetails("A", "B")),
        lambda: add_role(by=viewer, person_id=somebody.pk, role=Role.STAFF, starts_on=TODAY()),
        lambda: end_role(by=viewer, membership_id=membership.pk, last_day=TODAY()),
        lambda: give_log_in(by=viewer, person_id=somebody.pk, email="x@example.org"),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_another_school_s_people_are_not_there(team: Team) -> None:
    there = Team(factories.school("Hillside"))
    stranger = there.person("teacher")
    client = team.client("office")
    missing = client.get(reverse("schools:person", args=["00000000-0000-4000-8000-000000000000"])).content
    for name in ("person", "change_person", "give_log_in", "give_role", "link_guardian", "leave"):
        assert client.get(page_of(name, stranger)).status_code == 404, name
        assert client.get(page_of(name, stranger)).content == missing
        assert client.post(page_of(name, stranger), typed()).status_code == (405 if name == "person" else 404), name
    row = Membership.objects.get(person=stranger)
    assert client.get(reverse("schools:end_role", args=[row.pk])).status_code == 404
    assert client.post(PEOPLE, {"find": "tom"}).content.decode().count("Tom Adey") == 0
    with pytest.raises(Person.DoesNotExist):
        add_role(by=team.viewer("office"), person_id=stranger.pk, role=Role.PARENT, starts_on=TODAY())
    with pytest.raises(Membership.DoesNotExist):
        end_role(by=team.viewer("office"), membership_id=row.pk, last_day=TODAY())


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_kind_and_by_a_posted_name(team: Team) -> None:
    client = team.client("office")
    factories.pupil(team.school, "Sam Reed")
    factories.staff(team.school, "Kit Lowe")
    gone = factories.person(team.school, "Old Friend", Role.STAFF, until=date(2020, 12, 1))
    shown = {kind: client.get(f"{PEOPLE}?kind={kind}").content.decode() for kind in ("", "pupil", "staff", "former")}
    assert all(name in shown[""] for name in ("Sam Reed", "Kit Lowe", "Old Friend"))
    assert ("Sam Reed" in shown["pupil"], "Kit Lowe" in shown["pupil"]) == (True, False)
    assert ("Sam Reed" in shown["staff"], "Kit Lowe" in shown["staff"]) == (False, True)
    assert gone.full_name in shown["former"]
    assert "Kit Lowe" not in shown["former"]
    found = client.post(PEOPLE, {"find": "sam re"}).content.decode()
    assert ("Sam Reed" in found, "Kit Lowe" in found) == (True, False)
    assert "Nobody of that name" in client.post(PEOPLE, {"find": "zz"}).content.decode()
    assert client.get(f"{PEOPLE}?kind=nonsense&page=x").status_code == 200
    assert Entry.objects.filter(action="people.listed").exists()
    assert "sam" not in str(list(Entry.objects.values_list("detail", flat=True))).lower()


def test_a_long_list_has_pages_and_costs_the_same(team: Team) -> None:
    Person.objects.bulk_create(
        Person(school=team.school, given_name="Many", family_name=f"Name{number:03}") for number in range(120)
    )
    client = team.client("office")
    first = client.get(PEOPLE).content.decode()
    assert "Name000" in first
    assert "page=2" in first
    third = client.get(f"{PEOPLE}?kind=&page=3").content.decode()
    assert "Name119" in third
    assert "page=4" not in third
    for path in (PEOPLE, f"{PEOPLE}?page=2", ADD):
        with queries_at_most(10):
            client.get(path)


def test_a_person_s_page_shows_it_all(team: Team) -> None:
    client, teacher = team.client("office"), team.person("teacher")
    Membership.objects.create(
        school=team.school, person=teacher, role="governor", starts_on=date(2020, 1, 1), ends_on=date(2021, 1, 1)
    )
    with queries_at_most(13):
        page = client.get(page_of("person", teacher)).content.decode()
    assert "Tom Adey" in page
    assert teacher.email in page
    assert "Ended" in page
    title = page.partition("<title>")[2].partition("</title>")[0]
    assert "Tom" not in title
    assert Entry.objects.get(action="people.opened").object_id == teacher.pk
    mine = client.get(page_of("person", team.person("office"))).content.decode()
    assert "This is you" in mine
    assert "Give a role" not in mine


def test_details_change_and_nothing_else_does(team: Team) -> None:
    client, kit = team.client("office"), factories.staff(team.school, "Kit Lowe")
    page = page_of("change_person", kit)
    assert 'value="Teaching assistant"' in client.get(page).content.decode()
    said = {"given_name": "Kitty", "family_name": "Lowe", "email": "kit@example.org", "job_title": "Cook"}
    assert client.post(page, {**said, "user": "x", "school": "x"})["Location"] == page_of("person", kit)
    kit.refresh_from_db()
    assert (kit.full_name, kit.email, kit.user) == ("Kitty Lowe", "kit@example.org", None)
    assert kit.staff_record.job_title == "Cook"
    assert set(Entry.objects.get(action="people.changed").detail["fields"]) == {"given_name", "email", "job_title"}
    sam = factories.pupil(team.school, "Sam Reed")
    assert client.post(page_of("change_person", sam), {**said, "year_group": ""}).status_code == 422
    assert (
        client.post(page_of("change_person", sam), {**said, "year_group": "Year 6", "class_name": "6B"}).status_code
        == 302
    )
    assert Pupil.objects.get(person=sam).class_name == "6B"
    assert client.post(page_of("change_person", sam), {**said, "given_name": ""}).status_code == 422


# --- roles and log-ins ------------------------------------------------------------------------------------------------


def test_roles_begin_and_end_by_their_days(team: Team) -> None:
    client, teacher = team.client("office"), team.person("teacher")
    later = TODAY() + 3 * DAY
    assert client.post(page_of("give_role", teacher), {"role": "parent", **on("starts_on", later)}).status_code == 302
    row = Membership.objects.get(person=teacher, role="parent")
    assert row.starts_on == later
    assert Role.PARENT not in team.viewer("teacher").roles
    again = client.post(page_of("give_role", teacher), {"role": "parent", **on("starts_on", later)})
    assert again.status_code == 422
    end = reverse("schools:end_role", args=[row.pk])
    assert client.post(end, on("last_day", TODAY())).status_code == 422
    assert client.post(end, on("last_day", later + DAY)).status_code == 302
    row.refresh_from_db()
    assert row.ends_on == later + DAY
    with pytest.raises(EndsTooEarly):
        end_role(by=team.viewer("office"), membership_id=row.pk, last_day=later - DAY)


def test_access_ends_with_the_day_that_is_set(team: Team) -> None:
    theirs, row = team.client("teacher"), Membership.objects.get(person=team.person("teacher"))
    assert theirs.get(reverse("incidents:report")).status_code == 200
    end_role(by=team.viewer("office"), membership_id=row.pk, last_day=TODAY() - DAY)
    assert theirs.get(reverse("incidents:report")).status_code == 403
    with pytest.raises(EndedAlready):
        end_role(by=team.viewer("office"), membership_id=row.pk, last_day=TODAY())


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.HEAD_TEACHER, Role.SERVICE_ADMINISTRATOR])
def test_a_post_is_no_role_of_a_member(team: Team, role: Role) -> None:
    teacher = team.person("teacher")
    with pytest.raises(ValueError, match="membership"):
        add_role(by=team.viewer("office"), person_id=teacher.pk, role=role, starts_on=TODAY())
    with pytest.raises(ValueError, match="membership"):
        add_person(by=team.viewer("office"), details=PersonDetails("A", "B"), role=role, starts_on=TODAY())
    response = team.client("office").post(page_of("give_role", teacher), {"role": role, **on("starts_on", TODAY())})
    assert response.status_code == 422


@pytest.mark.parametrize("by", ["head", "office"])
def test_nobody_changes_what_they_are_themselves(team: Team, by: str) -> None:
    me, viewer = team.person(by), team.viewer(by)
    with pytest.raises(NotForYourself):
        add_role(by=viewer, person_id=me.pk, role=Role.GOVERNOR, starts_on=TODAY())
    with pytest.raises(NotForYourself):
        end_role(by=viewer, membership_id=Membership.objects.get(person=me).pk, last_day=TODAY())
    client = team.client(by)
    said = {"role": "governor", **on("starts_on", TODAY())}
    assert client.post(page_of("give_role", me), said).status_code == 403
    assert Membership.objects.filter(person=me).count() == 1


@pytest.mark.parametrize("key", ["chair", "vice", "dsl"])
def test_the_roles_of_whoever_holds_a_post_that_takes_two_stay(team: Team, key: str) -> None:
    """Else the head could end the chair's membership, and with it the post (threat T4)."""
    holder = team.person(key)
    for by in ("head", "office"):
        with pytest.raises(NotAlone):
            end_role(by=team.viewer(by), membership_id=Membership.objects.get(person=holder).pk, last_day=TODAY() - DAY)
        with pytest.raises(NotAlone):
            add_role(by=team.viewer(by), person_id=holder.pk, role=Role.PARENT, starts_on=TODAY())


def test_a_log_in_is_given_to_somebody_on_the_lists(team: Team) -> None:
    parent = add_person(
        by=team.viewer("office"), details=PersonDetails("Pat", "Reed"), role=Role.PARENT, starts_on=TODAY()
    )
    client = team.client("office")
    assert client.post(page_of("give_log_in", parent), {"email": "Pat@Example.org"}).status_code == 302
    parent.refresh_from_db()
    assert parent.user is not None
    assert parent.user.email == "pat@example.org"
    assert Notice.objects.get().kind == "password_reset"
    assert client.post(page_of("give_log_in", parent), {"email": "other@example.org"}).status_code == 422
    with pytest.raises(HasLogIn):
        give_log_in(by=team.viewer("office"), person_id=parent.pk, email="other@example.org")
    gone = factories.staff(team.school)
    with pytest.raises(NoRoleNow):
        give_log_in(by=team.viewer("office"), person_id=gone.pk, email="gone@example.org")
    nobody = Person.objects.create(school=team.school, given_name="No", family_name="Body")
    Membership.objects.create(school=team.school, person=nobody, role="staff", starts_on=TODAY())
    with pytest.raises(AddressTaken):
        give_log_in(by=team.viewer("office"), person_id=nobody.pk, email="pat@example.org")


def test_no_log_in_for_a_post_that_two_gave_to_a_person(team: Team) -> None:
    """Else the head could give an own second address to a chair who is only on the lists (threat T4)."""
    Person.objects.filter(pk=team.person("vice").pk).update(user=None)
    with pytest.raises(NotAlone):
        give_log_in(by=team.viewer("head"), person_id=team.person("vice").pk, email="mine@example.org")
    client = team.client("head")
    assert client.post(page_of("give_log_in", team.person("vice")), {"email": "mine@example.org"}).status_code == 403
    assert not User.objects.filter(email="mine@example.org").exists()


def test_the_office_gives_no_log_in_to_whoever_holds_a_post(team: Team) -> None:
    """Else it could give an address of its own to a co-ordinator who is only on the lists, and read every case."""
    jo = team.person("coordinator")
    Person.objects.filter(pk=jo.pk).update(user=None)
    with pytest.raises(NotAlone):
        give_log_in(by=team.viewer("office"), person_id=jo.pk, email="mine@example.org")
    assert page_of("give_log_in", jo) not in team.client("office").get(page_of("person", jo)).content.decode()
    assert page_of("give_log_in", jo) in team.client("head").get(page_of("person", jo)).content.decode()
    assert give_log_in(by=team.viewer("head"), person_id=jo.pk, email="jo@example.org").email == "jo@example.org"


def test_somebody_who_comes_back_can_log_in_again(team: Team) -> None:
    teacher = team.person("teacher")
    User.objects.filter(pk=teacher.user_id).update(is_active=False)
    Membership.objects.filter(person=teacher).update(ends_on=TODAY() - DAY)
    add_role(by=team.viewer("office"), person_id=teacher.pk, role=Role.STAFF, starts_on=TODAY())
    assert team.user("teacher").pk == teacher.user_id
    assert User.objects.get(pk=teacher.user_id).is_active
    assert Notice.objects.get().to_address == team.user("teacher").email


def test_role_pages_ask_for_a_fresh_log_in(team: Team) -> None:
    client: Client = team.client("office")
    session = client.session
    session["proved_at"] = session["proved_at"] - 6 * 60
    session.save()
    teacher = team.person("teacher")
    assert client.get(page_of("person", teacher)).status_code == 200
    for path in (ADD, page_of("give_role", teacher), page_of("leave", teacher), page_of("give_log_in", teacher)):
        assert reverse("account_reauthenticate") in client.get(path)["Location"], path
    before = Membership.objects.count()
    client.post(page_of("give_role", teacher), {"role": "parent", **on("starts_on", TODAY())})
    assert Membership.objects.count() == before


def test_a_form_that_does_not_ask_for_the_job_leaves_it_as_it_is(team: Team) -> None:
    """A former pupil who works at the school now."""
    person = team.pupil
    StaffRecord.objects.create(school=team.school, person=person, job_title="Librarian")
    said = {"given_name": "Sam", "family_name": "Reed", "email": "", "year_group": "Year 6", "class_name": ""}
    assert team.client("office").post(page_of("change_person", person), said).status_code == 302
    assert StaffRecord.objects.get(person=person).job_title == "Librarian"
    assert Pupil.objects.get(person=person).year_group == "Year 6"


def test_the_button_pressed_twice_makes_one_log_in_and_no_broken_page(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second press looks before the first one is written down."""
    inner = User.objects.get_queryset

    def blind(**_: Any) -> Any:
        return inner().none()

    def press() -> Person:
        details = PersonDetails("Ada", "Bell")
        return add_person(
            by=team.viewer("office"), details=details, role=Role.STAFF, starts_on=TODAY(), log_in="a@example.org"
        )

    once = press()
    with monkeypatch.context() as patched:
        patched.setattr(User.objects, "filter", blind)
        with pytest.raises(AddressTaken):
            press()
    assert Person.objects.filter(user=once.user).count() == 1
