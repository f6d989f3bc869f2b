"""What the filled demonstration holds."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dispatch.models import Attempt, Document, Message
from incidents.demo.queueing import MISTYPED_ADDRESS
from incidents.models import Advice, Handover, Incident, Status, Told
from schools.demo_cast import CAST, DEMO_PASSWORD, DOMAIN, SCHOOLS, cast_member
from schools.demo_people import CLASSES, STAFF_COUNT, demo_id, school_id_of
from schools.models import Appointment, PackAdoption, Person, Post, Pupil, School, StaffRecord, Term, User
from schools.roles import Role
from schools.sealing import unseal
from schools.selectors import relatives, viewer_for
from schools.viewer import Viewer
from tests import factories

pytestmark = pytest.mark.xdist_group("demo")


def test_the_schools_are_whole(seeded: None) -> None:
    for each in SCHOOLS:
        school = School.objects.get(pk=school_id_of(each))
        assert school.has_passphrase
        assert PackAdoption.objects.get(school=school).pack_code == each.pack_code
        assert StaffRecord.objects.filter(school=school).count() == STAFF_COUNT[each.key]
        assert Pupil.objects.filter(school=school).count() == sum(count for _, _, count in CLASSES[each.key])
        assert Term.objects.filter(school=school, starts_on__lte=timezone.localdate()).count() >= 2


def test_what_waits_today_is_there(seeded: None) -> None:
    now = timezone.now()
    here = Incident.objects.filter(school_id=school_id_of(SCHOOLS[0]))
    new = here.filter(status=Status.REPORTED).values_list("handler_post", flat=True)
    assert sorted(new) == ["chair_of_governors", *["coordinator"] * 3, "head_teacher"], "new concerns to triage"
    running = here.filter(status=Status.RECORDED)
    assert running.filter(due_at__gt=now, due_at__lt=now + timedelta(hours=24)).count() == 3
    assert running.filter(due_at__lt=now).count() == 1
    assert {each.status for each in Incident.objects.all()} == set(Status.values)


def test_mails_are_in_every_state_that_lasts(seeded: None) -> None:
    states = [each.state for each in Message.objects.all()]
    assert set(states) == {"accepted", "acknowledged", "failed", "uncertain"}
    assert states.count("failed") == states.count("uncertain") == 1
    failed = Message.objects.get(state="failed")
    assert failed.to_address == MISTYPED_ADDRESS
    assert failed.problem == "address_refused"
    assert Attempt.objects.get(message=failed).smtp_code == 550
    uncertain = Message.objects.get(state="uncertain")
    assert uncertain.repeated, "so it waits for a person and is not sent again by itself"
    assert Attempt.objects.filter(message=uncertain).count() == 2


def test_every_mail_is_whole(seeded: None) -> None:
    # The copies of signed agreements are drawn by the worker once it runs.
    assert not Document.objects.filter(drawn_at=None).exclude(kind="agreement").exists()
    for message in Message.objects.select_related("document"):
        assert message.mime_sealed is not None
        assert message.message_id.encode() in unseal(message.mime_sealed)
        assert message.document.created_at < message.document.drawn_at <= message.composed_at


CAST_OF_RIVERBANK = [each.key for each in CAST if each.school == "riverbank"]


def viewer_of(key: str) -> Viewer:
    viewer = viewer_for(user_id=User.objects.get(email=f"{key}@{DOMAIN}").pk, today=timezone.localdate())
    assert viewer is not None
    return viewer


@pytest.mark.parametrize(
    ("story", "handler", "readers"),
    [
        ("now-new-phone", "coordinator", "coordinator head dsl deputy"),
        ("mentor-follow-request", "head", "head coordinator"),
        ("shared-door-code", "head", "head coordinator"),
        ("heads-summer-picture", "chair", "chair"),
        ("chairs-fair-pictures", "vice", "vice"),
        ("now-told-the-head-alone", "head", "head"),
        ("staff-member-rated", "head", "head"),
        ("brothers-videos", "dsl", "coordinator head dsl deputy"),
    ],
)
def test_each_case_is_known_to_those_it_was_routed_to_and_to_nobody_else(
    seeded: None, story: str, handler: str, readers: str
) -> None:
    case = Incident.objects.get(pk=demo_id("riverbank", "incident", story))
    viewers = {key: viewer_of(key) for key in CAST_OF_RIVERBANK}
    seeing = {key for key, each in viewers.items() if Incident.objects.visible_to(each).filter(pk=case.pk).exists()}
    running = {key for key, each in viewers.items() if Incident.objects.run_by(each).filter(pk=case.pk).exists()}
    assert (running, seeing) == ({handler}, set(readers.split()))
    assert not Incident.objects.visible_to(viewer_of("coordinator2")).filter(pk=case.pk).exists()


def test_the_head_finds_no_trace_of_the_case_about_the_head_and_the_chair_finds_it(seeded: None) -> None:
    head, chair = (
        factories.log_in_user(User.objects.get(email=f"{key}@{DOMAIN}"), Client()) for key in ("head", "chair")
    )
    case = Incident.objects.get(pk=demo_id("riverbank", "incident", "heads-summer-picture"))
    for address in ("/", "/incidents/"):
        page = head.get(address).content.decode()
        assert case.reference not in page
        assert str(case.pk) not in page
    assert head.get(f"/incidents/{case.pk}/").status_code == 404
    assert str(case.pk) in chair.get("/").content.decode()
    assert chair.get(f"/incidents/{case.pk}/").status_code == 200


def test_decisions_about_advice_are_on_record(seeded: None) -> None:
    """Every closed case that needs one has one, and those the stories tell of are there."""
    given = {(each.incident_id, each.kind) for each in Advice.objects.all()}
    for case in Incident.objects.filter(status=Status.CLOSED):
        needed = [
            kind for kind, is_needed in (("lado", case.needs_lado), ("police", case.needs_police_advice)) if is_needed
        ]
        assert {(case.pk, kind) for kind in needed} <= given
    assert {kind for _, kind in given} == {"lado", "police"}


def test_one_case_was_handed_on_and_its_history_kept(seeded: None) -> None:
    handed = Handover.objects.get(why="handed_on")
    assert handed.incident_id == demo_id("riverbank", "incident", "brothers-videos")
    assert (handed.from_post, handed.to_post) == ("coordinator", "dsl")
    assert handed.reason


def test_the_resources_chair_is_told_of_staff_cases_and_no_more(seeded: None) -> None:
    resources = viewer_of("resources")
    told = Told.objects.visible_to(resources)
    stories = ("mentor-follow-request", "shared-door-code")
    assert {each.incident_id for each in told} == {demo_id("riverbank", "incident", story) for story in stories}
    assert {each.kind for each in told} == {"fact"}


def test_everybody_logs_in_with_the_password(seeded: None) -> None:
    assert {user.email for user in User.objects.filter(email__endswith=DOMAIN)} == {each.email for each in CAST}
    for each in (cast_member("teacher"), cast_member("coordinator2"), cast_member("admin")):
        assert Client().login(email=each.email, password=DEMO_PASSWORD)


def test_two_administrators_look_after_the_service_and_belong_to_no_school(seeded: None) -> None:
    administrators = User.objects.filter(is_staff=True)
    assert {user.email for user in administrators} == {f"admin@{DOMAIN}", f"admin2@{DOMAIN}"}
    assert not any(user.people.exists() for user in administrators)


def test_a_post_waits_for_a_second_person_and_one_is_over(seeded: None) -> None:
    waiting = Appointment.objects.get()
    assert (waiting.state, waiting.post, waiting.requested_by.email) == ("waiting", "deputy_dsl", f"head@{DOMAIN}")
    assert waiting.person.email == f"senco@{DOMAIN}"
    former = Post.objects.get(ends_on__lt=timezone.localdate())
    assert former.post == Role.COORDINATOR


def test_the_parent_s_two_children_are_put_down_as_such(seeded: None) -> None:
    parent = Person.objects.get(email=f"parent@{DOMAIN}")
    children = relatives(parent.school_id)[parent.pk]
    assert {person.family_name for person in Person.objects.filter(pk__in=children)} == {"Olorun"}
    assert len(children) == 2


def test_others_on_the_staff_list_have_no_password(seeded: None) -> None:
    others = User.objects.exclude(email__endswith=DOMAIN)
    assert others.count() > 40
    assert not any(user.has_usable_password() for user in others)
