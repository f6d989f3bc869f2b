"""Each grant taken away, and each that nobody has given, given: somebody's page must then answer otherwise than it may.

A mutant is one cell of the table of roles turned over, in the running process. It is killed when a page that the
permission opens answers a persona with that role otherwise than it did. The printed table, docs/roles.md,
kills every one of them as well, but that says only that somebody would have to look; here it is seen from outside.
(``test_matrix`` holds the pages of the unmutated table to what they must answer.)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from schools.management.commands import print_roles
from schools.roles import GRANTS, Permission, Role, may
from tests.access.cases import is_decided, is_known
from tests.access.conftest import Stage
from tests.access.personas import PERSONAS, Persona
from tests.access.table import body_of, routes, rows
from tests.house.source import ROOT

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Page:
    """Where a permission is seen: by the status, or (``looks``) by what stands on it."""

    method: str
    route: str
    asks_for: str = ""
    body: Mapping[str, str] | None = None
    looks: bool = False


REVEALS: dict[Permission, tuple[Page, ...]] = {
    Permission.REPORT_INCIDENT: (Page("GET", "incidents:report"),),
    Permission.REPORT_IN_CONFIDENCE: (Page("GET", "incidents:report", looks=True),),
    Permission.SEE_OWN_REPORTS: (Page("GET", "incidents:receipt"), Page("GET", "incidents:own_reports")),
    Permission.READ_INCIDENTS: (Page("GET", "incidents:log"), Page("GET", "incidents:incident")),
    Permission.RECORD_INCIDENTS: (Page("GET", "incidents:record_new"),),
    Permission.HANDLE_INCIDENTS: (Page("POST", "incidents:people"), Page("POST", "incidents:send")),
    Permission.EXPORT_INCIDENTS: (Page("POST", "incidents:export"),),
    Permission.SEE_READERS: (Page("GET", "incidents:incident", looks=True),),
    Permission.MANAGE_SCHOOL: (Page("GET", "schools:settings"),),
    Permission.MANAGE_PEOPLE: (Page("GET", "schools:people"),),
    Permission.APPOINT: (Page("GET", "schools:posts"), Page("GET", "service:appointment", "new school")),
    Permission.CONFIRM_OFFICER: (
        Page("GET", "schools:officer"),
        Page("POST", "schools:officer_decide", body={"action": "confirm"}),
    ),
    Permission.SEE_EMERGENCIES: (Page("GET", "schools:emergencies"),),
    Permission.MANAGE_SERVICE: (Page("GET", "service:schools"),),
    Permission.READ_POLICY: (Page("GET", "sanctions:framework"), Page("GET", "aup:agreements")),
    Permission.SIGN_AGREEMENTS: (Page("GET", "aup:own_home"),),
    Permission.EDIT_AGREEMENTS: (Page("GET", "aup:agreement_settings"),),
    Permission.EDIT_FRAMEWORK: (Page("GET", "sanctions:edit_framework"),),
    Permission.RUN_CAMPAIGNS: (Page("GET", "aup:campaigns"),),
    Permission.READ_SIGNATURES: (Page("GET", "aup:signed"),),
    Permission.RECORD_SIGNATURES: (Page("GET", "aup:paper"),),
    Permission.HOLD_CLASS_SESSION: (Page("GET", "aup:classes"),),
    Permission.SEE_OUTSTANDING: (Page("GET", "aup:outstanding"),),
    Permission.SEE_NO_ACCESS: (Page("GET", "aup:no_access"),),
    Permission.PRINT_POSTERS: (Page("GET", "aup:posters"),),
    Permission.DECIDE_SANCTIONS: (
        Page("GET", "incidents:revise"),
        Page("GET", "incidents:decide", "about_head"),
        Page("GET", "incidents:decide", "about_chair"),
    ),
    Permission.SEE_MEASURES: (Page("GET", "incidents:measures"),),
    Permission.SEE_FAIRNESS: (Page("GET", "incidents:fairness"),),
    Permission.DRAFT_LETTERS: (
        Page("POST", "incidents:letter_discard"),
        Page("GET", "incidents:letter_draft", "about_head"),
        Page("GET", "incidents:letter_draft", "about_chair"),
    ),
    Permission.APPROVE_LETTERS: (
        Page("POST", "incidents:letter_approve"),
        Page("POST", "incidents:letter_approve", "about_head"),
        Page("POST", "incidents:letter_approve", "about_chair"),
    ),
}
# What shows only to whoever may do something else besides.
ONLY_WITH = {
    Permission.REPORT_IN_CONFIDENCE: Permission.REPORT_INCIDENT,
    Permission.SEE_READERS: Permission.READ_INCIDENTS,
}
# What is asked of service administrators, who are no viewers: their role counts for these alone, and MANAGE_SERVICE
# for nobody else.
OF_ADMINISTRATORS = frozenset({Permission.APPOINT, Permission.MANAGE_SERVICE})
# What a case says of somebody, whatever they are granted: who may know of it, and which post decides in it.
BY_CASE: dict[str, Callable[[str, Persona], bool]] = {"knows": is_known, "decides": is_decided}
# Nobody logs in as the authority's officer: no page asks for what the role may.
NOBODY_S = frozenset({Role.LA_OFFICER})


def held(persona: Persona) -> frozenset[Role]:
    """The roles of a persona, and that of a service administrator."""
    return persona.roles | ({Role.SERVICE_ADMINISTRATOR} if persona.key == "sysadmin" else frozenset())


def test_every_permission_is_seen_somewhere() -> None:
    assert set(REVEALS) == set(Permission)


@pytest.mark.parametrize("permission", list(Permission))
def test_no_mutant_of_the_grants_goes_unnoticed(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    permission: Permission,
    record_property: Callable[[str, object], None],
) -> None:
    by_page, by_table, survivors = 0, 0, []
    printed = (ROOT / "docs/roles.md").read_text(encoding="utf-8")
    for role in Role:
        holders = [persona for persona in PERSONAS if not persona.has_left and role in held(persona)]
        before = {persona: _answers(stage, persona, permission) for persona in holders}
        with monkeypatch.context() as mutated:
            told = _turned_over(mutated, permission, role)
            if "\n".join(print_roles.lines()) + "\n" != printed:
                by_table += 1
            else:
                survivors.append(f"{told}: the printed table is the same")
            telling = [persona for persona in holders if _tells(persona, permission, role)]
            if role in NOBODY_S or not any(_is_open(permission, persona, before[persona]) for persona in telling):
                continue
            if any(_answers(stage, persona, permission) != before[persona] for persona in holders):
                by_page += 1
            else:
                survivors.append(f"{told}: no page answers otherwise")
    record_property("grant_mutants", len(Role))
    record_property("grant_mutants_killed_by_table", by_table)
    record_property("grant_mutants_killed_by_page", by_page)
    assert survivors == [], "\n" + "\n".join(survivors)


def _turned_over(mutated: pytest.MonkeyPatch, permission: Permission, role: Role) -> str:
    # A row of its own: what is taken out and put back would stand at its end, and docs/roles.md would not be fresh.
    row = dict(GRANTS[permission])
    if row.pop(role, None) is not None:
        mutated.setitem(GRANTS, permission, row)
        return f"{permission} taken from {role}"
    mutated.setitem(GRANTS, permission, {**row, role: "a mutant"})
    return f"{permission} given to {role}"


def _tells(persona: Persona, permission: Permission, role: Role) -> bool:
    """Whether the mutant changes what somebody may: another role of theirs may grant it, or nothing asks for it."""
    if role == Role.SERVICE_ADMINISTRATOR and permission not in OF_ADMINISTRATORS:
        return False
    if role != Role.SERVICE_ADMINISTRATOR and permission == Permission.MANAGE_SERVICE:
        return False
    roles = held(persona)
    is_shown = permission not in ONLY_WITH or may(roles, ONLY_WITH[permission])
    return is_shown and not may(roles - {role}, permission)


def _is_open(permission: Permission, persona: Persona, before: list[tuple[int, bytes]]) -> bool:
    """Whether there is a page on which it could be seen: one that does not open shows nothing."""
    return any(
        _shows(page, persona) and (not page.looks or status == 200)
        for page, (status, _) in zip(REVEALS[permission], before, strict=True)
    )


def _shows(page: Page, persona: Persona) -> bool:
    """Whether a permission makes a difference there: not to whom the case says no, whatever they may do elsewhere."""
    row = rows()[page.route]
    about = page.asks_for or row.object_for(persona)
    asked = {word for word, _ in row.cell(page.method).guards}
    return all(is_meant(about, persona) for word, is_meant in BY_CASE.items() if word in asked)


def _answers(stage: Stage, persona: Persona, permission: Permission) -> list[tuple[int, bytes]]:
    answers = []
    for page in REVEALS[permission]:
        row = rows()[page.route]
        about = page.asks_for or row.object_for(persona)
        path = routes()[page.route].path(stage.world.made.get(about, {}))
        body = page.body or body_of(page.route, stage.world, persona, about) if page.method == "POST" else None
        answer = stage.as_persona(persona).ask(page.method, path, body)
        answers.append((answer.status, answer.body if page.looks else b""))
    return answers
