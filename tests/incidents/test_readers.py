"""Who has read a case stands on its timeline, for those who answer for who needs to know. Duty D1 (CM 3.2)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import services as audit
from incidents.models import Incident
from incidents.selectors.readers import READINGS_SHOWN, readings_of
from schools.models import Person, School
from schools.roles import GRANTS, Permission, Role
from tests import factories
from tests.factories.queries import queries_at_most
from tests.incidents.sent import drawn, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


@pytest.fixture
def jo(of: School) -> Person:
    return factories.coordinator(of)


def page(client: Client, incident: Incident) -> str:
    return client.get(reverse("incidents:incident", args=[incident.pk])).content.decode()


def read_lines(text: str) -> list[str]:
    """Who and how often, of the timeline's lines about reading."""
    items = re.findall(r"<li>(.*?)</li>", text.partition('id="timeline"')[2], re.S)
    lines = [re.sub(r"<time.*?</time>|<[^>]+>", " ", item, flags=re.S) for item in items]
    return [" ".join(line.split()) for line in lines if line.split()[:1] == ["Read"]]


def test_reading_is_shown_a_line_for_each_person_and_day(of: School, jo: Person) -> None:
    made = factories.incident(factories.viewer(jo))
    head = factories.log_in(factories.person(of, "Ada Bell", Role.HEAD_TEACHER))
    assert read_lines(page(head, made)) == []
    page(head, made)
    page(factories.log_in(jo), made)
    assert read_lines(page(head, made)) == ["Read , Jo Marsh", "Read , Ada Bell 2 times that day."]


def test_yesterday_is_another_line(jo: Person) -> None:
    by = factories.viewer(jo)
    made = factories.incident(by)
    for at in (timezone.now() - timedelta(days=1), timezone.now()):
        audit.record("incident.opened", school_id=by.school_id, actor_id=by.user_id, object_id=made.pk, at=at)
    lines = readings_of(viewer=by, incident_id=made.pk, document_ids=())
    assert [(each.who, each.note) for each in lines] == [("Jo Marsh", "")] * 2
    assert lines[0].at > lines[1].at


def test_every_way_of_reading_counts(jo: Person) -> None:
    by = factories.viewer(jo)
    made, message = sent(by)
    drawn(message)
    client = factories.log_in(jo)
    for name, args in (
        ("incident", []), ("version", [1]), ("record", ["action"]), ("json", [1]), ("pdf", [1]), ("evidence_add", []),
        ("check", []),
    ):  # fmt: skip
        client.get(reverse(f"incidents:{name}", args=[made.pk, *args]))
    lines = readings_of(viewer=by, incident_id=made.pk, document_ids=[message.document_id])
    assert [(each.who, each.note) for each in lines] == [("Jo Marsh", "7 times that day.")]


@pytest.mark.parametrize("role", sorted(set(GRANTS[Permission.READ_INCIDENTS])))
def test_only_those_entitled_see_it(of: School, jo: Person, role: Role) -> None:
    reader, other = (factories.person(of, name, role) for name in ("Ada Bell", "Max Moss"))
    about = {Role.CHAIR_OF_GOVERNORS: "head_teacher", Role.VICE_CHAIR: "chair_of_governors"}.get(role, "")
    made = factories.report(factories.viewer(factories.person(of, "Robin Vale", Role.STAFF)), about=about)
    page(factories.log_in(other if about else jo), made)
    reader = factories.log_in(reader)
    seen = read_lines(page(reader, made))
    assert bool(seen) == (role in GRANTS[Permission.SEE_READERS]), role


def test_readers_of_another_case_and_another_school_are_not_there(of: School, jo: Person) -> None:
    by = factories.viewer(jo)
    made, other = factories.incident(by), factories.incident(by)
    elsewhere = factories.viewer(factories.coordinator(factories.school("Hillside")))
    audit.record("incident.opened", school_id=of.pk, actor_id=by.user_id, object_id=other.pk)
    audit.record("incident.opened", school_id=elsewhere.school_id, actor_id=elsewhere.user_id, object_id=made.pk)
    audit.record("incident.corrected", school_id=of.pk, actor_id=by.user_id, object_id=made.pk)
    assert readings_of(viewer=by, incident_id=made.pk, document_ids=()) == ()


def test_somebody_without_a_name_here_came_by_emergency_access(jo: Person) -> None:
    by = factories.viewer(jo)
    made = factories.incident(by)
    stranger = factories.person(factories.school("Hillside"), "Max Stranger", Role.STAFF)
    audit.record("incident.opened", school_id=by.school_id, actor_id=stranger.user_id, object_id=made.pk)
    (line,) = readings_of(viewer=by, incident_id=made.pk, document_ids=())
    assert line.who == "somebody with emergency access"


def test_it_stays_short_and_cheap(jo: Person) -> None:
    by = factories.viewer(jo)
    made = factories.incident(by)
    # At noon, or two of these may be on one day when summer time ends.
    now = timezone.now().replace(hour=12)
    for number in range(READINGS_SHOWN + 5):
        audit.record(
            "incident.opened", school_id=by.school_id, actor_id=by.user_id, object_id=made.pk,
            at=now - timedelta(days=number),
        )  # fmt: skip
    with queries_at_most(3):
        lines = readings_of(viewer=by, incident_id=made.pk, document_ids=())
    assert len(lines) == READINGS_SHOWN
    assert lines[-1].note == "Earlier readings are kept in the audit trail."
    assert all(each.note == "" for each in lines[:-1])
