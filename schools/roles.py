"""THE table of who may do what. One line a grant, with the duty it serves.

Coarse for now: what a role may do inside its own school. Who may know of one case is decided in ``incidents.access``.
"""

from enum import StrEnum


class Role(StrEnum):
    """What somebody is to a school: a membership, or a post that the school gave to a person."""

    STAFF = "staff"
    COORDINATOR = "coordinator"
    DSL = "dsl"
    DEPUTY_DSL = "deputy_dsl"
    HEAD_TEACHER = "head_teacher"
    NETWORK_MANAGER = "network_manager"
    SCHOOL_OFFICE = "school_office"
    GOVERNOR = "governor"
    CHAIR_OF_GOVERNORS = "chair_of_governors"
    PARENT = "parent"
    PUPIL = "pupil"


ROLE_NAMES: dict[Role, str] = {
    Role.STAFF: "staff",
    Role.COORDINATOR: "online safety co-ordinator",
    Role.DSL: "designated safeguarding lead",
    Role.DEPUTY_DSL: "deputy safeguarding lead",
    Role.HEAD_TEACHER: "head teacher",
    Role.NETWORK_MANAGER: "network manager",
    Role.SCHOOL_OFFICE: "school office",
    Role.GOVERNOR: "governor",
    Role.CHAIR_OF_GOVERNORS: "chair of governors",
    Role.PARENT: "parent or carer",
    Role.PUPIL: "pupil",
}
MEMBERSHIP_ROLES = (Role.STAFF, Role.GOVERNOR, Role.PARENT, Role.PUPIL)
POSTS = (
    Role.COORDINATOR,
    Role.HEAD_TEACHER,
    Role.DSL,
    Role.DEPUTY_DSL,
    Role.NETWORK_MANAGER,
    Role.SCHOOL_OFFICE,
    Role.CHAIR_OF_GOVERNORS,
)


class Permission(StrEnum):
    """One thing that can be done."""

    REPORT_INCIDENT = "report_incident"
    SEE_OWN_REPORTS = "see_own_reports"
    READ_INCIDENTS = "read_incidents"
    RECORD_INCIDENTS = "record_incidents"
    SEND_INCIDENTS = "send_incidents"
    EXPORT_INCIDENTS = "export_incidents"
    MANAGE_SCHOOL = "manage_school"
    READ_POLICY = "read_policy"


GRANTS: dict[Permission, dict[Role, str]] = {
    Permission.REPORT_INCIDENT: {Role.STAFF: "R1 (CC 4.1, CM 4.1): any member of staff"},
    Permission.SEE_OWN_REPORTS: {Role.STAFF: "R1: the reporter sees that it was picked up, not what was decided"},
    Permission.READ_INCIDENTS: {
        Role.COORDINATOR: "R1, R8 (CC 4.1, CM 4.1): keeps the log",
        Role.DSL: "R6 (CC 4.1, CM 4.1): decides on safeguarding concerns",
        Role.DEPUTY_DSL: "R6, P2 (PR flowchart): stands in for the safeguarding lead",
        Role.HEAD_TEACHER: "R4, S2 (CC 2.3.1, CM 2.3.1): decides on sanctions",
    },
    Permission.RECORD_INCIDENTS: {
        Role.COORDINATOR: "R1 (CC 4.1, CM 4.1): records it on the form",
    },
    Permission.SEND_INCIDENTS: {
        Role.COORDINATOR: "R2 (CC 4.1, CM 4.1): e-mails a copy to the authority's officer",
    },
    Permission.EXPORT_INCIDENTS: {
        Role.COORDINATOR: "R8 (CC 4.1, CM 4.1): reviews the log for patterns",
        Role.HEAD_TEACHER: "R8, S2: reviews the log with the co-ordinator",
    },
    Permission.MANAGE_SCHOOL: {
        Role.COORDINATOR: "R2, D2: keeps the officer's address and passphrase",
        Role.HEAD_TEACHER: "D1 (CM 3.2): answers for who needs to know",
    },
    Permission.READ_POLICY: {
        Role.STAFF: "G3 (NS 3, CM 2.1): the policy is open to staff",
        Role.GOVERNOR: "G3: and to governors, who approve it",
        Role.COORDINATOR: "G3",
        Role.HEAD_TEACHER: "G3",
        Role.DSL: "G3",
        Role.DEPUTY_DSL: "G3",
        Role.CHAIR_OF_GOVERNORS: "G3",
    },
}


def may(roles: frozenset[Role], permission: Permission) -> bool:
    """Whether any of these roles is granted the permission. Duty D1 (CM 3.2). Pure; raises nothing."""
    return not roles.isdisjoint(GRANTS[permission])
