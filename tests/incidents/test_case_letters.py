"""Letters inside an incident: what they say to whoever may know of it and may not write, and twice over. Duty R11."""

import uuid
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from incidents.models import Conflict, ConflictWhy
from sanctions.models import Letter, LetterCopy
from schools.models import Guardian, Person
from schools.roles import Role
from tests import factories
from tests.access.incidents_letters import begun, sent, written
from tests.access.scene import World

READS = ("letter", "letter_edit", "letter_pdf")
WRITES = ("letter_edit", "letter_approve", "letter_discard")


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def draft(world: World) -> tuple[UUID, Letter]:
    incident_id, case = begun(world)
    return incident_id, written(factories.viewer(world.head), incident_id, case, template="come_in")


@pytest.fixture
def copy(world: World, draft: tuple[UUID, Letter]) -> tuple[UUID, LetterCopy]:
    incident_id, letter = draft
    return incident_id, sent(factories.viewer(world.head), incident_id, letter)


def post(who: Person, name: str, *args: Any, **data: str) -> HttpResponse:
    client: Client = factories.log_in(who)
    return client.post(reverse(f"incidents:{name}", args=args), data)  # type: ignore[return-value]


def said(who: Person, name: str, *args: Any) -> str:
    return factories.log_in(who).get(reverse(f"incidents:{name}", args=args)).content.decode()


def test_a_copy_that_is_said_to_be_posted_twice_was_posted_once(world: World, copy: tuple[UUID, LetterCopy]) -> None:
    incident_id, one = copy
    for _ in range(2):
        answer = post(world.jo, "letter_posted", incident_id, one.pk)
        assert (answer.status_code, answer["Location"]) == (
            302,
            reverse("incidents:letter", args=[incident_id, one.letter_id]),
        )
    one.refresh_from_db()
    assert one.posted_by == world.jo


def test_a_copy_for_whom_the_child_is_kept_from_is_not_posted(world: World, copy: tuple[UUID, LetterCopy]) -> None:
    incident_id, one = copy
    Guardian.objects.filter(guardian=world.parent).update(is_barred=True)
    client = factories.log_in(world.jo)
    page = client.post(reverse("incidents:letter_posted", args=[incident_id, one.pk]), follow=True)
    assert "may get this letter" in page.content.decode()
    one.refresh_from_db()
    assert one.posted_at is None


def test_whoever_only_reads_the_case_writes_no_letter_and_is_not_told_what_there_is(
    world: World, draft: tuple[UUID, Letter]
) -> None:
    incident_id, letter = draft
    missing = uuid.uuid4()
    for one in (letter.pk, missing):
        for name in WRITES:
            assert post(world.dsl, name, incident_id, one, edition="2").status_code == 403, name
        assert factories.log_in(world.dsl).get(
            reverse("incidents:letter_edit", args=[incident_id, one])
        ).status_code == 403  # fmt: skip
    for one in (letter.case_id, missing):
        assert post(world.dsl, "letter_draft", incident_id, one, template="come_in").status_code == 403
    assert post(world.dsl, "letter_posted", incident_id, missing).status_code == 403
    assert "Please come in" in said(world.dsl, "letter", incident_id, letter.pk)
    letter.refresh_from_db()
    assert (letter.edition, letter.approved_at, letter.discarded_at) == (2, None, None)


def test_whoever_drafts_does_not_approve(world: World, draft: tuple[UUID, Letter]) -> None:
    incident_id, letter = draft
    assert post(world.jo, "letter_approve", incident_id, letter.pk, edition="2").status_code == 403
    letter.refresh_from_db()
    assert letter.approved_at is None


def test_the_page_that_drafts_can_be_loaded_again(world: World, draft: tuple[UUID, Letter]) -> None:
    """Its address is that of a form: whoever loads it again is shown the letters, and nothing is written."""
    incident_id, letter = draft
    assert "Which letter?" in said(world.jo, "letter_draft", incident_id, letter.case_id)
    assert Letter.objects.count() == 1


@pytest.mark.parametrize("role", [Role.HEAD_TEACHER, Role.COORDINATOR])
def test_who_is_shut_out_of_the_case_is_shut_out_of_its_letters(
    world: World, draft: tuple[UUID, Letter], role: Role
) -> None:
    """The head teacher whose own child it is: letters are as little there as those that never were."""
    incident_id, letter = draft
    who = world.head if role == Role.HEAD_TEACHER else world.jo
    child = letter.case.person
    assert who.user
    client = factories.log_in(who)
    Conflict.objects.create(
        school=world.school, incident_id=incident_id, person=who, why=ConflictWhy.RELATIVE, since_revision=1
    )
    nowhere = client.get(f"/incidents/{uuid.uuid4()}/letters/{uuid.uuid4()}/")
    for name in READS:
        answer = client.get(reverse(f"incidents:{name}", args=[incident_id, letter.pk]))
        assert (answer.status_code, answer.content) == (404, nowhere.content), name
    for name in ("letters", "letter_draft"):
        answer = client.get(reverse(f"incidents:{name}", args=[incident_id, letter.case_id]))
        assert (answer.status_code, answer.content) == (404, nowhere.content), name
    for name in WRITES:
        assert client.post(
            reverse(f"incidents:{name}", args=[incident_id, letter.pk]), {"edition": "2"}
        ).status_code == 404, name  # fmt: skip
    assert child.given_name not in nowhere.content.decode()
