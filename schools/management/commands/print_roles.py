"""``manage.py print_roles > docs/roles.md``: who may do what, from the table that decides it."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from schools.roles import GRANTS, MEMBERSHIP_ROLES, POSTS, ROLE_NAMES, Permission, Role

PERMISSIONS: dict[Permission, str] = {
    Permission.REPORT_INCIDENT: "Report a concern",
    Permission.REPORT_IN_CONFIDENCE: "Report to the head alone",
    Permission.SEE_OWN_REPORTS: "See one's own reports",
    Permission.READ_INCIDENTS: "Read incidents",
    Permission.RECORD_INCIDENTS: "Log an incident",
    Permission.HANDLE_INCIDENTS: "Handle what is routed to one",
    Permission.EXPORT_INCIDENTS: "Export the log",
    Permission.SEE_READERS: "See who has read",
    Permission.MANAGE_SCHOOL: "Change the school's details",
    Permission.MANAGE_PEOPLE: "Keep the lists of people",
    Permission.APPOINT: "Give posts",
    Permission.CONFIRM_OFFICER: "Agree to a new address of the officer",
    Permission.SEE_EMERGENCIES: "See emergency accesses",
    Permission.MANAGE_SERVICE: "Run the service",
    Permission.READ_POLICY: "Read the policy",
    Permission.SIGN_AGREEMENTS: "Sign one's agreements",
    Permission.EDIT_AGREEMENTS: "Edit and publish agreements",
    Permission.EDIT_FRAMEWORK: "Edit and publish the sanction framework",
    Permission.RUN_CAMPAIGNS: "Ask people to sign",
    Permission.READ_SIGNATURES: "Read signed agreements",
    Permission.RECORD_SIGNATURES: "Record what was signed on paper",
    Permission.HOLD_CLASS_SESSION: "Hold a class session",
    Permission.SEE_OUTSTANDING: "See whose signatures are outstanding",
    Permission.SEE_NO_ACCESS: "See who has no access yet",
    Permission.PRINT_POSTERS: "Print posters of the rules",
    Permission.DECIDE_SANCTIONS: "Decide on sanctions",
    Permission.SEE_MEASURES: "See which measures run",
    Permission.SEE_FAIRNESS: "See whether like cases were decided alike",
    Permission.DRAFT_LETTERS: "Draft letters to parents",
    Permission.APPROVE_LETTERS: "Approve letters to parents, so that they go out",
}
INTRODUCTION = """\
# Who may do what

Printed from `GRANTS` in `schools/roles.py` by `manage.py print_roles`; a test fails when it is not fresh.

Somebody is what a membership or a post makes them, from a day and until one, in one school. A post without a
membership gives nothing. Roles are coarse: **a subject of a case does not know of it, whatever the role says**,
and nobody reads another school's (`visible_to` in `incidents/models/incident.py`)."""
ADMINISTRATOR = """\
The service administrator (`is_staff`) adds schools and their first log-ins at `/service/`, belongs to no school by
that and sees no row of one. There is nobody above: a superuser does not exist. An emergency reader is a service
administrator for whom another one has opened a school's records for an hour, see [ADR
0010](adr/0010-posts-take-two-people.md).

## Posts that take two people

Head teacher, designated safeguarding lead and deputy, chair and vice chair of governors: one person asks, another
agrees, and neither of them is the one it is about. Both are among the head, the chair and the vice chair; where a
school has not two of them besides the one concerned, as a new school has not, service administrators stand in. The
other posts are given by the head, those of governors by the chair too, and the chair gives the head what the head may
not take. Ending a post goes by the same rule. Access is taken away at once by one person: the head, or the school
office for whoever holds no such post; the head teacher's and the vice chair's by the chair; the chair's by nobody
alone (`schools/rules/posts.py`)."""


class Command(BaseCommand):
    """Prints the table of roles as Markdown."""

    help = "Print who may do what, as Markdown: manage.py print_roles > docs/roles.md"
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write("\n".join(lines()))


def lines() -> Iterator[str]:
    """The page, line by line."""
    yield from INTRODUCTION.splitlines()
    yield ""
    memberships = ", ".join(ROLE_NAMES[role] for role in MEMBERSHIP_ROLES)
    posts = ", ".join(ROLE_NAMES[role] for role in POSTS)
    yield f"Memberships: {memberships}."
    yield ""
    yield f"Posts: {posts}."
    yield ""
    yield f"| | {' | '.join(PERMISSIONS[each] for each in Permission)} |"
    yield f"|---|{'---|' * len(Permission)}"
    for role in Role:
        cells = ("yes" if role in GRANTS[each] else "" for each in Permission)
        yield f"| {ROLE_NAMES[role]} | {' | '.join(cells)} |"
    yield ""
    yield from ADMINISTRATOR.splitlines()
    yield ""
    yield "## Why"
    for permission in Permission:
        yield ""
        yield f"### {PERMISSIONS[permission]}"
        yield ""
        for role, why in GRANTS[permission].items():
            yield f"- {ROLE_NAMES[role]}: {why}"
