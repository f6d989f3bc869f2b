"""What sanctions are told of a matter, and of what somebody did in it, by the app that keeps the matter."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Matter:
    """What a case is about, as far as sanctions need to know."""

    school_id: UUID
    reference: str
    pack_code: str
    pack_version: int
    happened_on: date
    recorded_at: datetime
    posts: frozenset[str]
    """The posts that somebody holds who may know of it."""
    handler_post: str
    """Whoever sees to what the owner of an obligation may not know of."""
    decider_post: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What the form says of one person's part: a suggestion, until somebody confirms it."""

    breaches: frozenset[str]
    is_deliberate: bool
    is_accidental: bool
    is_illegal_material: bool
    was_distributed: bool
    year_group: str = ""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The facts as somebody has looked at them."""

    breaches: frozenset[str]
    is_deliberate: bool
    is_accidental: bool
    told_staff_promptly: bool | None
    is_extreme: bool
    is_illegal_material: bool
    was_distributed: bool
    restorative_tried: bool
    needs: frozenset[str] = frozenset()
    note: str = ""
