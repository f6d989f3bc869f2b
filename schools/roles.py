"""THE table of who may do what. One line a grant, with the duty it serves.

Coarse: what a role may do inside its own school. Which cases reach whom is decided by routing, and who may know of
one case in ``incidents.access``: deny beats allow.
"""

from enum import StrEnum


class Role(StrEnum):
    """What somebody is to a school: a membership, or a post that the school gave to a person."""

    STAFF = "staff"
    COORDINATOR = "coordinator"
    DSL = "dsl"
    DEPUTY_DSL = "deputy_dsl"
    HEAD_TEACHER = "head_teacher"
    SENCO = "senco"
    NETWORK_MANAGER = "network_manager"
    SCHOOL_OFFICE = "school_office"
    GOVERNOR = "governor"
    SAFEGUARDING_GOVERNOR = "safeguarding_governor"
    CHAIR_OF_GOVERNORS = "chair_of_governors"
    VICE_CHAIR = "vice_chair"
    RESOURCES_CHAIR = "resources_chair"
    PARENT = "parent"
    PUPIL = "pupil"
    VISITOR = "visitor"
    LA_OFFICER = "la_officer"
    SERVICE_ADMINISTRATOR = "service_administrator"
    EMERGENCY_READER = "emergency_reader"


ROLE_NAMES: dict[Role, str] = {
    Role.STAFF: "staff",
    Role.COORDINATOR: "online safety co-ordinator",
    Role.DSL: "designated safeguarding lead",
    Role.DEPUTY_DSL: "deputy safeguarding lead",
    Role.HEAD_TEACHER: "head teacher",
    Role.SENCO: "SENCO",
    Role.NETWORK_MANAGER: "network manager",
    Role.SCHOOL_OFFICE: "school office",
    Role.GOVERNOR: "governor",
    Role.SAFEGUARDING_GOVERNOR: "safeguarding governor",
    Role.CHAIR_OF_GOVERNORS: "chair of governors",
    Role.VICE_CHAIR: "vice chair of governors",
    Role.RESOURCES_CHAIR: "chair of the resources committee",
    Role.PARENT: "parent or carer",
    Role.PUPIL: "pupil",
    Role.VISITOR: "visitor",
    Role.LA_OFFICER: "local-authority officer",
    Role.SERVICE_ADMINISTRATOR: "service administrator",
    Role.EMERGENCY_READER: "emergency reader",
}
MEMBERSHIP_ROLES = (Role.STAFF, Role.GOVERNOR, Role.PARENT, Role.PUPIL, Role.VISITOR)
POSTS = (
    Role.COORDINATOR,
    Role.HEAD_TEACHER,
    Role.DSL,
    Role.DEPUTY_DSL,
    Role.SENCO,
    Role.NETWORK_MANAGER,
    Role.SCHOOL_OFFICE,
    Role.CHAIR_OF_GOVERNORS,
    Role.VICE_CHAIR,
    Role.SAFEGUARDING_GOVERNOR,
    Role.RESOURCES_CHAIR,
)
# Posts that governors hold: a member of staff cannot.
GOVERNOR_POSTS = frozenset({Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR, Role.SAFEGUARDING_GOVERNOR, Role.RESOURCES_CHAIR})
# Posts that it takes two people to give: whoever holds one is told what others are not (T4).
TWO_PERSON_POSTS = frozenset({Role.HEAD_TEACHER, Role.DSL, Role.DEPUTY_DSL, Role.CHAIR_OF_GOVERNORS, Role.VICE_CHAIR})


