"""The principals: everybody who could stand before a door of the service, with or without a right to.

Two schools with the same name of everything. A persona is somebody's log-in (or none), and the case that its rows
of the matrix ask for where a route speaks of one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from schools.roles import Role

RIVERBANK, HILLSIDE = "riverbank", "hillside"


@dataclass(frozen=True, slots=True)
class Persona:
    """Who is asking. ``as_of``: the persona whose log-in this is, where one log-in plays two parts."""

    key: str
    sentence: str
    roles: frozenset[Role] = frozenset()
    school: str = RIVERBANK
    case: str = ""
    as_of: str = ""
    has_left: bool = False
    is_service_administrator: bool = False

    @property
    def login(self) -> str:
        """The persona whose log-in is used."""
        return self.as_of or self.key

    @property
    def logs_in(self) -> bool:
        """Whether there is a log-in at all."""
        return bool(self.roles or self.has_left or self.is_service_administrator)

    @property
    def is_member(self) -> bool:
        """Whether the log-in leads into a school today."""
        return bool(self.roles) and not self.has_left


def _staff(key: str, sentence: str, *posts: Role, **more: str) -> Persona:
    return Persona(key, sentence, frozenset({Role.STAFF, *posts}), **more)


def _governor(key: str, sentence: str, *posts: Role, **more: str) -> Persona:
    return Persona(key, sentence, frozenset({Role.GOVERNOR, *posts}), **more)


PERSONAS: tuple[Persona, ...] = (
    Persona("anonymous", "nobody is logged in"),
    Persona("officer", "the authority's officer, with a link that lives"),
    Persona("old_link", "whoever found a link that has expired"),
    Persona("pupil", "a pupil", frozenset({Role.PUPIL})),
    Persona("parent", "a parent", frozenset({Role.PARENT})),
    Persona("barred_parent", "a parent who is kept from the child", frozenset({Role.PARENT})),
    Persona("visitor", "a visitor", frozenset({Role.VISITOR})),
    _staff("staff", "a teacher, who reported the cases"),
    _staff(
        "subject_staff",
        "a second deputy of the safeguarding lead, subject of a case",
        Role.DEPUTY_DSL,
        case="about_staff",
    ),
    _staff("senco", "the SENCO", Role.SENCO),
    _staff("network_manager", "the IT manager", Role.NETWORK_MANAGER),
    _staff("school_office", "the school office", Role.SCHOOL_OFFICE),
    _staff("coordinator", "the online safety co-ordinator", Role.COORDINATOR),
    _staff(
        "subject_coordinator",
        "the same, subject of a case",
        Role.COORDINATOR,
        case="about_coordinator",
        as_of="coordinator",
    ),
    _staff("dsl", "the safeguarding lead", Role.DSL),
    _staff("deputy_dsl", "the deputy", Role.DEPUTY_DSL),
    Persona(
        "related_deputy",
        "a third deputy, whose own child is the pupil in most cases",
        frozenset({Role.STAFF, Role.PARENT, Role.DEPUTY_DSL}),
    ),
    _staff("head", "the head teacher", Role.HEAD_TEACHER),
    _staff("subject_head", "the same, subject of a case", Role.HEAD_TEACHER, case="about_head", as_of="head"),
    _governor("governor", "a governor"),
    _governor("safeguarding_governor", "the safeguarding governor", Role.SAFEGUARDING_GOVERNOR),
    _governor("resources_chair", "the chair of the resources committee", Role.RESOURCES_CHAIR, case="about_staff"),
    _governor("chair", "the chair of governors, for a case about the head", Role.CHAIR_OF_GOVERNORS, case="about_head"),
    _governor(
        "subject_chair", "the same, subject of a case", Role.CHAIR_OF_GOVERNORS, case="about_chair", as_of="chair"
    ),
    _governor("vice_chair", "the vice chair, for a case about the chair", Role.VICE_CHAIR, case="about_chair"),
    _staff("other_coordinator", "the co-ordinator of another school", Role.COORDINATOR, school=HILLSIDE),
    Persona("ex_staff", "a co-ordinator who has left", frozenset({Role.STAFF, Role.COORDINATOR}), has_left=True),
    Persona("sysadmin", "the service administrator", school="", is_service_administrator=True),
    Persona(
        "emergency_reader",
        "a service administrator for whom an emergency was opened",
        frozenset({Role.EMERGENCY_READER}),
        is_service_administrator=True,
    ),
)
BY_KEY = {persona.key: persona for persona in PERSONAS}

# Who is meant by a word of the tables. By role, and said here once more on purpose: nothing follows from GRANTS.
GROUPS: dict[str, frozenset[Role]] = {
    "fairness_reader": frozenset(
        {Role.HEAD_TEACHER, Role.CHAIR_OF_GOVERNORS, Role.SAFEGUARDING_GOVERNOR, Role.GOVERNOR}
    ),
    "staff_member": frozenset({Role.STAFF}),
    "reader": frozenset(
        {
            Role.COORDINATOR,
            Role.DSL,
            Role.DEPUTY_DSL,
            Role.HEAD_TEACHER,
            Role.CHAIR_OF_GOVERNORS,
            Role.VICE_CHAIR,
            Role.EMERGENCY_READER,
        }
    ),
    "writer": frozenset({Role.STAFF, Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR}),
    "the_head": frozenset({Role.HEAD_TEACHER}),
    "handler": frozenset(
        {
            Role.COORDINATOR,
            Role.DSL,
            Role.DEPUTY_DSL,
            Role.HEAD_TEACHER,
            Role.CHAIR_OF_GOVERNORS,
            Role.VICE_CHAIR,
        }
    ),
    "recorder": frozenset({Role.COORDINATOR}),
    "exporter": frozenset({Role.COORDINATOR, Role.HEAD_TEACHER}),
    "manager": frozenset({Role.COORDINATOR, Role.HEAD_TEACHER}),
    "confirmer": frozenset({Role.COORDINATOR, Role.HEAD_TEACHER, Role.CHAIR_OF_GOVERNORS}),
    "overseer": frozenset({Role.HEAD_TEACHER, Role.CHAIR_OF_GOVERNORS}),
    "people_manager": frozenset({Role.HEAD_TEACHER, Role.SCHOOL_OFFICE}),
    "appointer": frozenset({Role.HEAD_TEACHER, Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR}),
    "ender": frozenset({Role.HEAD_TEACHER, Role.SCHOOL_OFFICE, Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR}),
    "campaigner": frozenset({Role.COORDINATOR, Role.SCHOOL_OFFICE}),
    "no_access_reader": frozenset({Role.COORDINATOR, Role.NETWORK_MANAGER}),
    "coverage_reader": frozenset({Role.COORDINATOR, Role.HEAD_TEACHER, Role.SCHOOL_OFFICE}),
    "policy_reader": frozenset({Role.STAFF, Role.GOVERNOR}),
    "signer": frozenset({Role.STAFF, Role.GOVERNOR, Role.PUPIL, Role.PARENT, Role.VISITOR}),
    "copy_keeper": frozenset({Role.COORDINATOR, Role.HEAD_TEACHER}),
    "desk": frozenset({Role.COORDINATOR, Role.SCHOOL_OFFICE}),
    "signature_reader": frozenset({Role.COORDINATOR, Role.HEAD_TEACHER}),
    "paper_keeper": frozenset({Role.COORDINATOR, Role.SCHOOL_OFFICE}),
    "measure_reader": frozenset({Role.HEAD_TEACHER, Role.NETWORK_MANAGER}),
    "drafter": frozenset({Role.COORDINATOR, Role.HEAD_TEACHER, Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR}),
    "approver": frozenset({Role.HEAD_TEACHER, Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR}),
    "editor": frozenset({Role.COORDINATOR, Role.HEAD_TEACHER}),
}
ADMINISTRATORS = "administrator"


def is_one_of(persona: Persona, words: Iterable[str]) -> bool:
    """Whether a persona is meant by one of these words: its own key, or a group that one of its roles is in."""
    return any(
        persona.is_service_administrator
        if word == ADMINISTRATORS
        else persona.key == word
        if word in BY_KEY
        else persona.is_member and not persona.roles.isdisjoint(GROUPS[word])
        for word in words
    )
