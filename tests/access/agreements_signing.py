"""Rows of the table of routes and requests that leave a trace: signing by link, log-in and at reception, copies."""

from typing import Any

from aup.models import AgreementVersion, Signature
from aup.services.links import make_link
from schools.models import Person
from schools.roles import Role
from schools.wall import in_school
from tests import factories
from tests.access.agreements_keeping import drawn
from tests.access.scene import Ask, Example, World

# An empty form is refused where it may be sent at all.
ROWS = """
aup:own_home                | | signer/403 200                             | 405
aup:own_sign                | signing   | signer/403 parent/404 200        | signer/403 parent/404 422
aup:own_refuse              | signing   | signer/403 parent/404 200        | signer/403 parent/404 422
aup:own_answers             | signing   | signer/403 parent/404 200        | signer/403 parent/404 422
aup:own_receipt             | signing   | signer/403 parent/404 200        | 405
aup:own_copy                | own copy  | signer/403 copy_keeper/404 -other_coordinator/404 200 | 405
aup:reception_home          |           | desk/403 200                     | 405
aup:reception_sign          | reception | desk/403 -other_coordinator/404 200 | desk/403 -other_coordinator/404 422
aup:reception_refuse        | reception | desk/403 -other_coordinator/404 200 | desk/403 -other_coordinator/404 422
aup:reception_receipt       | reception | desk/403 school_office/404 200   | 405
*aup:link_home              | signing link | 200                           | 405
*aup:link_new               | signing link | 405                           | 200
*aup:link_sign              | signing link | 200                           | 422
*aup:link_refuse            | signing link | 200                           | 422
*aup:link_answers           | signing link | 200                           | 422
*aup:link_receipt           | signing link | 200                           | 405
*aup:link_copy              | signing link | 200                           | 405
"""
YES = {f"consent_{code}": "yes" for code in factories.agreements.YES_TO_ALL}
SIGNED = {**YES, "full_name": "Dan Olor", "agreed": "on"}
REFUSED = {"full_name": "Dan Olor", "sure": "on"}
# The same answers again are no change, and leave no entry.
ANSWERED = {**YES, "consent_video_calls": "no", "sure": "on"}


def child_of(world: World) -> tuple[AgreementVersion, Person]:
    """The parents' agreement, and a child that a parent may sign for."""
    child = factories.pupil(world.school, "Ada Olor")
    factories.parent_of(child, world.parent)
    return factories.published(world.school), child


def link_of(world: World) -> str:
    """The parent's link."""
    with in_school(world.school.pk):
        return make_link(school_id=world.school.pk, person_id=world.parent.pk)


def one(name: str, data: dict[str, Any] | None = None, *, signed: bool = False) -> Example:
    """A page about one agreement and one child, by log-in or by link."""

    def asked(world: World) -> Ask:
        version, child = child_of(world)
        if signed:
            factories.signature(version, world.parent, child)
        if name.startswith("aup:own_"):
            return Ask(world.parent, name, [version.pk, child.pk], data)
        return Ask(None, name, [link_of(world), version.pk, child.pk], data)

    return asked


def new_link(world: World) -> Ask:
    """A link anew, for a parent who has a child to sign for: nobody else gets one."""
    child_of(world)
    return Ask(None, "aup:link_new", [link_of(world)], {})


def of_signature(name: str) -> Example:
    """A page about something that was signed."""

    def asked(world: World) -> Ask:
        version, child = child_of(world)
        row = factories.signature(version, world.parent, child)
        drawn(row.pk)
        if name.startswith("aup:own_"):
            return Ask(world.parent, name, [row.pk])
        return Ask(None, name, [link_of(world), row.pk])

    return asked


def at_desk(name: str, data: dict[str, Any] | None = None) -> Example:
    """A visitor at the desk of the school office."""

    def asked(world: World) -> Ask:
        visitor = factories.person(world.school, "Dan Olor", Role.VISITOR)
        return Ask(world.jo, name, [factories.published(world.school, "visitor").pk, visitor.pk], data)

    return asked


def desk_receipt(world: World) -> Ask:
    """What a visitor has signed before the co-ordinator."""
    ask = at_desk("aup:reception_sign", SIGNED)(world)
    ask.send()
    return Ask(world.jo, "aup:reception_receipt", [Signature.objects.get().pk])


READS: dict[str, Example] = {
    "aup:own_home": lambda w: Ask(w.parent, "aup:own_home"),
    "aup:own_sign": one("aup:own_sign"),
    "aup:own_refuse": one("aup:own_refuse"),
    "aup:own_answers": one("aup:own_answers", signed=True),
    "aup:own_receipt": of_signature("aup:own_receipt"),
    "aup:own_copy": of_signature("aup:own_copy"),
    "aup:reception_home": lambda w: Ask(w.jo, "aup:reception_home"),
    "aup:reception_sign": at_desk("aup:reception_sign"),
    "aup:reception_refuse": at_desk("aup:reception_refuse"),
    "aup:reception_receipt": desk_receipt,
    "aup:link_home": lambda w: Ask(None, "aup:link_home", [link_of(w)]),
    "aup:link_sign": one("aup:link_sign"),
    "aup:link_refuse": one("aup:link_refuse"),
    "aup:link_answers": one("aup:link_answers", signed=True),
    "aup:link_receipt": of_signature("aup:link_receipt"),
    "aup:link_copy": of_signature("aup:link_copy"),
}
WRITES: dict[tuple[str, str], Example] = {
    ("aup:own_sign", "agreement.signed"): one("aup:own_sign", SIGNED),
    ("aup:own_refuse", "agreement.refused"): one("aup:own_refuse", REFUSED),
    ("aup:own_answers", "agreement.consents"): one("aup:own_answers", ANSWERED, signed=True),
    ("aup:reception_sign", "agreement.signed"): at_desk("aup:reception_sign", SIGNED),
    ("aup:reception_refuse", "agreement.refused"): at_desk("aup:reception_refuse", REFUSED),
    ("aup:link_sign", "agreement.signed"): one("aup:link_sign", SIGNED),
    ("aup:link_refuse", "agreement.refused"): one("aup:link_refuse", REFUSED),
    ("aup:link_answers", "agreement.consents"): one("aup:link_answers", ANSWERED, signed=True),
    ("aup:link_new", "agreement.link_asked"): new_link,
}
CHANGE_NOTHING: dict[str, str] = {}
