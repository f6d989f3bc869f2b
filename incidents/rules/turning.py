"""To whom the advice sends somebody: never to who must not know. Duties R4, R5, R7, R10 (CC 4.1, CM 4.4)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from incidents.rules.posts import the
from packs.schema import Step
from schools.roles import Role

# Who reads a case about nobody of the school: the posts that a pack's steps take for granted.
_USUAL = frozenset({Role.COORDINATOR, Role.HEAD_TEACHER, Role.DSL, Role.DEPUTY_DSL})


@dataclass(frozen=True, slots=True)
class Turn:
    """One step of the advice: what to do, and the post whose holder to turn to for it, if any."""

    text: str
    post: Role | None
    urgency: str
    source: tuple[str, ...] = ()
    is_general: bool = False
    """It stands in every advice."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where a case goes, as far as advice goes by it: who handles it, and the posts that read it."""

    handler: Role
    readers: frozenset[Role]
    kept_out: frozenset[Role] = frozenset()

    @property
    def silent(self) -> frozenset[Role]:
        """The posts that nobody is to be sent to about this case."""
        return (_USUAL - self.readers - {self.handler}) | self.kept_out

    @property
    def code(self) -> str:
        """How a page hands it on to the advice that it asks for while somebody types."""
        return "/".join(
            " ".join(sorted(each)) for each in ([self.handler.value], map(str, self.readers), map(str, self.kept_out))
        )


def way_from(code: str) -> Way | None:
    """The way that a page handed on; None, the usual one, for what is none. Pure; raises nothing."""
    parts = code.split("/")
    try:
        (handler,), readers, kept_out = (frozenset(map(Role, part.split())) for part in parts)
    except ValueError:
        return None
    return Way(handler, readers, kept_out)


def turns(steps: Iterable[Step], *, general: Collection[str], way: Way | None = None) -> tuple[Turn, ...]:
    """The steps of a pack, without those that lead to somebody who must not know; the handler takes their place.

    ``way`` None: the usual one, by the co-ordinator. Pure; raises nothing.
    """
    said = tuple(
        Turn(
            text=step.text,
            post=Role(step.post) if step.post else None,
            urgency=step.urgency,
            source=step.source,
            is_general=step.id in general,
        )
        for step in steps
    )
    if way is None or not way.silent:
        return said
    gone = way.silent if way.handler is Role.COORDINATOR else way.silent | {Role.COORDINATOR}
    if Role.DSL in gone:
        # What is to be done when the lead cannot be reached ends with telling the lead.
        gone |= {Role.DEPUTY_DSL}
    # To whom a case of this kind goes is known now: what the pack says for every kind of it falls away.
    kept = [each for each in said if each.post not in gone and not (each.is_general and each.post)]
    instead = [
        Turn(
            f"This is for {the(way.handler)}. Speak of it with nobody else, least of all with whoever it is about.",
            way.handler,
            "next",
            is_general=True,
        )
    ]
    if any(each.urgency == "at_once" and each.post in way.silent for each in said):
        instead.insert(0, Turn(_now(way.handler), way.handler, "at_once"))
    first_later = next((n for n, each in enumerate(kept) if each.urgency != "at_once"), len(kept))
    return (*kept[:first_later], *instead, *kept[first_later:])


def _now(handler: Role) -> str:
    if handler is Role.LA_OFFICER:
        return f"Ring {the(handler)} now. If you cannot reach them, ring children's social care yourself."
    return (
        f"Tell {the(handler)} now, in person or by telephone. If you cannot reach them, ring children's social care "
        "yourself."
    )
