"""A school with the people who run it, and the two who look after the service."""

from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from django.test import Client

from schools.models import Person, School, User
from schools.roles import Role
from schools.viewer import AdministratorAt, Viewer
from tests import factories

_ROLES = {
    "head": (Role.STAFF, Role.HEAD_TEACHER),
    "chair": (Role.GOVERNOR, Role.CHAIR_OF_GOVERNORS),
    "vice": (Role.GOVERNOR, Role.VICE_CHAIR),
    "dsl": (Role.STAFF, Role.DSL),
    "office": (Role.STAFF, Role.SCHOOL_OFFICE),
    "coordinator": (Role.STAFF, Role.COORDINATOR),
    "teacher": (Role.STAFF,),
    "governor": (Role.GOVERNOR,),
    "parent": (Role.PARENT,),
}
_NAMES = {
    "head": "Nia Cole",
    "chair": "Leo Abara",
    "vice": "Ama Prend",
    "dsl": "Marc Oyel",
    "office": "Grace Pemb",
    "coordinator": "Jo Marsh",
    "teacher": "Tom Adey",
    "governor": "Mei Hart",
    "parent": "Dan Olor",
}


@dataclass
class Team:
    """One school. People are made when they are first asked for."""

    school: School
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, key: str) -> Person:
        if key not in self.people:
            self.people[key] = factories.person(self.school, _NAMES[key], *_ROLES[key])
        return self.people[key]

    def viewer(self, key: str) -> Viewer:
        return factories.viewer(self.person(key))

    def client(self, key: str) -> Client:
        return factories.log_in(self.person(key))

    def user(self, key: str) -> User:
        user = self.person(key).user
        assert user is not None
        return user

    @cached_property
    def pupil(self) -> Person:
        return factories.pupil(self.school)


def administrator(name: str = "admin") -> User:
    """A service administrator."""
    return User.objects.create_superuser(f"{name}@example.org", "a-long-enough-password")


def at(user: User, school_id: UUID) -> AdministratorAt:
    """The same, at work for a school."""
    return AdministratorAt(user.pk, user.email, school_id)
