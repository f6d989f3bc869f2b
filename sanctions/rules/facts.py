"""What a proposal rests on. Duties S1, S3, S4, R12, P13 (CC 5, CM 5). No Django, no clock, no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from packs.schema import AUDIENCES, EARLIER_KINDS, GRADES, Audience, EarlierKind, Fact, Grade

NEEDS: Mapping[str, str] = {
    "sen": "special educational needs",
    "disability": "a disability",
    "eal": "English as an additional language",
    "in_care": "looked after by the local authority",
    "young_carer": "a young carer",
    "social_worker": "a social worker",
}
"""What a school knows of a child that the decision has to weigh, by code."""


class NotFacts(ValueError):
    """What was kept cannot be read as facts."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """One entry of somebody's record that stands: a warning, or a decision that found a breach."""

    given_on: date
    id: str
    kind: EarlierKind
    grade: Grade | None
    breaches: tuple[str, ...]
    """Codes, sorted."""
    reference: str
    """What people call it by: the reference of the case."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one person's part in one case. Order never matters: what is a set is kept sorted."""

    audience: Audience
    happened_on: date
    breaches: frozenset[str] = frozenset()
    look_back_from: date | None = None
    """The first day of the look-back; None: the whole time at the school."""
    is_deliberate: bool = False
    is_accidental: bool = False
    told_staff_promptly: bool | None = None
    """None: nobody has answered yet."""
    is_extreme: bool = False
    is_illegal_material: bool = False
    was_distributed: bool = False
    earlier: frozenset[Earlier] = frozenset()
    needs: frozenset[str] = frozenset()
    """Keys of ``NEEDS``."""
    year_group: str = ""
    restorative_tried: bool = False

    def holds(self, fact: Fact) -> bool:
        """Whether this is so. A question that nobody has answered is neither told nor not told. Pure."""
        return {
            "deliberate": self.is_deliberate,
            "accidental": self.is_accidental,
            "told": self.told_staff_promptly is True,
            "not_told": self.told_staff_promptly is False,
            "extreme": self.is_extreme,
            "illegal_material": self.is_illegal_material,
            "distributed": self.was_distributed,
        }[fact]

    @property
    def is_accident(self) -> bool:
        """By accident, and not continued by choice."""
        return self.is_accidental and not self.is_deliberate

    @property
    def record(self) -> tuple[Earlier, ...]:
        """The earlier record, oldest first."""
        return in_order(self.earlier)


def in_order(entries: Iterable[Earlier]) -> tuple[Earlier, ...]:
    """Entries of a record, oldest first, in the one order that they have. Pure."""
    return tuple(
        sorted(entries, key=lambda e: (e.given_on, e.reference, e.id, e.kind, e.grade or "", e.breaches)),
    )


FLAGS = ("is_deliberate", "is_accidental", "is_extreme", "is_illegal_material", "was_distributed", "restorative_tried")


def content_of(facts: Facts) -> dict[str, Any]:
    """The facts as they are kept: plain values, every list sorted. Pure; raises nothing."""
    return {
        "audience": facts.audience,
        "happened_on": facts.happened_on.isoformat(),
        "breaches": sorted(facts.breaches),
        "look_back_from": facts.look_back_from.isoformat() if facts.look_back_from else None,
        "told_staff_promptly": facts.told_staff_promptly,
        "earlier": [
            {
                "given_on": each.given_on.isoformat(),
                "id": each.id,
                "kind": each.kind,
                "grade": each.grade,
                "breaches": sorted(each.breaches),
                "reference": each.reference,
            }
            for each in facts.record
        ],
        "needs": sorted(facts.needs),
        "year_group": facts.year_group,
        **{flag: getattr(facts, flag) for flag in FLAGS},
    }


def facts_from(content: Mapping[str, Any]) -> Facts:
    """The facts that were kept, as ``content_of`` wrote them. Pure; raises NotFacts."""
    try:
        start, audience = content["look_back_from"], content["audience"]
        if audience not in AUDIENCES:
            raise NotFacts("The facts are about nobody that a framework knows.")
        if any(not isinstance(content[flag], bool) for flag in FLAGS):
            raise NotFacts("What is so or not so must be one of the two.")
        if content["told_staff_promptly"] not in (True, False, None):
            raise NotFacts("Staff were told, or not, or nobody has answered.")
        return Facts(
            audience=audience,
            happened_on=date.fromisoformat(content["happened_on"]),
            breaches=frozenset(content["breaches"]),
            look_back_from=None if start is None else date.fromisoformat(start),
            told_staff_promptly=content["told_staff_promptly"],
            earlier=frozenset(_earlier(content["earlier"])),
            needs=frozenset(content["needs"]),
            year_group=content["year_group"],
            **{flag: content[flag] for flag in FLAGS},
        )
    except NotFacts:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise NotFacts("The facts are not whole.") from error


def _earlier(rows: Iterable[Mapping[str, Any]]) -> Iterable[Earlier]:
    for each in rows:
        if each["kind"] not in EARLIER_KINDS or each["grade"] not in (*GRADES, None):
            raise NotFacts("The earlier record is not one of warnings and decisions.")
        yield Earlier(
            given_on=date.fromisoformat(each["given_on"]),
            id=each["id"],
            kind=each["kind"],
            grade=each["grade"],
            breaches=tuple(sorted(each["breaches"])),
            reference=each["reference"],
        )
