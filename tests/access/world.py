"""One rich world, made through the services: two schools with the same names, and objects of every kind and state.

It is made once a module and never changed: every request runs in a savepoint that is rolled back, so that the next one
finds the world as it was.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from aup.models import AgreementVersion
from aup.rules.content import from_pack
from aup.services.campaigns import CampaignDetails, make_campaign, open_campaign
from aup.services.drafting import save_draft
from aup.services.links import make_link
from aup.services.publishing import publish_as_shipped
from aup.services.signing import Intent, sign
from dispatch.links import TOKEN_LENGTH, hash_of
from dispatch.models import Message
from incidents.models import Incident
from incidents.services.closing import close
from incidents.services.evidence import add_evidence
from incidents.services.opening import open_incident
from incidents.services.recording import save_page, save_page_draft
from incidents.services.reporting import report_incident, save_report_draft
from incidents.services.sending import finalise
from packs import loader
from schools.models import Person, School, Term, User
from schools.roles import Role
from schools.sealing import seal
from schools.selectors import viewer_for
from schools.services.appointing import ask_to_appoint, ask_to_appoint_by_log_in
from schools.services.emergency import approve_emergency, ask_emergency
from schools.services.families import link_guardian
from schools.services.officer import ask_officer_change
from schools.viewer import Viewer
from schools.wall import in_school
from tests import factories
from tests.access import (
    agreements_keeping,
    incidents_deciding,
    incidents_letters,
    sanctions_framework,
    sanctions_letters,
)
from tests.access.agreements_keeping import make_kept
from tests.access.cases import CASES, DECIDED, KNOWS, PUPIL, SENT, Case, Hidden, decider_of
from tests.access.chance import NOW, chance_of
from tests.access.hidden_deciding import Decided
from tests.access.personas import BY_KEY, HILLSIDE, PERSONAS, RIVERBANK, Persona
from tests.incidents.sent import drawn
from tests.schools.team import at

LIVE_TOKEN = "live-".ljust(TOKEN_LENGTH, "x")
OLD_TOKEN = "old-".ljust(TOKEN_LENGTH, "x")
# Who else works here; nobody asks as one of them.
EXTRAS: dict[str, tuple[str, tuple[Role, ...]]] = {
    "witness": (RIVERBANK, (Role.STAFF,)),
    "other_staff": (HILLSIDE, (Role.STAFF,)),
    "other_witness": (HILLSIDE, (Role.STAFF,)),
    "other_visitor": (HILLSIDE, (Role.VISITOR,)),
    "other_parent": (HILLSIDE, (Role.PARENT,)),
    "other_senco": (HILLSIDE, (Role.STAFF, Role.SENCO)),
    "other_head": (HILLSIDE, (Role.STAFF, Role.HEAD_TEACHER)),
    "other_chair": (HILLSIDE, (Role.GOVERNOR, Role.CHAIR_OF_GOVERNORS)),
}
# Who does what is to be looked at in each school.
ACTORS = {
    RIVERBANK: {
        "head": "head", "coordinator": "coordinator", "teacher": "witness",
        "visitor": "visitor", "parent": "parent", "senco": "senco",
    },
    HILLSIDE: {
        "head": "other_head", "coordinator": "other_coordinator", "teacher": "other_witness",
        "visitor": "other_visitor", "parent": "other_parent", "senco": "other_senco",
    },
}  # fmt: skip
IN_FORCE = "visitor"
REASON = "The head and the co-ordinator cannot be reached, and the police ask for a record."
MISSING = str(uuid.UUID(int=0x5EED0000000040008000000000000000))
Made = dict[str, str]


@dataclass
class World:
    """What a test needs to ask for things: schools, log-ins, and for every object the parts of its address."""

    schools: dict[str, School] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    pupils: dict[str, Person] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)
    ids: dict[str, Made] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

    def viewer(self, key: str) -> Viewer:
        """Who a persona is inside their school."""
        user = self.users[BY_KEY[key].login if key in BY_KEY else key]
        viewer = viewer_for(user_id=user.pk, today=NOW.date())
        assert viewer is not None
        return viewer

    def user(self, persona: Persona) -> User:
        """The log-in of a persona that has one."""
        return self.users[persona.login]


@contextmanager
def put_back() -> Iterator[None]:
    """Whatever is done inside has not happened."""
    atomic = transaction.atomic()
    # A request's transaction must be the outermost, but for those of tests.
    atomic._from_testcase = True  # type: ignore[attr-defined]
    with atomic:
        yield
        transaction.set_rollback(True)


def make_world() -> World:
    """The world, in the current transaction."""
    world = World()
    with chance_of("the world"):
        for name in (RIVERBANK, HILLSIDE):
            _make_school(world, name)
        _make_people(world)
        for name in (RIVERBANK, HILLSIDE):
            _make_administration(world, name)
            _make_campaigns(world, name)
        _make_new_school(world)
        for name, case in CASES.items():
            world.made[name], world.versions[name] = make_case(world, case, name)
            runs, decides = world.viewer(case.handler), world.viewer(decider_of(name))
            incident_id = uuid.UUID(world.made[name]["incident_id"])
            world.made[name] |= incidents_deciding.make_decided(runs, decides, incident_id)
            world.made[name] |= _make_letters(world, name, decides)
            for reader in KNOWS[name].split():
                open_incident(by=world.viewer(reader), incident_id=uuid.UUID(world.made[name]["incident_id"]))
        for name in ("ordinary", "elsewhere"):
            world.ids[CASES[name].school] |= world.made[name]
        world.made[DECIDED] = world.made["ordinary"]
        world.made[SENT] = {**world.made["ordinary"], "letter_id": world.made["ordinary"]["sent_id"]}
        _make_drafts(world)
        _make_links(world)
        world.made["used link"] = {"token": "00000000000040008000000000000000.used"}
        world.made["agreement"] = {"code": loader.latest("camden_2021").agreements[0].code}
        for name in (RIVERBANK, HILLSIDE):
            _make_agreements(world, name)
            # They sign what is published by then.
            _make_signatures(world, name)
            _make_kept(world, name)
            _make_framework(world, name)
        world.made["in force"] = {"code": IN_FORCE, "number": "1"}
        world.made["translation"] = {**world.made["agreement"], "language": "pl"}
    # What is checked, or written, when a transaction ends: this one never does.
    connection.check_constraints()
    return world


def _make_letters(world: World, name: str, decides: Viewer) -> Made:
    """The letters about a case, where it is one of which parents are told."""
    made, case = world.made[name], CASES[name]
    if made["case_id"] == MISSING:
        return dict.fromkeys(incidents_letters.PARTS, MISSING)
    parent = world.people[ACTORS[case.school]["parent"]]
    ids = (uuid.UUID(made[each]) for each in ("incident_id", "case_id"))
    return incidents_letters.make_letters(decides, *ids, parent)


def _make_school(world: World, name: str) -> None:
    school = factories.school()
    Term.objects.create(
        school=school, name="Autumn term", starts_on=NOW.date() - timedelta(80), ends_on=NOW.date() + timedelta(30)
    )
    world.schools[name] = school
    world.pupils[name] = factories.pupil(school, "Sam Reed")
    factories.staff(school, "Kit Lowe")


def _make_people(world: World) -> None:
    for persona in PERSONAS:
        if persona.is_service_administrator:
            world.users[persona.key] = _administrator(persona.key)
        elif persona.logs_in and not persona.as_of:
            until = NOW.date() - timedelta(1) if persona.has_left else None
            world.people[persona.key] = factories.person(
                world.schools[persona.school], f"Robin {persona.key.title()}", *sorted(persona.roles), until=until
            )
    for key, (school, roles) in EXTRAS.items():
        world.people[key] = factories.person(world.schools[school], f"Robin {key.title()}", *roles)
    world.users |= {key: person.user for key, person in world.people.items() if person.user}
    world.users["second administrator"] = _administrator("second")


def _administrator(key: str) -> User:
    return User.objects.create(email=f"{key}@service.example.org", password="!", is_staff=True)


def _make_administration(world: World, name: str) -> None:
    """What the pages about people and posts show: one of everything, each waiting for whoever is to decide."""
    school, pupil, who = world.schools[name], world.pupils[name], ACTORS[name]
    head, today = world.viewer(who["head"]), NOW.date()
    guardian = link_guardian(
        by=head, guardian_id=world.people[who["parent"]].pk, child_id=pupil.pk, starts_on=factories.schools.LONG_AGO
    )
    appointment = ask_to_appoint(
        by=head, person_id=world.people[who["teacher"]].pk, post=Role.DSL, starts_on=today, ends_id=None
    )
    change = ask_officer_change(by=world.viewer(who["coordinator"]), new_email="new@council.example.org")
    asked, agrees = (at(world.users[key], school.pk) for key in ("emergency_reader", "second administrator"))
    opened = ask_emergency(by=asked, reason=REASON)
    if name == RIVERBANK:
        approve_emergency(by=agrees, emergency_id=opened.pk)
        link_guardian(
            by=head,
            guardian_id=world.people["related_deputy"].pk,
            child_id=pupil.pk,
            starts_on=factories.schools.LONG_AGO,
        )
    waiting = ask_emergency(by=agrees, reason=REASON) if name == RIVERBANK else opened
    world.ids[name] = {
        "school_id": str(school.pk),
        "person_id": str(world.people[who["teacher"]].pk),
        "membership_id": str(world.people[who["visitor"]].memberships.get().pk),
        "post_id": str(world.people[who["senco"]].posts.get().pk),
        "guardian_id": str(guardian.pk),
        "appointment_id": str(appointment.pk),
        "change_id": str(change.pk),
        "emergency_id": str(opened.pk),
    }
    if name == RIVERBANK:
        world.made["the school"] = world.ids[name]
        world.made["a lead"] = {**world.ids[name], "post_id": str(world.people["deputy_dsl"].posts.get().pk)}
        world.made["emergency"] = {**world.ids[name], "emergency_id": str(waiting.pk)}


def _make_campaigns(world: World, name: str) -> None:
    """A published agreement, and of the campaigns that ask for it one that is prepared and one that is open."""
    school, by, today = world.schools[name], world.viewer(ACTORS[name]["coordinator"]), NOW.date()
    factories.published(school, "staff", now=NOW - timedelta(days=1))
    details = CampaignDetails("All of them", "staff", (), today, (7,), today + timedelta(days=42))
    prepared, opened = (make_campaign(by=by, details=details).pk for _ in range(2))
    open_campaign(by=by, campaign_id=opened, now=NOW)
    world.ids[name] |= {"campaign_id": str(prepared)}
    if name == RIVERBANK:
        world.made["campaign"] = {"campaign_id": str(prepared)}
        world.made["open campaign"] = {"campaign_id": str(opened)}


def _make_signatures(world: World, name: str) -> None:
    """Agreements that are signed by each way: by a parent for a child, by the co-ordinator, and at reception."""
    school, who = world.schools[name], ACTORS[name]
    parents, staff, visitors = (_in_force(school, code) for code in ("parent", "staff", "visitor"))
    parent, coordinator, visitor = (world.people[who[key]] for key in ("parent", "coordinator", "visitor"))
    child = factories.pupil(school, "Ada Lowe")
    factories.parent_of(child, parent)
    signed = factories.signature(parents, parent, child, typed_name="Robin")
    own = factories.signature(staff, coordinator, typed_name="Robin")
    for each in (signed, own):
        agreements_keeping.drawn(each.pk)
    ids = {"version_id": str(parents.pk), "about_id": str(child.pk), "signature_id": str(signed.pk)}
    world.ids[name] |= ids
    if name == HILLSIDE:
        return
    desk = factories.signer(visitor, "reception", witness_id=world.people["school_office"].pk)
    there = sign(by=desk, intent=Intent(visitors.pk, visitor.pk, "Robin")).signature
    with in_school(school.pk):
        token = make_link(school_id=school.pk, person_id=parent.pk)
    world.made["signing"] = ids
    world.made["signing link"] = {**ids, "token": token}
    world.made["letter link"] = {
        "token": sanctions_letters.letter_link(school, child, parent, world.people[who["coordinator"]])
    }
    world.made["own copy"] = {**ids, "signature_id": str(own.pk)}
    world.made["reception"] = {
        "version_id": str(visitors.pk),
        "about_id": str(visitor.pk),
        "signature_id": str(there.pk),
    }


def _in_force(school: School, code: str) -> AgreementVersion:
    """The version of an agreement that is to be signed; published where it is not yet."""
    there = AgreementVersion.objects.filter(school=school, code=code).order_by("-number").first()
    return there or factories.published(school, code, now=NOW)


def _make_agreements(world: World, name: str) -> None:
    """One agreement in force, and a draft of another."""
    by = world.viewer(ACTORS[name]["coordinator"])
    world.ids[name]["in_force"] = str(publish_as_shipped(by=by, code=IN_FORCE).pk)
    code = world.made["agreement"]["code"]
    save_draft(by=by, code=code, revision=0, content=from_pack(loader.latest("camden_2021").agreement(code)))


def _make_new_school(world: World) -> None:
    """A school that cannot help itself yet: one member, and a post that one administrator has asked for."""
    school = factories.school("Newbank Infant School")
    first = factories.person(school, "Robin First", Role.STAFF)
    assert first.user is not None
    asked = ask_to_appoint_by_log_in(
        by=at(world.users["second administrator"], school.pk),
        email=first.user.email,
        post=Role.HEAD_TEACHER,
        starts_on=NOW.date(),
    )
    world.users["first member"] = first.user
    world.made["new school"] = {"school_id": str(school.pk), "appointment_id": str(asked.pk)}


def _make_kept(world: World, name: str) -> None:
    """What is kept of signatures; the class session is that of the teacher who reported the cases."""
    who = ACTORS[name]
    kept = make_kept(
        world.schools[name],
        pupil=world.pupils[name],
        parent=world.people[who["parent"]],
        keeper=world.viewer(who["coordinator"]),
        teacher=world.viewer("staff" if name == RIVERBANK else "other_staff"),
    )
    for parts in kept.values():
        world.ids[name] |= {part: each for part, each in parts.items() if part not in world.ids[name]}
    if name == RIVERBANK:
        world.made |= kept


def make_case(world: World, case: Case, label: str) -> tuple[Made, int]:
    """A case as people make it, up to its state: the parts of the addresses of all it holds, and its version."""
    person = world.pupils[case.school] if case.subject == PUPIL else world.people[case.subject]
    subject = _as_subject(person, "pupil" if case.subject == PUPIL else "staff")
    said = {**factories.answers(), "people": [subject], **case.said}
    incident = report_incident(by=world.viewer(case.reporter), incident_id=uuid.uuid4(), answers=said, **case.routed)
    made = {
        "incident_id": str(incident.pk),
        "evidence_id": MISSING,
        "message_id": MISSING,
        "revision": "1",
        "number": "1",
        "page_code": "action",
        "reference": incident.reference,
    }
    if case.state == "reported":
        return made, incident.revision
    by = world.viewer(case.handler)
    incident = _record(by, incident, "details", {"reported_by": "Robin Witness"})
    incident = _record(by, incident, "action", {"outcome": f"Talked it through, {label}."})
    if not incident.uploads_barred:
        content = f"What was on the screen, {label}.".encode()
        kept = add_evidence(by=by, incident_id=incident.pk, filename="screen.txt", content=content)
        made["evidence_id"] = str(kept.pk)
    made["revision"] = str(incident.revision)
    if case.state != "recorded":
        message = finalise(by=by, incident_id=incident.pk, version=incident.revision)
        made["message_id"] = str(message.pk)
        drawn(message)
        _leave(message, case.state)
    if case.state == "closed":
        close(by=by, incident_id=incident.pk)
    save_page_draft_unless_closed(by, incident, case.state)
    return made, incident.revision


def _record(by: Viewer, incident: Incident, page_code: str, answers: dict[str, Any]) -> Incident:
    return save_page(
        by=by, incident_id=incident.pk, page_code=page_code, version=incident.revision, answers=answers, reason="Why."
    )


def save_page_draft_unless_closed(by: Viewer, incident: Incident, state: str) -> None:
    """Something typed and not saved."""
    if state != "closed":
        typed = {"typed": {"description": ["Half a sentence"]}}
        save_page_draft(
            by=by, incident_id=incident.pk, page_code="what-happened", version=incident.revision, content=typed
        )


def _leave(message: Message, state: str) -> None:
    """The message as the worker would have left it."""
    now = timezone.now()
    columns: dict[str, Any] = {"state": "accepted", "accepted_at": now, "handed_over_at": now}
    if state == "failed":
        columns = {"state": "failed", "problem": "refused", "attempt_count": 1}
    if state == "uncertain":
        columns = {"state": "uncertain", "problem": "lost_after_data", "handed_over_at": now, "attempt_count": 1}
    Message.objects.filter(pk=message.pk).update(**columns)


def _make_drafts(world: World) -> None:
    """A report that was begun and not sent."""
    incident_id = uuid.uuid4()
    save_report_draft(
        by=world.viewer("staff"), incident_id=incident_id, content={"typed": {"description": ["Half a sentence"]}}
    )
    world.made["draft"] = {"incident_id": str(incident_id)}


def _make_links(world: World) -> None:
    """The officer's link to one report that arrived, and an expired one to another."""
    now = timezone.now()
    for name, case, token, expires in (
        ("live link", "ordinary", LIVE_TOKEN, now + timedelta(days=20)),
        ("old link", "closed", OLD_TOKEN, now - timedelta(days=1)),
    ):
        Message.objects.filter(pk=world.made[case]["message_id"]).update(
            token_hash=hash_of(token), token_expires_at=expires, mime_sealed=seal(b"The mail."), composed_at=now
        )
        world.made[name] = {"token": token}