class Permission(StrEnum):
    """One thing that can be done."""

    REPORT_INCIDENT = "report_incident"
    REPORT_IN_CONFIDENCE = "report_in_confidence"
    SEE_OWN_REPORTS = "see_own_reports"
    READ_INCIDENTS = "read_incidents"
    RECORD_INCIDENTS = "record_incidents"
    HANDLE_INCIDENTS = "handle_incidents"
    EXPORT_INCIDENTS = "export_incidents"
    SEE_READERS = "see_readers"
    MANAGE_SCHOOL = "manage_school"
    MANAGE_PEOPLE = "manage_people"
    APPOINT = "appoint"
    CONFIRM_OFFICER = "confirm_officer"
    SEE_EMERGENCIES = "see_emergencies"
    MANAGE_SERVICE = "manage_service"
    READ_POLICY = "read_policy"
    SIGN_AGREEMENTS = "sign_agreements"
    EDIT_AGREEMENTS = "edit_agreements"
    EDIT_FRAMEWORK = "edit_framework"
    RUN_CAMPAIGNS = "run_campaigns"
    READ_SIGNATURES = "read_signatures"
    RECORD_SIGNATURES = "record_signatures"
    HOLD_CLASS_SESSION = "hold_class_session"
    SEE_OUTSTANDING = "see_outstanding"
    SEE_NO_ACCESS = "see_no_access"
    PRINT_POSTERS = "print_posters"
    DECIDE_SANCTIONS = "decide_sanctions"
    SEE_MEASURES = "see_measures"
    SEE_FAIRNESS = "see_fairness"
    DRAFT_LETTERS = "draft_letters"
    APPROVE_LETTERS = "approve_letters"


