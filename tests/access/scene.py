"""A school with everybody and everything that a page may be asked for, made when it is first needed."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.test import Client
from django.urls import reverse

from dispatch.links import hash_of, new_token
from dispatch.models import Message
from incidents.models import Incident
from incidents.services import closing, sending
from incidents.services.evidence import add_evidence
from incidents.services.reporting import save_report_draft
from schools.models import Person, School, User
from schools.roles import Role
from schools.viewer import AdministratorAt, Viewer
from tests import factories
from tests.incidents.sent import drawn, in_state, sent, write_outcome


@dataclass
class World:
    """A school with a co-ordinator, a teacher and a head teacher, and cases in every state, made when asked for."""

    school: School = field(default_factory=factories.school)

    @cached_property
    def jo(self) -> Person:
        return factories.coordinator(self.school)

    @cached_property
    def teacher(self) -> Person:
        return factories.person(self.school, "Robin Vale", Role.STAFF)

    @cached_property
    def head(self) -> Person:
        return factories.person(self.school, "Ada Bell", Role.HEAD_TEACHER)

    @cached_property
    def chair(self) -> Person:
        return factories.person(self.school, "Leo Abara", Role.CHAIR_OF_GOVERNORS)

    @cached_property
    def dsl(self) -> Person:
        return factories.person(self.school, "Marc Oyel", Role.DSL)

    @cached_property
    def parent(self) -> Person:
        return factories.person(self.school, "Dan Olor", Role.PARENT)

    @cached_property
    def pupil(self) -> Person:
        return factories.pupil(self.school)

    @cached_property
    def one(self) -> User:
        return _administrator("one")

    @cached_property
    def two(self) -> User:
        return _administrator("two")

    def at_work(self, who: User) -> AdministratorAt:
        """A service administrator at work for this school."""
        return AdministratorAt(who.pk, who.email, self.school.pk)

    @property
    def by(self) -> Viewer:
        return factories.viewer(self.jo)

    @cached_property
    def open(self) -> Incident:
        return factories.incident(self.by)

    @cached_property
    def sent(self) -> tuple[Incident, Message]:
        made, message = sent(self.by)
        drawn(message)
        return made, message

    @cached_property
    def failed(self) -> tuple[Incident, Message]:
        made, message = self.sent
        return made, in_state(message, "failed", problem="busy", handed_over_at=message.created_at)

    @cached_property
    def to_close(self) -> Incident:
        made, message = self.sent
        in_state(message, "accepted", accepted_at=message.created_at)
        made = write_outcome(self.by, made)
        message = update(self.by, made)
        in_state(message, "accepted", accepted_at=message.created_at)
        return made

    @cached_property
    def closed(self) -> Incident:
        closing.close(by=self.by, incident_id=self.to_close.pk)
        return self.to_close

    @cached_property
    def draft(self) -> uuid.UUID:
        made = uuid.uuid4()
        save_report_draft(by=factories.viewer(self.teacher), incident_id=made, content={"typed": {}})
        return made

    @cached_property
    def reported(self) -> Incident:
        return factories.report(factories.viewer(self.teacher))

    @cached_property
    def evidence(self) -> uuid.UUID:
        return add_evidence(by=self.by, incident_id=self.open.pk, filename="note.txt", content=b"A note.").pk

    @cached_property
    def token(self) -> str:
        token = new_token()
        _, message = self.sent
        now = message.created_at
        in_state(
            message, "accepted", accepted_at=now, mime_sealed=b"x", composed_at=now, token_hash=hash_of(token),
            token_expires_at=now.replace(year=now.year + 1),
        )  # fmt: skip
        return token


def _administrator(name: str) -> User:
    return User.objects.create(email=f"{name}@service.example.org", password="!", is_staff=True)


def update(by: Viewer, made: Incident) -> Message:
    """The newest version, sent as well."""
    made.refresh_from_db()
    return sending.finalise(by=by, incident_id=made.pk, version=made.revision)


@dataclass
class Ask:
    """One request: who asks, for which page, and with which form where it is a POST."""

    who: Person | User | None
    name: str
    args: list[Any] = field(default_factory=list)
    data: dict[str, Any] | None = None

    @cached_property
    def client(self) -> Client:
        """The browser of whoever asks, logged in when it is first used."""
        user = self.who.user if isinstance(self.who, Person) else self.who
        client = factories.log_in_user(user) if user else Client()
        client.raise_request_exception = False
        return client

    def send(self) -> Any:
        """The answer, whatever its status."""
        path = reverse(self.name, args=self.args)
        return self.client.get(path) if self.data is None else self.client.post(path, self.data)


def about_open(name: str, *more: Any, data: dict[str, Any] | None = None) -> Callable[[World], Ask]:
    return lambda world: Ask(world.jo, name, [world.open.pk, *more], data)


Example = Callable[[World], Ask]
