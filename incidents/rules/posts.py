"""Posts in words, as pages about cases say them: in a sentence, and short for a table."""

from collections.abc import Iterable

from packs.schema.routing import HANDLER_POSTS
from schools.roles import ROLE_NAMES, Role

OFFICER = "the local authority's officer"
# The posts that routing names, in the order in which they are said.
IN_ORDER: tuple[Role, ...] = tuple(map(Role, HANDLER_POSTS))
_SHORT: dict[str, str] = {
    Role.COORDINATOR.value: "Co-ordinator",
    Role.HEAD_TEACHER.value: "Head teacher",
    Role.DSL.value: "Safeguarding lead",
    Role.DEPUTY_DSL.value: "Deputy lead",
    Role.CHAIR_OF_GOVERNORS.value: "Chair of governors",
    Role.VICE_CHAIR.value: "Vice chair",
    Role.LA_OFFICER.value: "Nobody here",
}


def the(post: Role | str) -> str:
    """A post in a sentence: "the head teacher". Pure; raises ValueError for what is no post."""
    role = Role(post)
    return OFFICER if role is Role.LA_OFFICER else f"the {ROLE_NAMES[role]}"


def short(post: str) -> str:
    """A post in a cell of a table. Pure; what is no post of routing is said as it is."""
    return _SHORT.get(post, post)


def listed(posts: Iterable[Role]) -> str:
    """Several posts in a sentence: "the head teacher, the SENCO and the chair of governors". Empty for none. Pure."""
    said = [the(post) for post in posts]
    if len(said) < 2:
        return "".join(said)
    return f"{', '.join(said[:-1])} and {said[-1]}"


def capital(text: str) -> str:
    """A sentence with its capital letter."""
    return text[:1].upper() + text[1:]
