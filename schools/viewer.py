"""Who is asking: made once a request (or once a task) and handed down as ``viewer=`` or ``by=``."""

from dataclasses import dataclass
from uuid import UUID

from schools.roles import ROLE_NAMES, Permission, Role, may

_FOREMOST = (
    Role.COORDINATOR,
    Role.HEAD_TEACHER,
    Role.DSL,
    Role.DEPUTY_DSL,
    Role.CHAIR_OF_GOVERNORS,
    Role.NETWORK_MANAGER,
    Role.SCHOOL_OFFICE,
    Role.STAFF,
    Role.GOVERNOR,
    Role.PARENT,
    Role.PUPIL,
)


class NotAllowed(PermissionError):
    """The viewer may know of the thing but may not do this to it."""

    def __init__(self) -> None:
        super().__init__("You cannot do this with your role at this school.")


@dataclass(frozen=True, slots=True)
class Viewer:
    """A user inside one school, with the roles held there today."""

    user_id: UUID
    school_id: UUID
    person_id: UUID
    display_name: str
    school_name: str
    roles: frozenset[Role]
    has_several_schools: bool = False

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles grants this."""
        return may(self.roles, permission)

    def must(self, permission: Permission) -> None:
        """Raises NotAllowed unless one of the roles grants this."""
        if not self.may(permission):
            raise NotAllowed

    @property
    def role_label(self) -> str:
        """The role that stands for this person in the header."""
        for role in _FOREMOST:
            if role in self.roles:
                return ROLE_NAMES[role]
        return ""

    @property
    def may_search(self) -> bool:
        """Whether the search of the log is shown."""
        return self.may(Permission.READ_INCIDENTS)
