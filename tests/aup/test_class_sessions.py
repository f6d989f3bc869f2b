"""A class goes through its agreement together; each child taps the own name before the teacher. Duty A2, T20."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from aup.models import AgreementVersion, ClassSession, Signature
from aup.rules.boards import labels
from aup.selectors.class_sessions import board_of, classes_page
from aup.services.class_sessions import NoSuchClass, NotInClass, SessionEnded, end_session, start_session, tap
from aup.services.problems import NewerVersion, Withdrawn
from aup.services.publishing import withdraw
from schools.models import Person, Pupil, School
from schools.roles import Role
from schools.viewer import NotAllowed, Viewer
from tests import factories
from tests.factories.queries import queries_at_most

pytestmark = pytest.mark.django_db
KS2 = "pupil_ks2"


@pytest.fixture
def school() -> School:
    return factories.school()


@pytest.fixture
def teacher(school: School) -> Person:
    return factories.person(school, "Robin Vale", Role.STAFF)


@pytest.fixture
def by(teacher: Person) -> Viewer:
    return factories.viewer(teacher)


@pytest.fixture
def version(school: School) -> AgreementVersion:
    return factories.published(school, KS2)


@pytest.fixture
def ada(school: School) -> Person:
    return factories.pupil(school, "Ada Olorun")


@pytest.fixture
def sam(school: School) -> Person:
    return factories.pupil(school, "Sam Reed")


@pytest.fixture
def session(by: Viewer, version: AgreementVersion, ada: Person, sam: Person) -> ClassSession:
    return start_session(by=by, class_name="5B", version_id=version.pk)


def board(by: Viewer, session: ClassSession) -> dict[str, bool]:
    found = board_of(viewer=by, session_id=session.pk, today=timezone.localdate())
    return {each.label: each.is_done for each in found.seats}


# --- the rule --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ([("Ada", "Olorun"), ("Sam", "Reed")], ("Ada O", "Sam R")),
        ([("Ada", "Olorun"), ("ada", "okafor"), ("Sam", "Reed")], ("Ada Olorun", "ada okafor", "Sam R")),
        ([("Ada", "")], ("Ada",)),
        ([(" Ada ", " Olorun "), ("Ada", "Reed")], ("Ada O", "Ada R")),
        ([], ()),
    ],
)
def test_what_stands_on_the_buttons(names: list[tuple[str, str]], shown: tuple[str, ...]) -> None:
    assert labels(names) == shown


# --- starting --------------------------------------------------------------------------------------------------------


def test_each_class_has_the_agreement_of_its_children(by: Viewer, version: AgreementVersion, ada: Person) -> None:
    older = factories.pupil(by_school := version.school, "Mei Hart", class_name="9A")
    Pupil.objects.filter(person=older).update(year_group="Year 9")
    gone = factories.pupil(by_school, "Leo Gone", class_name="4R")
    Pupil.objects.filter(person=gone).update(left_on=timezone.localdate() - timedelta(1))
    factories.published(by_school, "parent")
    with queries_at_most(3):
        shown = classes_page(viewer=by, today=timezone.localdate())
    assert [(each.class_name, each.version_id, each.children_count) for each in shown.choices] == [
        ("5B", version.pk, 1)
    ]  # fmt: skip


def test_the_same_started_twice_is_one_session(by: Viewer, session: ClassSession, version: AgreementVersion) -> None:
    assert start_session(by=by, class_name="5B", version_id=version.pk) == session
    end_session(by=by, session_id=session.pk)
    assert start_session(by=by, class_name="5B", version_id=version.pk) != session
    assert Entry.objects.filter(action="agreement.class_started").count() == 2


@pytest.mark.parametrize("class_name", ["", "9Z", "x" * 21])
def test_a_class_that_is_not_there(by: Viewer, version: AgreementVersion, ada: Person, class_name: str) -> None:
    with pytest.raises(NoSuchClass):
        start_session(by=by, class_name=class_name, version_id=version.pk)


def test_an_agreement_that_is_not_for_a_class(by: Viewer, ada: Person) -> None:
    for version_id in (factories.published(ada.school).pk, uuid.uuid4()):
        with pytest.raises(NoSuchClass):
            start_session(by=by, class_name="5B", version_id=version_id)


def test_only_staff_hold_one(school: School, version: AgreementVersion, ada: Person) -> None:
    governor = factories.viewer(factories.person(school, "Leo Abara", Role.GOVERNOR))
    with pytest.raises(NotAllowed):
        start_session(by=governor, class_name="5B", version_id=version.pk)
    with pytest.raises(NotAllowed):
        classes_page(viewer=governor, today=timezone.localdate())


# --- tapping ---------------------------------------------------------------------------------------------------------


def test_a_tap_is_a_line_with_the_teacher_as_witness(by: Viewer, session: ClassSession, ada: Person) -> None:
    with queries_at_most(20):
        done = tap(by=by, session_id=session.pk, child_id=ada.pk, device="A whiteboard")
    row = done.signature
    assert (row.kind, row.signer_id, row.about_id, row.relation) == ("acknowledged", ada.pk, ada.pk, "self")
    assert (row.identified_by, row.identified_id, row.witness_id) == ("class", session.pk, by.person_id)
    assert row.device == "A whiteboard"
    assert Entry.objects.get(action="agreement.acknowledged").actor_id == by.user_id
    assert board(by, session) == {"Ada O": True, "Sam R": False}


def test_tapped_twice_is_one_line(by: Viewer, session: ClassSession, ada: Person) -> None:
    assert [tap(by=by, session_id=session.pk, child_id=ada.pk).is_new for _ in range(2)] == [True, False]
    assert Signature.objects.count() == 1


def test_a_child_of_another_class_or_nobody(by: Viewer, session: ClassSession, school: School) -> None:
    other = factories.pupil(school, "Kofi Olorun", class_name="4R")
    for child_id in (other.pk, uuid.uuid4(), by.person_id):
        with pytest.raises(NotInClass):
            tap(by=by, session_id=session.pk, child_id=child_id)
    assert not Signature.objects.exists()


def test_a_child_who_has_left_meanwhile(by: Viewer, session: ClassSession, ada: Person) -> None:
    Pupil.objects.filter(person=ada).update(left_on=timezone.localdate() - timedelta(1))
    with pytest.raises(NotInClass):
        tap(by=by, session_id=session.pk, child_id=ada.pk)
    assert board(by, session) == {"Sam R": False}


def test_nobody_taps_once_it_is_over(by: Viewer, session: ClassSession, ada: Person, sam: Person) -> None:
    tap(by=by, session_id=session.pk, child_id=ada.pk)
    with queries_at_most(4):
        end_session(by=by, session_id=session.pk)
    end_session(by=by, session_id=session.pk)
    with pytest.raises(SessionEnded):
        tap(by=by, session_id=session.pk, child_id=sam.pk)
    assert Signature.objects.count() == 1
    assert Entry.objects.filter(action="agreement.class_ended").count() == 1


def test_a_text_that_was_replaced_or_withdrawn_meanwhile(
    by: Viewer, session: ClassSession, ada: Person, version: AgreementVersion
) -> None:
    head = factories.viewer(factories.person(version.school, "Ada Bell", Role.HEAD_TEACHER))
    withdraw(by=head, version_id=version.pk)
    with pytest.raises(Withdrawn):
        tap(by=by, session_id=session.pk, child_id=ada.pk)
    factories.published(version.school, KS2, title="Newer")
    factories.published(version.school, KS2, title="Newest")
    second = AgreementVersion.objects.get(number=2)
    ClassSession.objects.filter(pk=session.pk).update(version=second)
    with pytest.raises(NewerVersion):
        tap(by=by, session_id=session.pk, child_id=ada.pk)
    assert not Signature.objects.exists()


def test_a_session_is_its_teachers_alone(session: ClassSession, ada: Person) -> None:
    other = factories.viewer(factories.person(session.school, "Kit Lowe", Role.STAFF))
    for act in (
        lambda: board_of(viewer=other, session_id=session.pk, today=timezone.localdate()),
        lambda: tap(by=other, session_id=session.pk, child_id=ada.pk),
        lambda: end_session(by=other, session_id=session.pk),
    ):
        with pytest.raises(ClassSession.DoesNotExist):
            act()


# --- the pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(teacher: Person) -> Client:
    return factories.log_in(teacher)


def test_from_the_list_to_the_end(browser: Client, version: AgreementVersion, ada: Person, sam: Person) -> None:
    listed = browser.get(reverse("aup:classes")).content.decode()
    assert "Class 5B" in listed
    assert "Olorun" not in listed
    started = browser.post(reverse("aup:classes"), {"class_name": "5B", "version": str(version.pk)})
    path = reverse("aup:class_session", args=[ClassSession.objects.get().pk])
    assert started["Location"] == path
    shown = browser.get(path).content.decode()
    assert "<title>Agreement in class - Online safety</title>" in shown
    assert "Ada O<" in shown
    assert "Olorun" not in shown
    assert "cannot be taken back" in shown
    device = {"REMOTE_ADDR": "203.0.113.7", "HTTP_USER_AGENT": "A whiteboard\x01" + "x" * 400}
    tapped = browser.post(path, {"child": str(ada.pk)}, **device)
    row = Signature.objects.get()
    assert (row.address, row.device) == ("203.0.113.7", ("A whiteboard" + "x" * 400)[:300])
    assert tapped["Location"] == f"{path}#names"
    shown = browser.get(path).content.decode()
    assert "1 of 2 have said yes" in shown
    assert str(ada.pk) not in shown, "who has tapped has no button"
    browser.post(reverse("aup:end_class_session", args=[ClassSession.objects.get().pk]))
    shown = browser.get(path).content.decode()
    assert "This session is over" in shown
    assert '<button type="submit" class="btn btn-quiet board-name"' not in shown
    late = browser.post(path, {"child": str(sam.pk)}, follow=True).content.decode()
    assert "nothing was put down" in late
    assert Signature.objects.count() == 1


def test_looking_at_the_board_costs_little(browser: Client, session: ClassSession) -> None:
    path = reverse("aup:class_session", args=[session.pk])
    browser.get(path)
    with queries_at_most(16):
        assert browser.get(path).status_code == 200


def test_what_makes_no_sense_changes_nothing(browser: Client, session: ClassSession) -> None:
    path = reverse("aup:class_session", args=[session.pk])
    assert browser.post(path, {"child": "nobody"}).status_code == 302
    assert browser.post(reverse("aup:classes"), {"class_name": "5B", "version": "none"}).status_code == 302
    refused = browser.post(reverse("aup:classes"), {"class_name": "9Z", "version": str(uuid.uuid4())}, follow=True)
    assert "Choose again from the list" in refused.content.decode()
    elsewhere = factories.pupil(session.school, "Kofi Olorun", class_name="4R")
    for child_id in (uuid.uuid4(), elsewhere.pk):
        told = browser.post(path, {"child": str(child_id)}, follow=True)
        assert (told.status_code, "not in the class any more" in told.content.decode()) == (200, True)
    assert browser.get(reverse("aup:class_session", args=[uuid.uuid4()])).status_code == 404
    assert not Signature.objects.exists()
