"""The table of every route: who gets which answer, for each method. A route that is not here fails by name.

A cell is read from left to right: ``word/status`` sends away with that status whoever is not meant by the word,
``-word/status`` whoever is, and the bare status at its end is for everybody who is left. A word is a persona, a group
(``personas.GROUPS``), ``knows`` or ``runs`` (``cases``: may know of, may act in, the case that the row asks for),
``decides`` (on its sanctions), ``does`` (acts in it or decides), ``nobody`` (is logged in) or an ``administrator`` of
the service. HEAD is answered like GET; PUT and DELETE are refused, unless a further column says otherwise. Before any
cell stands the gate of its row: most are for whoever belongs to a school, those with a plus for whoever is logged in,
those with a star for everybody.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from incidents.views.signed_ids import signed
from tests.access import (
    agreements_asking,
    agreements_editing,
    agreements_keeping,
    agreements_signing,
    incidents_deciding,
    incidents_fairness,
    incidents_letters,
    sanctions_framework,
    sanctions_letters,
)
from tests.access.cases import CASES, is_decided, is_known, is_run
from tests.access.personas import ADMINISTRATORS, BY_KEY, GROUPS, PERSONAS, Persona, is_one_of
from tests.access.world import World

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
# Whose request goes no further than the door, and what it is told there.
OUTSIDE = {"anonymous": 302, "officer": 302, "old_link": 302, "ex_staff": 403, "sysadmin": 403}
# Who is shown another way at the front door.
FRONT_DOOR = {"incidents:today": {"sysadmin": 302}}
TABLE = """
route                       | asks for   | GET                                | POST
incidents:today             |            | 200                                | 405
incidents:report            |            | staff_member/403 200               | staff_member/403 302
incidents:report_guidance   |            | 405                                | writer/403 200
incidents:report_edit       | draft      | staff_member/403 staff/404 200     | staff_member/403 staff/404 302
incidents:report_autosave   | draft      | 405                                | staff_member/403 staff/404 200
incidents:report_discard    | draft      | 405                                | staff_member/403 staff/404 302
incidents:own_reports       |            | staff_member/403 200               | 405
incidents:receipt           | reported   | staff/404 200                      | 405
incidents:log               |            | reader/403 200                     | 405
incidents:log_filter        |            | 405                                | reader/403 302
incidents:export            |            | 405                                | exporter/403 200
incidents:record_new        |            | recorder/403 200                   | recorder/403 302
incidents:people            |            | 405                                | handler/403 200
incidents:incident          | ordinary   | knows/404 200                      | 405
incidents:check             | unsent     | handler/403 knows/404 runs/403 200 | 405
incidents:record            | unsent     | handler/403 knows/404 runs/403 200 | handler/403 knows/404 runs/403 302
incidents:record_autosave   | unsent     | 405                                | handler/403 knows/404 runs/403 200
incidents:record_discard    | unsent     | 405                                | handler/403 knows/404 runs/403 302
incidents:version           | ordinary   | knows/404 200                      | 405
incidents:evidence_add      | unsent     | handler/403 knows/404 runs/403 200 | knows/404 runs/403 302
incidents:evidence          | ordinary   | knows/404 200                      | 405
incidents:hand_on           | ordinary   | knows/404 runs/403 200             | knows/404 runs/403 302
incidents:about             | ordinary   | knows/404 runs/403 200             | knows/404 runs/403 302
incidents:decisions         | ordinary   | knows/404 runs/403 200             | knows/404 runs/403 200
incidents:send              | unsent     | 405                                | handler/403 knows/404 runs/403 302
incidents:close             | ordinary   | 405                                | handler/403 knows/404 runs/403 302
incidents:reopen            | closed     | handler/403 knows/404 runs/403 200 | handler/403 knows/404 runs/403 302
incidents:pdf               | ordinary   | knows/404 200                      | 405
incidents:json              | ordinary   | knows/404 200                      | 405
incidents:retry             | failed     | 405                                | handler/403 knows/404 runs/403 302
incidents:arrived           | uncertain  | 405                                | handler/403 knows/404 runs/403 302
schools:settings            |            | manager/403 200                    | manager/403 302
schools:passphrase          |            | manager/403 200                    | manager/403 302
schools:adopt               |            | manager/403 200                    | manager/403 302
schools:terms               |            | manager/403 200                    | manager/403 302
password_age                |            | manager/403 200                    | manager/403 302
schools:attempts            |            | appointer/403 200                  | 405
schools:switch              |            | 200                                | 302
schools:people              |            | people_manager/403 200             | people_manager/403 200
schools:find_people         |            | 405                                | people_manager/403 200
schools:add_person          |            | people_manager/403 200             | people_manager/403 302
schools:person              | the school | people_manager/403 200             | 405
schools:change_person       | the school | people_manager/403 200             | people_manager/403 302
schools:give_log_in         | the school | people_manager/403 200             | people_manager/403 422
schools:renew_log_in        | the school | people_manager/403 200             | people_manager/403 302
schools:give_role           | the school | people_manager/403 200             | people_manager/403 302
schools:leave               | the school | ender/403 200                      | people_manager/403 302
schools:link_guardian       | the school | people_manager/403 200             | people_manager/403 302
schools:end_role            | the school | people_manager/403 200             | people_manager/403 302
schools:end_guardian        | the school | people_manager/403 200             | people_manager/403 302
schools:posts               |            | appointer/403 200                  | 405
schools:find_for_post       |            | 405                                | appointer/403 200
schools:give_post           |            | appointer/403 200                  | the_head/403 302
schools:end_post            | the school | appointer/403 200                  | the_head/403 302
schools:ask_to_renew        | a lead     | appointer/403 200                  | appointer/403 302
schools:appointment         | the school | appointer/403 200                  | appointer/403 -the_head/403 302
schools:officer             |            | confirmer/403 200                  | 405
schools:officer_ask         |            | manager/403 200                    | manager/403 422
schools:officer_decide      | the school | 405                                | confirmer/403 -other_coordinator/404 302
schools:emergencies         |            | overseer/403 200                   | 405
schools:emergency_end       | the school | 405                                | overseer/403 302
sanctions:framework         |            | policy_reader/403 200              | 405
aup:agreements              |            | policy_reader/403 200              | 405
aup:agreement               | agreement  | policy_reader/403 200              | 405
# For whoever is logged in, also without a school.
+service:schools            |            | administrator/403 200              | 405
+service:add                |            | administrator/403 200              | administrator/403 302
+service:school             | the school | administrator/403 200              | 405
+service:member             | new school | administrator/403 200              | administrator/403 302
+service:post               | new school | administrator/403 200              | administrator/403 302
+service:appointment        | new school | administrator/403 200              | administrator/403 302
+draw_again                 |            | 405                                | administrator/403 302
+service:ask                | the school | administrator/403 200 | administrator/403 -emergency_reader/422 302
+service:emergency          | emergency  | administrator/403 200              | administrator/403 302
+account_home               |            | 200                                | 405
+account_second_step        |            | 302                                | 405
+account_app                |            | 200                                | 422
+account_passkey            |            | 200                                | 422
+account_passkey_question   |            | 405                                | 200
+account_take_away          |            | 405                                | 404
+account_recovery_codes     |            | 405                                | 200
+account_password           |            | 200                                | 422
+account_end_session        |            | 405                                | 302
+account_reauthenticate     |            | 200                                | 200
# For everybody.
*dispatch:acknowledge       | live link  | 200                                | 302
*login                      |            | nobody/302 200                     | nobody/302 200
*account_login              |            | nobody/302 200                     | nobody/302 200
*passkey_log_in             |            | 405                                | nobody/302 200
*passkey_question           |            | 405                                | 200
*mfa_authenticate           |            | 302                                | 302
*account_reset_password     |            | 200                                | 200
*account_reset_password_from_key | used link  | 410                                | 410
*logout                     |            | 405                                | 302
"""
TABLE += "".join(
    rows.ROWS
    for rows in (
        agreements_editing,
        agreements_signing,
        agreements_asking,
        agreements_keeping,
        sanctions_framework,
        sanctions_letters,
        incidents_deciding,
        incidents_fairness,
        incidents_letters,
    )
)
Guards = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one method of one route answers: the guards in their order, then the answer for whoever is left."""

    guards: Guards
    status: int

    def expected(self, persona: Persona, case: str) -> int:
        """The status this persona gets, once past the gates."""
        return self.refusal(persona, case) or self.status

    def refusal(self, persona: Persona, case: str) -> int:
        """The status of the guard that sends this persona away; 0 where none does."""
        return next(
            (
                status
                for word, status in self.guards
                if _is_meant(word.removeprefix("-"), persona, case) == word.startswith("-")
            ),
            0,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One route of the table. ``asks_for``: a case, or another object of the world; empty where it takes no id."""

    route: str
    asks_for: str
    cells: Mapping[str, Cell]
    gate: str

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that do something, HEAD aside."""
        return tuple(method for method in ("GET", "POST") if self.cells[method].status != 405)

    @property
    def all_guards(self) -> Guards:
        """The guards of all its cells."""
        return tuple(guard for cell in self.cells.values() for guard in cell.guards)

    def object_for(self, persona: Persona) -> str:
        """What this persona's request is about."""
        return (persona.case or self.asks_for) if self.asks_for in CASES else self.asks_for

    def cell(self, method: str) -> Cell:
        """The cell that holds for a method."""
        return self.cells["GET" if method == "HEAD" else method]

    def expected(self, method: str, persona: Persona) -> int:
        """The status that the table gives this persona."""
        return self.sent_away(persona) or self.cell(method).expected(persona, self.object_for(persona))

    def sent_away(self, persona: Persona) -> int:
        """The status with which the gate sends this persona away; 0 where it lets them in."""
        if self.gate == "*" or (self.gate == "+" and persona.logs_in):
            return 0
        return {**OUTSIDE, **FRONT_DOOR.get(self.route, {})}.get(persona.key, 0)

    def allowed(self, method: str) -> list[Persona]:
        """Who gets through: not sent to log in, not refused, not told that there is nothing."""
        cell = self.cell(method)
        return [
            persona
            for persona in PERSONAS
            if cell.status < 400 and not self.sent_away(persona) and self.expected(method, persona) == cell.status
        ]


def _is_meant(word: str, persona: Persona, case: str) -> bool:
    match word:
        case "nobody":
            return not persona.logs_in
        case "knows":
            return is_known(case, persona)
        case "runs":
            return is_run(case, persona)
        case "decides":
            return is_decided(case, persona)
        case "does":
            return is_run(case, persona) or is_decided(case, persona)
        case _:
            return is_one_of(persona, [word])


def _cell(text: str) -> Cell:
    *guards, status = text.split()
    parsed = tuple((word, int(answer)) for word, _, answer in (guard.partition("/") for guard in guards))
    known = {"knows", "runs", "decides", "does", "nobody", ADMINISTRATORS, *GROUPS, *BY_KEY}
    unknown = {word.removeprefix("-") for word, _ in parsed} - known
    if unknown:
        raise ValueError(f"words that mean nobody: {unknown}")
    return Cell(parsed, int(status))


@cache
def rows() -> dict[str, Row]:
    """The table, by route."""
    found: dict[str, Row] = {}
    for line in TABLE.strip().splitlines()[1:]:
        if not line.strip() or line.startswith("#"):
            continue
        route, asks_for, get, post, *others = (part.strip() for part in line.split("|"))
        name = route.lstrip("*+")
        if name in found:
            raise ValueError(f"{name} stands twice in the table")
        other = others[0] if others else "405"
        cells = {"GET": get, "POST": post, "PUT": other, "DELETE": other}
        found[name] = Row(
            name, asks_for, {method: _cell(text) for method, text in cells.items()}, route[: len(route) - len(name)]
        )
    return found


@dataclass(frozen=True, slots=True)
class Route:
    """An address of the resolver: its name and the names of its parts."""

    name: str
    pattern: str
    parts: tuple[str, ...]

    def path(self, made: Mapping[str, str]) -> str:
        """The address of one object."""
        return reverse(self.name, kwargs={part: made[part] for part in self.parts})


@cache
def routes() -> dict[str, Route]:
    """Every address of the service, from the resolver itself. One without a name stands under its pattern."""
    found = {route.name: route for route in _walk(get_resolver(), (), "", ())}
    return found


def _walk(resolver: Any, namespaces: tuple[str, ...], prefix: str, parts: tuple[str, ...]) -> Iterator[Route]:
    for each in resolver.url_patterns:
        pattern = prefix + str(each.pattern)
        inner = (*parts, *each.pattern.converters)
        if isinstance(each, URLResolver):
            inside = (*namespaces, each.namespace) if each.namespace else namespaces
            yield from _walk(each, inside, pattern, inner)
        elif isinstance(each, URLPattern):
            yield Route(":".join((*namespaces, each.name)) if each.name else pattern, pattern, inner)


# What is posted, so that whoever may do it does it. A function is given the world, the persona and the object.
Body = Mapping[str, Any] | Callable[[World, Persona, str], Mapping[str, Any]]


def _day(name: str, day: str, month: str, year: str) -> dict[str, str]:
    return {f"{name}_day": day, f"{name}_month": month, f"{name}_year": year}


_TODAY = _day("starts_on", "20", "11", "2026")
_LAST = _day("last_day", "20", "11", "2026")
_REPORT = {
    "types": ["bullying"],
    "description": "A message was sent round the class.",
    "happened_on_day": "18",
    "happened_on_month": "11",
    "happened_on_year": "2026",
    "location": "in_setting",
    "involved": ["child"],
    "about": "nobody",
}
_NEW_ID = UUID("7a57e000-0000-4000-8000-00000000f0f0")


def _signed(kind: Any, said: Mapping[str, Any]) -> Body:
    def body(world: World, persona: Persona, _: str) -> Mapping[str, Any]:
        return {**said, "form_id": signed(world.viewer(persona.key), _NEW_ID, kind) if persona.is_member else ""}

    return body


def _versioned(said: Mapping[str, Any]) -> Body:
    return lambda world, _, about: {**said, "version": str(world.versions.get(about, 1))}


def _a_file(*_: Any) -> Mapping[str, Any]:
    return {"chosen": SimpleUploadedFile("note.txt", b"What was on the screen.", "text/plain")}


def _own_school(world: World, persona: Persona, _: str) -> Mapping[str, Any]:
    return {"school": str(world.schools[persona.school or "riverbank"].pk)}


def _a_child(world: World, persona: Persona, _: str) -> Mapping[str, Any]:
    return {"pick": str(world.pupils[persona.school or "riverbank"].pk), **_STANDING, **_TODAY}


def _in_force(world: World, persona: Persona, _: str) -> Mapping[str, Any]:
    return {"version": world.ids[persona.school or "riverbank"]["in_force"]}


def _a_post(world: World, persona: Persona, _: str) -> Mapping[str, Any]:
    return {"pick": world.ids[persona.school or "riverbank"]["person_id"], "post": "senco", **_TODAY}


_STANDING = {"relation": "mother", "responsibility": "yes", "checked": "on"}
_EDITED = {"revision": "1", "action": "save", "title": "Our rules", "clause-0-text": "I am kind."}
_DETAILS = {
    "name": "Riverbank Primary School",
    "address": "1 Mill Lane",
    "officer_email": "officer@council.example.org",
}
BODIES: dict[str, Body] = {
    "incidents:hand_on": {"to_post": "head_teacher", "reason": "On leave from tomorrow."},
    "incidents:about": {"about": "staff", "reason": "It turned out so."},
    "incidents:report": _signed("report", _REPORT),
    "incidents:report_edit": _REPORT,
    "incidents:report_guidance": {"types": ["bullying"]},
    "incidents:report_autosave": _REPORT,
    "incidents:log_filter": {"words": "message"},
    "incidents:export": {"format": "csv"},
    "incidents:record_new": _signed("record", {**_REPORT, "reported_by": "Robin Vale"}),
    "incidents:people": {"find": "Sam"},
    "incidents:record": _versioned({"action": "save", "specific_action": "The phone was kept."}),
    "incidents:record_autosave": _versioned({"specific_action": "The phone"}),
    "incidents:evidence_add": _a_file,
    "incidents:send": _versioned({}),
    "incidents:reopen": {"reason": "A parent rang."},
    "schools:settings": _DETAILS,
    "schools:passphrase": {"passphrase": "correct horse battery staple"},
    "schools:adopt": {"pack": "camden_2021 1"},
    "schools:switch": _own_school,
    "schools:terms": {"name": "Summer", **_day("starts_on", "12", "4", "2027"), **_day("ends_on", "16", "7", "2027")},
    "schools:people": {"find": "Sam"},
    "schools:find_people": {"find": "Sam"},
    "schools:add_person": {"role": "staff", "given_name": "Ada", "family_name": "New", **_TODAY},
    "schools:change_person": {"given_name": "Ada", "family_name": "Renamed"},
    "schools:give_log_in": {"email": "witness@school.example.org"},
    "schools:give_role": {"role": "governor", **_TODAY},
    "schools:leave": {**_LAST, "sure": "on"},
    "schools:renew_log_in": {"then": "renew", "sure": "on"},
    "schools:ask_to_renew": {"sure": "on"},
    "schools:link_guardian": _a_child,
    "schools:change_guardian": _STANDING,
    "aup:agreement_settings": {"who_signs": "each", "reminder_days": "7"},
    "aup:withdraw_agreement": _in_force,
    "aup:edit_agreement": _EDITED,
    "aup:publish_agreement": {"revision": "1"},
    "aup:discard_draft": {"revision": "1"},
    "aup:edit_translation": _EDITED,
    "schools:end_role": _LAST,
    "schools:end_guardian": _LAST,
    "schools:find_for_post": {"find": "Robin"},
    "schools:give_post": _a_post,
    "schools:end_post": _LAST,
    "schools:appointment": {"action": "refuse"},
    "schools:officer_ask": {"email": "third@council.example.org", "again": "third@council.example.org"},
    "schools:officer_decide": {"action": "cancel"},
    "service:add": {"name": "A new school", "address": "2 Mill Lane"},
    "service:member": {
        "email": "first@school.example.org",
        "given_name": "Ada",
        "family_name": "First",
        "role": "staff",
        **_TODAY,
    },
    "service:post": lambda world, *_: {"email": world.users["first member"].email, "post": "dsl", **_TODAY},
    "service:appointment": {"action": "refuse"},
    "service:ask": {"reason": "The head and the co-ordinator cannot be reached, and the police ask for a record."},
    "service:emergency": {"action": "approve"},
    "account_password": {"password": "not the password"},
    "account_reset_password": {"email": "nobody@example.org"},
    "login": {"username": "nobody@example.org", "password": "not the password"},
    **agreements_keeping.BODIES,
    **sanctions_framework.BODIES,
    **incidents_deciding.BODIES,
    **incidents_letters.BODIES,
}


def body_of(route: str, world: World, persona: Persona, about: str) -> Mapping[str, Any]:
    """What is posted to a route."""
    body = BODIES.get(route, {})
    return body(world, persona, about) if callable(body) else body


@dataclass(frozen=True, slots=True)
class PostedId:
    """A field in which somebody could post the id of another's thing. ``said``: what makes the form look at it.

    ``then``: the route, with the same parts, that shows what was kept; where the answer itself does not tell.
    """

    route: str
    name: str
    id_of: Callable[[World, str], str]
    said: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    then: str = ""


def _pupil_of(world: World, school: str) -> str:
    return str(world.pupils[school].pk)


_ON_PEOPLE = {"page_code": "people"}
_A_ROW = {f"people-0-{name}": said for name, said in
          {"name": "Sam Somebody", "group": "5B", "kind": "pupil", "part": "affected"}.items()}  # fmt: skip
BODIES_WITH_IDS = (
    PostedId("schools:switch", "school", lambda world, school: str(world.schools[school].pk)),
    PostedId("incidents:record", "pick", _pupil_of, {"add_part": "affected"}, _ON_PEOPLE, "incidents:record"),
    PostedId(
        "incidents:record", "pick", _pupil_of, {"add_part": "affected", "action": "add"}, _ON_PEOPLE, "incidents:record"
    ),
    PostedId("incidents:record", "people-0-person_id", _pupil_of, _A_ROW, _ON_PEOPLE, "incidents:record"),
    PostedId("schools:link_guardian", "pick", _pupil_of),
    PostedId("aup:withdraw_agreement", "version", lambda world, school: world.ids[school]["in_force"]),
    PostedId("schools:give_post", "pick", lambda world, school: world.ids[school]["person_id"]),
    PostedId("schools:give_post", "ends", lambda world, school: world.ids[school]["post_id"]),
)

# Of the names that models' fields have, those that stand in a form of ours, too.
_IN_A_REPORT = (
    "action about in_confidence involved location types immediate_risk safeguarding sexual_images illegal_material"
)
OWN_FIELDS: dict[str, str] = {
    "incidents:report": _IN_A_REPORT,
    "incidents:report_edit": _IN_A_REPORT,
    "incidents:report_autosave": _IN_A_REPORT,
    "incidents:log_filter": "intent involved location status type",
    "incidents:record_new": "about action involved location",
    "incidents:record": "evidence outcome reason",
    "incidents:record_autosave": "evidence outcome reason",
    "incidents:decisions": "kind",
    "dispatch:acknowledge": "name",
    "schools:settings": "name address phone email authority_name officer_name officer_email",
    "schools:add_person": "job_title year_group class_name email",
    "schools:change_person": "email job_title year_group class_name",
    "schools:give_post": "action ends",
    "schools:link_guardian": "action relation",
    "schools:change_guardian": "relation",
    "aup:agreement_settings": "who_signs reminder_days",
    "aup:edit_agreement": "action revision",
    "aup:edit_translation": "action revision",
    "aup:publish_agreement": "revision",
    "aup:discard_draft": "revision",
    "aup:withdraw_agreement": "version",
    "account_reauthenticate": "code",
    "service:add": "email",
    **incidents_deciding.OWN_FIELDS,
    **incidents_letters.OWN_FIELDS,
    **sanctions_framework.OWN_FIELDS,
    "incidents:like_cases": "decided",
}
