"""Who may give and end posts, and who may show somebody the door. Pure."""

from enum import StrEnum

from schools.roles import GOVERNOR_POSTS, TWO_PERSON_POSTS, Role

# So many people of a school must be able to appoint for the school to help itself.
ENOUGH = 2


class Kind(StrEnum):
    """What is asked for."""

    GIVE = "give"
    END = "end"
    RENEW = "renew"


class Decision(StrEnum):
    """Where what was asked for has got to."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


def is_fit(post: Role, memberships: frozenset[Role]) -> bool:
    """Whether somebody with these memberships may hold the post. Duty D1 (CM 3.2). Pure; raises nothing.

    Governors hold the governors' posts, members of staff the others; who is both holds none of the governors'.
    """
    if post in GOVERNOR_POSTS:
        return Role.GOVERNOR in memberships and Role.STAFF not in memberships
    return Role.STAFF in memberships


def may_give_alone(post: Role, *, by: frozenset[Role], to: frozenset[Role]) -> bool:
    """Whether whoever holds ``by`` may give this post to, or end it for, somebody who holds ``to``. Duty D1 (CM 3.2).

    The head gives the posts that take one person. The chair gives those of governors, and any to the head, who cannot
    be the one to do it. A post that takes two people nobody gives alone (threat T4). Pure; raises nothing.
    """
    if post in TWO_PERSON_POSTS:
        return False
    if Role.HEAD_TEACHER in by:
        return True
    return Role.CHAIR_OF_GOVERNORS in by and (post in GOVERNOR_POSTS or Role.HEAD_TEACHER in to)


def helps_itself(others_who_appoint: int) -> bool:
    """Whether a school has the two people it takes, besides the one it is about. Where it has not, service
    administrators stand in: in a new school both, later for the one who is missing. Pure; raises nothing."""
    return others_who_appoint >= ENOUGH


def may_renew_alone(by: frozenset[Role], of: frozenset[Role]) -> bool:
    """Whether one person may take away what somebody logs in with and have a link sent to begin anew. Duty D1, T4.

    ``of`` are the posts they hold or are to hold. Whoever does it and reads the other's mail could log in as them, so
    with a post that takes two people nobody does it alone; with another one it is the head, who could give it as well;
    with none the head or the school office. Pure; raises nothing.
    """
    if not of.isdisjoint(TWO_PERSON_POSTS):
        return False
    if of:
        return Role.HEAD_TEACHER in by
    return not by.isdisjoint({Role.HEAD_TEACHER, Role.SCHOOL_OFFICE})


def may_remove(by: frozenset[Role], of: frozenset[Role]) -> bool:
    """Whether somebody's access may be taken away at once by one person: ``of`` are the roles they hold. Duty D1.

    The head teacher goes by the chair's word; a safeguarding lead or a deputy by the head's; the vice chair by the
    chair's; the chair by nobody's alone: that post is ended by two people first (threat T4). All others by the head's
    or the school office's. Pure; raises nothing.
    """
    if Role.CHAIR_OF_GOVERNORS in of:
        return False
    if not of.isdisjoint({Role.HEAD_TEACHER, Role.VICE_CHAIR}):
        return Role.CHAIR_OF_GOVERNORS in by
    if not of.isdisjoint(TWO_PERSON_POSTS):
        return Role.HEAD_TEACHER in by
    return not by.isdisjoint({Role.HEAD_TEACHER, Role.SCHOOL_OFFICE})