GRANTS: dict[Permission, dict[Role, str]] = {
    Permission.REPORT_INCIDENT: {Role.STAFF: "R1 (CC 4.1, CM 4.1): any member of staff"},
    Permission.REPORT_IN_CONFIDENCE: {
        Role.STAFF: "R10 (CC 4.5.4, CM 4.5.4): bullied online, in confidence to the head"
    },
    Permission.SEE_OWN_REPORTS: {Role.STAFF: "R1: the reporter sees that it was picked up, not what was decided"},
    Permission.READ_INCIDENTS: {
        Role.COORDINATOR: "R1, R8 (CC 4.1, CM 4.1): keeps the log",
        Role.DSL: "R6 (CC 4.1, CM 4.1): decides on safeguarding concerns",
        Role.DEPUTY_DSL: "R6, P2 (PR flowchart): stands in for the safeguarding lead",
        Role.HEAD_TEACHER: "R4, S2 (CC 2.3.1, CM 2.3.1): decides on sanctions",
        Role.CHAIR_OF_GOVERNORS: "R7 (CM 4.4, NE): a case about the head or a governor, and none besides",
        Role.VICE_CHAIR: "R7 (CM 4.4, NE): a case about the chair, and none besides",
        Role.EMERGENCY_READER: "D1 (CM 3.2): break-glass, two people and an hour, told to head and chair",
    },
    Permission.RECORD_INCIDENTS: {
        Role.COORDINATOR: "R1 (CC 4.1, CM 4.1): logs an incident straight onto the form",
    },
    Permission.HANDLE_INCIDENTS: {
        Role.COORDINATOR: "R1, R2 (CC 4.1, CM 4.1): records it, sends a copy to the authority's officer",
        Role.HEAD_TEACHER: "R3, R4 (CC 4.1, CM 4.1): a concern about a member of staff, or about the co-ordinator",
        Role.DSL: "R6 (CC 4.1, CM 4.1): a case handed on as a safeguarding concern",
        Role.DEPUTY_DSL: "R6, P2 (PR flowchart): stands in for the safeguarding lead",
        Role.CHAIR_OF_GOVERNORS: "R7 (CM 4.4, NE): a case about the head or a governor",
        Role.VICE_CHAIR: "R7 (CM 4.4, NE): a case about the chair, or one the chair is involved in",
    },
    Permission.EXPORT_INCIDENTS: {
        Role.COORDINATOR: "R8 (CC 4.1, CM 4.1): reviews the log for patterns",
        Role.HEAD_TEACHER: "R8, S2: reviews the log with the co-ordinator",
    },
    Permission.SEE_READERS: {
        Role.COORDINATOR: "D1 (CM 3.2): who needs to know, and who has looked",
        Role.HEAD_TEACHER: "D1 (CM 3.2)",
        Role.DSL: "D1, R6",
        Role.CHAIR_OF_GOVERNORS: "D1, R5 (CC 4.1, CM 4.4): of the cases routed past the head",
        Role.VICE_CHAIR: "D1, R7 (NE): of the cases routed past the chair",
    },
    Permission.MANAGE_SCHOOL: {
        Role.COORDINATOR: "R2, D2 (CC 4.1, CM 3.2): keeps the officer's passphrase, asks for a change of the address",
        Role.HEAD_TEACHER: "D1 (CM 3.2): answers for who needs to know",
    },
    Permission.MANAGE_PEOPLE: {
        Role.HEAD_TEACHER: "D1, L1 (CM 3.1, CM 3.2): answers for who has a log-in",
        Role.SCHOOL_OFFICE: "L1 (CM 3.1, NS 7.2): keeps the lists of staff, pupils and families",
    },
    Permission.APPOINT: {
        Role.HEAD_TEACHER: "D1 (CM 3.2): gives posts, and asks or agrees where it takes two; never for oneself",
        Role.CHAIR_OF_GOVERNORS: "D1, R5 (CC 4.1, CM 4.4): the second person for the head's choices",
        Role.VICE_CHAIR: "D1, R7 (NE): the second person where the head or the chair is the one it is about",
        Role.SERVICE_ADMINISTRATOR: "L1 (CM 3.1): where a school has not two people who may, as a new one",
    },
    Permission.CONFIRM_OFFICER: {
        Role.COORDINATOR: "R2, D2 (CC 4.1, CM 3.2): the second person for a new address of the officer",
        Role.HEAD_TEACHER: "R2, D2: the same",
        Role.CHAIR_OF_GOVERNORS: "R2, D2, R7 (NE): where one person is head and co-ordinator",
    },
    Permission.SEE_EMERGENCIES: {
        Role.HEAD_TEACHER: "D1, D3 (CM 3.2): is told of every emergency access, and why",
        Role.CHAIR_OF_GOVERNORS: "D1, D3: the same, so that it is never the head alone",
    },
    Permission.MANAGE_SERVICE: {
        Role.SERVICE_ADMINISTRATOR: "L1 (CM 3.1): schools and their first log-ins, never a case",
    },
    Permission.READ_POLICY: {
        Role.STAFF: "G3 (NS 3, CM 2.1): the policy is open to staff",
        Role.GOVERNOR: "G3: and to governors, who approve it",
        Role.COORDINATOR: "G3",
        Role.HEAD_TEACHER: "G3",
        Role.DSL: "G3",
        Role.DEPUTY_DSL: "G3",
        Role.SENCO: "G3",
        Role.CHAIR_OF_GOVERNORS: "G3",
        Role.VICE_CHAIR: "G3",
        Role.SAFEGUARDING_GOVERNOR: "G3",
        Role.RESOURCES_CHAIR: "G3",
    },
    Permission.SIGN_AGREEMENTS: {
        Role.STAFF: "A1, A3 (CM 3.3, CC 3.2): on appointment, then every year",
        Role.GOVERNOR: "A3 (CM 2.3.2): the same rules as the staff",
        Role.PUPIL: "A2 (CC 3.2, CM 3.3): older pupils sign for themselves",
        Role.PARENT: "A2, A5 (CC 3.2, CC 3.5.8): for each child, with consents that can be changed",
        Role.VISITOR: "A3 (CM 3.1): before a log-in is given",
    },
    Permission.EDIT_AGREEMENTS: {
        Role.COORDINATOR: "G3, A4 (NS 3, CC 3.2): keeps the agreements, and that all have signed",
        Role.HEAD_TEACHER: "G3 (NS 3, CM 2.1): answers for the policy",
    },
    Permission.EDIT_FRAMEWORK: {
        Role.COORDINATOR: "S1 (CC 5, CM 5): keeps the school's own list of breaches and sanctions",
        Role.HEAD_TEACHER: "S1, S2 (CC 2.3.1, CC 5, CM 2.3.1, CM 5): answers for it, and decides by it",
    },
    Permission.RUN_CAMPAIGNS: {
        Role.COORDINATOR: "A4 (CC 3.2, CM 3.3): sees that all have signed",
        Role.SCHOOL_OFFICE: "A4, A6 (CC 2.5, CM 2.5): writes to families",
    },
    Permission.READ_SIGNATURES: {
        Role.COORDINATOR: "A4 (CC 3.2, CM 3.3): keeps a copy of all signed agreements",
        Role.HEAD_TEACHER: "A4: answers for it",
    },
    Permission.RECORD_SIGNATURES: {
        Role.COORDINATOR: "A4 (CC 3.2, CM 3.3): what was signed on paper",
        Role.SCHOOL_OFFICE: "A3, A4 (CM 3.1): what was signed on paper or at reception",
    },
    Permission.HOLD_CLASS_SESSION: {Role.STAFF: "A2 (CC 3.2, CM 3.3): the rules are talked through in class"},
    Permission.SEE_OUTSTANDING: {
        Role.STAFF: "A1 (CM 3.3, NS 7.2): whose access waits in a class, and for what; never why somebody refused",
    },
    Permission.SEE_NO_ACCESS: {
        Role.COORDINATOR: "A1, A4 (CM 3.3): who may not have access yet",
        Role.NETWORK_MANAGER: "A1, L1 (CM 3.1, NS 7.2): gives access only to who has signed",
    },
    Permission.PRINT_POSTERS: {
        Role.STAFF: "A7 (CC 3.3.3, CM 3.4.1, NS 5.1): rules in every room with computers",
    },
    Permission.DECIDE_SANCTIONS: {
        Role.HEAD_TEACHER: "S2 (CC 2.3.1, CM 2.3.1): decides on sanctions",
        Role.CHAIR_OF_GOVERNORS: "S2, R5, R7 (CM 4.4, NE): where the head teacher is involved",
        Role.VICE_CHAIR: "S2, R7 (NE): where the chair is involved, or kept out for an appeal",
    },
    Permission.SEE_MEASURES: {
        Role.NETWORK_MANAGER: "S1 (CC 5.1.2): takes internet access away and gives it back; never the case itself",
        Role.HEAD_TEACHER: "S2: which sanctions run, and until when",
    },
    Permission.SEE_FAIRNESS: {
        Role.HEAD_TEACHER: "S3 (CC 5, CM 4.5.2): whether like cases were decided alike",
        Role.CHAIR_OF_GOVERNORS: "S3, G2 (NS 3): the same, in figures that point to no child",
        Role.SAFEGUARDING_GOVERNOR: "S3, G2 (NS 3): the same",
        Role.GOVERNOR: "S3, G2 (NS 3): the same",
    },
    Permission.DRAFT_LETTERS: {
        Role.COORDINATOR: "R11 (CC 4.3, CC 4.6): drafts what parents are told",
        Role.HEAD_TEACHER: "R11: the same",
        Role.CHAIR_OF_GOVERNORS: "R11, R5 (CC 4.1, CM 4.4): of the cases that are decided past the head",
        Role.VICE_CHAIR: "R11, R7 (NE): of the cases that are decided past the chair",
    },
    Permission.APPROVE_LETTERS: {
        Role.HEAD_TEACHER: "R11, S2 (CC 2.3.1, CC 4.3): nothing leaves that the head teacher has not approved",
        Role.CHAIR_OF_GOVERNORS: "R11, R5 (CC 4.1, CM 4.4): where the head teacher is involved",
        Role.VICE_CHAIR: "R11, R7 (NE): where the chair is involved, or kept out for an appeal",
    },
}


def may(roles: frozenset[Role], permission: Permission) -> bool:
    """Whether any of these roles is granted the permission. Duty D1 (CM 3.2). Pure; raises nothing."""
    return not roles.isdisjoint(GRANTS[permission])
