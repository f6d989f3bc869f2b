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
    Role.VICE_CHAIR,
    Role.SAFEGUARDING_GOVERNOR,
    Role.RESOURCES_CHAIR,
    Role.SENCO,
    Role.NETWORK_MANAGER,
    Role.SCHOOL_OFFICE,
    Role.STAFF,
    Role.GOVERNOR,
    Role.PARENT,
    Role.PUPIL,
    Role.VISITOR,
    Role.EMERGENCY_READER,
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


@dataclass(frozen=True, slots=True)
class Administrator:
    """A service administrator. Belongs to no school by that and sees no row of one."""

    user_id: UUID
    email: str

    @property
    def roles(self) -> frozenset[Role]:
        """Always the same one."""
        return frozenset({Role.SERVICE_ADMINISTRATOR})

    def may(self, permission: Permission) -> bool:
        """Whether the role grants this."""
        return may(self.roles, permission)

    def must(self, permission: Permission) -> None:
        """Raises NotAllowed unless the role grants this."""
        if not self.may(permission):
            raise NotAllowed

    def at(self, school_id: UUID) -> "AdministratorAt":
        """The same one, at work for this school."""
        return AdministratorAt(self.user_id, self.email, school_id)

    # What the head of a page shows of whoever is there, as a Viewer does.
    @property
    def display_name(self) -> str:
        """The log-in: administrators are nobody in particular to a school."""
        return self.email

    @property
    def school_name(self) -> str:
        """Where they are."""
        return "Service administration"

    @property
    def role_label(self) -> str:
        """What they are."""
        return ROLE_NAMES[Role.SERVICE_ADMINISTRATOR]

    @property
    def may_search(self) -> bool:
        """Never: there is nothing of a school to be found."""
        return False

    @property
    def has_several_schools(self) -> bool:
        """Never: see ``schools.switch`` for whoever belongs to schools besides."""
        return False


@dataclass(frozen=True, slots=True)
class AdministratorAt(Administrator):
    """A service administrator at work for one school, such as a new one."""

    school_id: UUID
