"""The same for the pages about people, posts, the officer's address and emergency access, and for the service's own."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone

from schools.models import Appointment, EmergencyAccess, Guardian, Membership, OfficerChange, Person, Post, School, User
from schools.roles import Role
from schools.rules.officer import code_of
from schools.services.appointing import ask_to_appoint, ask_to_appoint_by_log_in, ask_to_renew
from schools.services.emergency import approve_emergency, ask_emergency
from schools.services.families import link_guardian
from schools.services.members import PersonDetails, add_person
from schools.services.officer import ask_officer_change, code_key, give_code
from schools.services.posts import give_post
from schools.viewer import Viewer
from tests import factories
from tests.access.scene import Ask, Example, World

NEW_ADDRESS = "new@council.example.org"
REASON = "The head and the chair cannot be reached, and the police ask for a record."
NAMES = {"given_name": "Mei", "family_name": "Hart"}


def day(name: str, on: date | None = None) -> dict[str, Any]:
    """The three fields of a day."""
    on = on or timezone.localdate()
    return {f"{name}_day": on.day, f"{name}_month": on.month, f"{name}_year": on.year}


def head_of(world: World) -> Viewer:
    return factories.viewer(world.head)


# --- people ----------------------------------------------------------------------------------------------------------


def about_teacher(name: str, data: dict[str, Any] | None = None) -> Example:
    return lambda world: Ask(world.head, name, [world.teacher.pk], data)


def without_log_in(world: World) -> Person:
    details = PersonDetails(given_name="Mei", family_name="Hart")
    return add_person(by=head_of(world), details=details, role=Role.STAFF, starts_on=timezone.localdate())


def membership_of(who: Person) -> UUID:
    return Membership.objects.get(person=who).pk


def family(world: World) -> Guardian:
    today = timezone.localdate()
    return link_guardian(by=head_of(world), guardian_id=world.parent.pk, child_id=world.pupil.pk, starts_on=today)


def linked(world: World) -> Ask:
    said = {"pick": str(world.parent.pk), "checked": "on", "responsibility": "yes", **day("starts_on")}
    return Ask(world.head, "schools:link_guardian", [world.pupil.pk], said)


# --- posts -----------------------------------------------------------------------------------------------------------


def given(world: World) -> Post:
    today = timezone.localdate()
    return give_post(by=head_of(world), person_id=world.teacher.pk, post=Role.SENCO, starts_on=today)


def giving(post: str) -> Example:
    return lambda world: Ask(
        world.head, "schools:give_post", data={"post": post, "pick": str(world.teacher.pk), **day("starts_on")}
    )


def asked(world: World) -> Appointment:
    assert world.chair
    today = timezone.localdate()
    return ask_to_appoint(by=head_of(world), person_id=world.teacher.pk, post=Role.DEPUTY_DSL, starts_on=today)


def asked_to_end(world: World) -> Ask:
    post = Post.objects.get(person=world.dsl)
    return Ask(world.head, "schools:end_post", [post.pk], day("last_day"))


def asked_to_renew(world: World) -> Appointment:
    return ask_to_renew(by=head_of(world), post_id=Post.objects.get(person=world.dsl).pk)


def deciding(action: str) -> Example:
    def ask(world: World) -> Ask:
        row = asked(world)
        who = world.head if action == "withdraw" else world.chair
        return Ask(who, "schools:appointment", [row.pk], {"action": action})

    return ask


# --- the officer's address -------------------------------------------------------------------------------------------


def change(world: World) -> OfficerChange:
    return ask_officer_change(by=world.by, new_email=NEW_ADDRESS)


def code(of: OfficerChange) -> str:
    return code_of(of.pk, key=code_key())


def shown_code(world: World) -> Ask:
    row = change(world)
    return Ask(world.jo, "schools:officer_decide", [row.pk], {"action": "code", "code": code(row)})


def wrong_code(world: World) -> Ask:
    return Ask(world.jo, "schools:officer_decide", [change(world).pk], {"action": "code", "code": "222 222 22"})


def agreed(world: World) -> Ask:
    row = change(world)
    give_code(by=world.by, change_id=row.pk, code=code(row))
    return Ask(world.head, "schools:officer_decide", [row.pk], {"action": "confirm"})


def first_address(world: World) -> Ask:
    School.objects.filter(pk=world.school.pk).update(officer_email="")
    return agreed(world)


def cancelled(world: World) -> Ask:
    return Ask(world.jo, "schools:officer_decide", [change(world).pk], {"action": "cancel"})


# --- emergency access, and the service -------------------------------------------------------------------------------


def wanted(world: World) -> EmergencyAccess:
    return ask_emergency(by=world.at_work(world.one), reason=REASON)


def opened(world: World) -> EmergencyAccess:
    return approve_emergency(by=world.at_work(world.two), emergency_id=wanted(world).pk)


def with_reasons(world: World) -> Ask:
    assert opened(world).reason_sealed
    return Ask(world.head, "schools:emergencies")


def of_service(
    name: str, row: Callable[[World], Any] | None = None, who: str = "two", data: dict[str, Any] | None = None
) -> Example:
    def ask(world: World) -> Ask:
        user: User = getattr(world, who)
        return Ask(user, f"service:{name}", [world.school.pk, *([row(world).pk] if row else [])], data)

    return ask


def asked_by_log_in(world: World) -> Appointment:
    return ask_to_appoint_by_log_in(
        by=world.at_work(world.one), email=world.teacher.email, post=Role.HEAD_TEACHER, starts_on=timezone.localdate()
    )


def asked_of_service(world: World) -> Ask:
    said = {"email": world.teacher.email, "post": "head_teacher", **day("starts_on")}
    return Ask(world.one, "service:post", [world.school.pk], said)


READS: dict[str, Example] = {
    "schools:people": lambda w: Ask(w.head, "schools:people"),
    "schools:find_people": lambda w: Ask(w.head, "schools:find_people", data={"find": "rob", "who": w.teacher.pk}),
    "schools:person": about_teacher("schools:person"),
    "schools:change_person": about_teacher("schools:change_person"),
    "schools:give_log_in": about_teacher("schools:give_log_in"),
    "schools:give_role": about_teacher("schools:give_role"),
    "schools:leave": about_teacher("schools:leave"),
    "schools:renew_log_in": about_teacher("schools:renew_log_in"),
    "schools:link_guardian": lambda w: Ask(w.head, "schools:link_guardian", [w.pupil.pk]),
    "schools:end_role": lambda w: Ask(w.head, "schools:end_role", [membership_of(w.teacher)]),
    "schools:end_guardian": lambda w: Ask(w.head, "schools:end_guardian", [family(w).pk]),
    "schools:posts": lambda w: Ask(w.head, "schools:posts"),
    "schools:find_for_post": lambda w: Ask(w.head, "schools:find_for_post", data={"find": "rob", "who": w.teacher.pk}),
    "schools:give_post": lambda w: Ask(w.head, "schools:give_post"),
    "schools:end_post": lambda w: Ask(w.head, "schools:end_post", [given(w).pk]),
    "schools:ask_to_renew": lambda w: Ask(w.head, "schools:ask_to_renew", [Post.objects.get(person=w.dsl).pk]),
    "schools:appointment": lambda w: Ask(w.chair, "schools:appointment", [asked(w).pk]),
    "schools:officer": lambda w: Ask(w.jo, "schools:officer"),
    "schools:emergencies": with_reasons,
    "service:school": of_service("school"),
    "service:appointment": of_service("appointment", asked_by_log_in),
    "service:emergency": of_service("emergency", wanted),
}
WRITES: dict[tuple[str, str], Example] = {
    ("schools:add_person", "people.added"): lambda w: Ask(
        w.head, "schools:add_person", data={**NAMES, "role": "staff", **day("starts_on")}
    ),
    ("schools:change_person", "people.changed"): about_teacher("schools:change_person", NAMES),
    ("schools:give_log_in", "people.log_in_given"): lambda w: Ask(
        w.head, "schools:give_log_in", [without_log_in(w).pk], {"email": "mei@example.org"}
    ),
    ("schools:give_role", "people.role_given"): about_teacher(
        "schools:give_role", {"role": "parent", **day("starts_on")}
    ),
    ("schools:end_role", "people.role_ended"): lambda w: Ask(
        w.head, "schools:end_role", [membership_of(w.teacher)], day("last_day")
    ),
    ("schools:renew_log_in", "people.log_in_renewed"): about_teacher(
        "schools:renew_log_in", {"then": "renew", "sure": "on"}
    ),
    ("schools:renew_log_in", "people.log_in_closed"): about_teacher(
        "schools:renew_log_in", {"then": "close", "sure": "on"}
    ),
    ("schools:renew_log_in", "log_in.revoked"): about_teacher("schools:renew_log_in", {"then": "close", "sure": "on"}),
    ("schools:ask_to_renew", "appointment.asked"): lambda w: Ask(
        w.head, "schools:ask_to_renew", [Post.objects.get(person=w.dsl).pk], {"sure": "on"}
    ),
    ("schools:leave", "people.left"): lambda w: Ask(
        w.head, "schools:leave", [w.teacher.pk], {"sure": "on", **day("last_day")}
    ),
    ("schools:leave", "log_in.revoked"): lambda w: Ask(
        w.head, "schools:leave", [w.teacher.pk], {"sure": "on", **day("last_day")}
    ),
    ("schools:link_guardian", "guardian.linked"): linked,
    ("schools:end_guardian", "guardian.ended"): lambda w: Ask(
        w.head, "schools:end_guardian", [family(w).pk], day("last_day")
    ),
    ("schools:give_post", "post.given"): giving("senco"),
    ("schools:give_post", "appointment.asked"): giving("deputy_dsl"),
    ("schools:end_post", "post.ended"): lambda w: Ask(w.head, "schools:end_post", [given(w).pk], day("last_day")),
    ("schools:end_post", "appointment.asked"): asked_to_end,
    ("schools:appointment", "appointment.confirmed"): deciding("confirm"),
    ("schools:appointment", "appointment.refused"): deciding("refuse"),
    ("schools:appointment", "appointment.withdrawn"): deciding("withdraw"),
    ("schools:appointment", "log_in.revoked"): lambda w: Ask(
        w.chair, "schools:appointment", [asked_to_renew(w).pk], {"action": "confirm"}
    ),
    ("schools:officer_ask", "officer.change_asked"): lambda w: Ask(
        w.jo, "schools:officer_ask", data={"email": NEW_ADDRESS, "again": NEW_ADDRESS}
    ),
    ("schools:officer_decide", "officer.code_given"): shown_code,
    ("schools:officer_decide", "officer.code_wrong"): wrong_code,
    ("schools:officer_decide", "officer.change_confirmed"): agreed,
    ("schools:officer_decide", "officer.change_cancelled"): cancelled,
    ("schools:officer_decide", "officer.changed"): first_address,
    ("schools:emergency_end", "emergency.ended"): lambda w: Ask(w.head, "schools:emergency_end", [opened(w).pk], {}),
    ("service:add", "school.added"): lambda w: Ask(
        w.one, "service:add", data={"name": "New School", "address": "1 New Road", "email": "office@new.example.org"}
    ),
    ("service:member", "people.welcomed"): of_service(
        "member", data={**NAMES, "email": "mei@example.org", "role": "staff", **day("starts_on")}
    ),
    ("service:post", "appointment.asked"): asked_of_service,
    ("service:appointment", "appointment.confirmed"): of_service(
        "appointment", asked_by_log_in, data={"action": "confirm"}
    ),
    ("service:appointment", "appointment.refused"): of_service(
        "appointment", asked_by_log_in, data={"action": "refuse"}
    ),
    ("service:appointment", "appointment.withdrawn"): of_service(
        "appointment", asked_by_log_in, "one", {"action": "withdraw"}
    ),
    ("service:appointment", "log_in.revoked"): of_service("appointment", asked_to_renew, data={"action": "confirm"}),
    ("service:ask", "emergency.asked"): of_service("ask", data={"reason": REASON}),
    ("service:emergency", "emergency.approved"): of_service("emergency", wanted, data={"action": "approve"}),
    ("service:emergency", "emergency.ended"): of_service("emergency", opened, data={"action": "end"}),
    ("service:emergency", "emergency.refused"): of_service("emergency", wanted, data={"action": "end"}),
}
