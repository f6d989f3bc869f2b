"""What a decision must say before it can stand. Duties S2, S3 (CC 2.3.1, 5, CM 2.3.1, 5). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from packs.schema import Audience, Framework, Grade
from sanctions.rules.departing import departure

Path = Literal["sanction", "restorative", "none"]
LONGEST = timedelta(days=366)
REASON_LIMIT = 4000


@dataclass(frozen=True, slots=True)
class Wanted:
    """One sanction that is to be given."""

    code: str
    starts_on: date
    ends_on: date | None = None
    """The last day."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the head teacher chose."""

    grade: Grade | None
    path: Path
    reason: str = ""
    sanctions: tuple[Wanted, ...] = ()
    warns: bool = False
    agreed: str = ""
    """What was agreed to put it right."""
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is missing or cannot be, for the field that it is about, in words for whoever decides."""

    field: str
    text: str


def problems(
    choice: Choice,
    framework: Framework,
    *,
    audience: Audience,
    proposed: Grade | None,
    may_be_restorative: bool,
    today: date,
    must_say_why: bool = False,
) -> tuple[Problem, ...]:
    """Everything that keeps this choice from standing; none: it can. Pure; raises nothing.

    ``must_say_why``: an earlier decision is being revised.
    """
    return tuple(
        Problem(field, text)
        for field, text in (
            *_about_the_grade(choice, framework, audience, proposed, must_say_why),
            *_about_the_path(choice, may_be_restorative, today),
            *_about_sanctions(choice, framework, audience, today),
        )
    )


def _about_the_grade(
    choice: Choice, framework: Framework, audience: Audience, proposed: Grade | None, must_say_why: bool
) -> Iterator[tuple[str, str]]:
    if choice.grade is not None and not framework.category(audience, choice.grade).enabled:
        yield "grade", f"The school does not use category {choice.grade} here."
    way = departure(proposed, choice.grade)
    if way != "none" and not choice.reason.strip():
        yield "reason", f"Say why you go {way} from what is proposed."
    elif must_say_why and not choice.reason.strip():
        yield "reason", "Say why the decision is changed."
    if len(choice.reason) > REASON_LIMIT:
        yield "reason", f"Keep the reason under {REASON_LIMIT:,} characters."


def _about_the_path(choice: Choice, may_be_restorative: bool, today: date) -> Iterator[tuple[str, str]]:
    if choice.grade is None and (choice.path != "none" or choice.sanctions or choice.warns):
        yield "path", "Where nothing is found there is no sanction and no warning."
    if choice.grade is not None and choice.path == "sanction" and not (choice.sanctions or choice.warns):
        yield "sanctions", "Choose a sanction or a warning, or choose another way."
    if choice.path != "sanction" and choice.sanctions:
        yield "sanctions", "Sanctions go with the choice of sanctions alone."
    if choice.path == "none" and choice.grade is not None and not choice.reason.strip():
        yield "reason", "Say why nothing follows."
    if choice.path != "restorative":
        return
    if not may_be_restorative:
        yield "path", "The policy does not offer to put this right instead of a sanction."
    if not choice.agreed.strip():
        yield "agreed", "Write down what was agreed."
    if choice.review_on is None:
        yield "review_on", "Say on which day it is looked at again."
    elif not today < choice.review_on <= today + LONGEST:
        yield "review_on", "Choose a day after today, within a year."


def _about_sanctions(
    choice: Choice, framework: Framework, audience: Audience, today: date
) -> Iterator[tuple[str, str]]:
    allowed = () if choice.grade is None else framework.category(audience, choice.grade).sanctions
    if len({each.code for each in choice.sanctions}) != len(choice.sanctions):
        yield "sanctions", "A sanction is chosen twice."
    for each in choice.sanctions:
        if each.code not in allowed:
            yield "sanctions", "One of the sanctions does not belong to this category."
            continue
        kind = framework.sanction_type(each.code)
        field = f"sanction_{each.code}"
        if kind.specify and not each.detail.strip():
            yield field, f"Say which it is: {kind.text.lower()}."
        if not today - LONGEST <= each.starts_on <= today + LONGEST:
            yield field, f"Choose a first day within a year: {kind.text.lower()}."
        if kind.ends and each.ends_on is None:
            yield field, f"Say on which day it ends: {kind.text.lower()}."
        if each.ends_on is None:
            continue
        if not kind.ends:
            yield field, f"This has no last day: {kind.text.lower()}."
        elif not each.starts_on <= each.ends_on <= each.starts_on + LONGEST:
            yield field, f"The last day comes after the first, within a year: {kind.text.lower()}."