def make_hidden(world: World, hidden: Hidden, name: str) -> Made:
    """The hidden case, lived in: handled, sent in vain, decided, written about; in the current transaction."""
    with chance_of(f"the hidden case: {name}"):
        made, version = make_case(world, hidden.case, "hidden")
        if hidden.late_subject:
            _add_subject(world, hidden, made, version)
        parent = world.people[ACTORS[hidden.case.school]["parent"]]
        decided = Decided(world.viewer(hidden.decides), uuid.UUID(made["incident_id"]), parent)
        made |= decided.live_in()
    connection.check_constraints()
    return made


def _add_subject(world: World, hidden: Hidden, made: Made, version: int) -> None:
    """Somebody who could read it until now is named as a subject too."""
    people = [_as_subject(world.pupils[hidden.case.school]), _as_subject(world.people[hidden.late_subject], "staff")]
    save_page(
        by=world.viewer(hidden.case.handler),
        incident_id=uuid.UUID(made["incident_id"]),
        page_code="people",
        version=version,
        answers={"people": people},
        # It goes another way from now on, which may lead away from whoever names them.
        confirmed=True,
    )


def _as_subject(person: Person, kind: str = "pupil") -> dict[str, str]:
    return {"person_id": str(person.pk), "name": person.full_name, "group": "", "kind": kind, "part": "subject"}


def _make_framework(world: World, name: str) -> None:
    """A framework of the school's own, and a draft of the next."""
    parts = sanctions_framework.make_framework(world.viewer(ACTORS[name]["coordinator"]))
    world.ids[name] |= {"run_id": parts["run_id"]}
    if name == RIVERBANK:
        world.made["framework"] = parts
