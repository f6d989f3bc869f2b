"""What the filled demonstration holds."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from dispatch.models import Attempt, Document, Message
from incidents.demo.writing import MISTYPED_ADDRESS
from incidents.models import Incident, Status
from schools.demo_cast import CAST, DEMO_PASSWORD, DOMAIN, SCHOOLS, cast_member
from schools.demo_people import CLASSES, STAFF_COUNT, school_id_of
from schools.models import PackAdoption, Person, Pupil, School, StaffRecord, Term, User
from schools.sealing import unseal
from schools.selectors import viewer_for


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
    assert here.filter(status=Status.REPORTED).count() == 3, "new concerns to triage"
    running = here.filter(status=Status.RECORDED)
    assert running.filter(due_at__gt=now, due_at__lt=now + timedelta(hours=24)).count() == 2
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
    assert not Document.objects.filter(drawn_at=None).exists()
    for message in Message.objects.select_related("document"):
        assert message.mime_sealed is not None
        assert message.message_id.encode() in unseal(message.mime_sealed)
        assert message.document.created_at < message.document.drawn_at <= message.composed_at


def test_a_subject_does_not_see_the_case_and_others_do(seeded: None) -> None:
    about_deputy = Incident.objects.get(
        involvements__person__email="deputy@demo.example.org", involvements__part="subject"
    )
    seen_by = {}
    for key in ("coordinator", "head", "dsl", "deputy", "coordinator2"):
        person = Person.objects.get(email=f"{key}@demo.example.org")
        assert person.user_id is not None
        viewer = viewer_for(user_id=person.user_id, today=timezone.localdate())
        assert viewer is not None
        seen_by[key] = Incident.objects.visible_to(viewer).filter(pk=about_deputy.pk).exists()
    assert seen_by == {"coordinator": True, "head": True, "dsl": True, "deputy": False, "coordinator2": False}


def test_everybody_logs_in_with_the_password(seeded: None) -> None:
    assert {user.email for user in User.objects.filter(email__endswith=DOMAIN)} == {each.email for each in CAST}
    for each in (cast_member("teacher"), cast_member("coordinator2"), cast_member("admin")):
        assert Client().login(username=each.email, password=DEMO_PASSWORD)


def test_only_the_administrator_reaches_the_administration(seeded: None) -> None:
    assert [user.email for user in User.objects.filter(is_staff=True)] == [f"admin@{DOMAIN}"]
    assert not User.objects.get(email=f"admin@{DOMAIN}").people.exists(), "and belongs to no school"


def test_others_on_the_staff_list_have_no_password(seeded: None) -> None:
    others = User.objects.exclude(email__endswith=DOMAIN)
    assert others.count() > 40
    assert not any(user.has_usable_password() for user in others)
