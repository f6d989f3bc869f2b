"""The fields of the framework's editor: what each says, and what can be chosen. No query of its own."""

from collections.abc import Iterable
from dataclasses import dataclass

from packs.schema import GRADES, POSTS, Audience, Framework, Grade, Nature, Post
from sanctions.rules import editing
from sanctions.selectors.frameworks import Opened, answer_fields
from schools.roles import ROLE_NAMES, Role

# Whose agreements a breach can break.
_SIGNERS = {"pupil": frozenset({"pupil"}), "staff": frozenset({"staff", "governor"})}
_NATURES: tuple[tuple[Nature | None, str], ...] = (
    (None, "either way"),
    ("deliberate", "if on purpose"),
    ("accidental", "if by accident"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be chosen, and whether it is."""

    value: str
    label: str
    is_chosen: bool
    about: str = ""


Group = tuple[str, tuple[Choice, ...]]


@dataclass(frozen=True, slots=True)
class BreachField:
    """One breach in the editor; ``place`` is for the fields' names, ``number`` for people."""

    place: int
    code: str
    text: str
    source: str
    clauses: tuple[Group, ...]
    clauses_count: int
    repeats: tuple[Choice, ...]
    grades: tuple[Choice, ...]

    @property
    def number(self) -> int:
        """Its number as people count."""
        return self.place + 1


@dataclass(frozen=True, slots=True)
class ObligationField:
    """One obligation of the school's own in the editor."""

    place: int
    typed: editing.TypedObligation
    owners: tuple[Choice, ...]

    @property
    def number(self) -> int:
        """Its number as people count."""
        return self.place + 1


@dataclass(frozen=True, slots=True)
class CategoryFields:
    """The fields of one category."""

    meaning: str
    is_enabled: bool
    breaches: tuple[BreachField, ...]
    sanctions: tuple[Choice, ...]
    obligations: tuple[ObligationField, ...]


@dataclass(frozen=True, slots=True)
class LineField:
    """One line of what the form suggests."""

    place: int
    answers: tuple[Group, ...]
    natures: tuple[Choice, ...]
    breaches: tuple[Group, ...]

    @property
    def number(self) -> int:
        """Its number as people count."""
        return self.place + 1


def category_fields(found: Opened, audience: Audience, grade: Grade, typed: editing.TypedCategory) -> CategoryFields:
    """The fields of a category as it was typed. Pure; raises nothing."""
    framework, policy = found.framework, found.pack.framework
    sources = {each.code: each.source for each in policy.category(audience, grade).breaches}
    lower = _lower(framework, audience, grade)
    return CategoryFields(
        meaning=typed.meaning,
        is_enabled=typed.enabled,
        breaches=tuple(
            BreachField(
                place=place,
                code=each.code,
                text=each.text,
                source=", ".join(sources.get(each.code, ())),
                clauses=_clauses(found, audience, each.clauses),
                clauses_count=len(each.clauses),
                repeats=_repeats(lower, each.persists_from),
                grades=tuple(
                    Choice(row.grade, f"Category {row.grade}", row.grade == each.grade)
                    for row in framework.categories(audience)
                ),
            )
            for place, each in enumerate(typed.breaches)
        ),
        sanctions=tuple(
            Choice(each.code, each.text or "No words yet", each.code in typed.sanctions)
            for each in framework.sanction_types
        ),
        obligations=tuple(
            ObligationField(place, each, post_choices(each.owner)) for place, each in enumerate(typed.obligations)
        ),
    )


def line_fields(found: Opened, audience: Audience, lines: Iterable[editing.TypedLine]) -> tuple[LineField, ...]:
    """The lines of what the form suggests as they were typed. Pure; raises nothing."""
    categories = found.framework.categories(audience)
    listed = {each.code for row in categories for each in row.breaches}
    return tuple(
        LineField(
            place=place,
            answers=tuple(
                (
                    field.label,
                    tuple(
                        Choice(
                            f"{field.key}.{option.code}",
                            option.label[:1].upper() + option.label[1:],
                            (field.key, option.code) == (each.field, each.option),
                        )
                        for option in field.options
                    ),
                )
                for field in answer_fields(found.pack)
            ),
            natures=tuple(Choice(value or "", label, value == each.nature) for value, label in _NATURES),
            breaches=(
                *(
                    (
                        f"Category {row.grade}",
                        tuple(Choice(breach.code, breach.text, breach.code == each.breach) for breach in row.breaches),
                    )
                    for row in categories
                    if row.breaches
                ),
                *(
                    [("Not listed any more", (Choice(each.breach, each.breach, is_chosen=True),))]
                    if each.breach and each.breach not in listed
                    else []
                ),
            ),
        )
        for place, each in enumerate(lines)
    )


def post_choices(chosen: Post | None) -> tuple[Choice, ...]:
    """The posts that can own an obligation or be told of a sanction. Pure."""
    return tuple(Choice(each, _post(each), each == chosen) for each in POSTS)


def _post(post: Post) -> str:
    name = ROLE_NAMES[Role(post)]
    return name if name.isupper() else name[:1].upper() + name[1:]


def _lower(framework: Framework, audience: Audience, grade: Grade) -> tuple[tuple[str, str], ...]:
    return tuple(
        (each.code, f"{row.grade}: {each.text}")
        for row in framework.categories(audience)
        if GRADES.index(row.grade) < GRADES.index(grade)
        for each in row.breaches
    )


def _repeats(lower: tuple[tuple[str, str], ...], chosen: str | None) -> tuple[Choice, ...]:
    gone = chosen is not None and all(code != chosen for code, _ in lower)
    return (
        Choice("", "Nothing: it stands by itself", chosen is None),
        *(Choice(code, label, code == chosen) for code, label in lower),
        *([Choice(chosen or "", "A breach that is not in a lower category", is_chosen=True)] if gone else []),
    )


def _clauses(found: Opened, audience: Audience, chosen: tuple[str, ...]) -> tuple[Group, ...]:
    agreements = [each for each in found.pack.agreements if each.audience in _SIGNERS[audience]]
    offered = {clause.id for each in agreements for clause in each.clauses}
    elsewhere = tuple(Choice(each, each, is_chosen=True) for each in chosen if each not in offered)
    return (
        *(
            (
                each.title,
                tuple(Choice(clause.id, clause.text, clause.id in chosen, clause.id) for clause in each.clauses),
            )
            for each in agreements
        ),
        *([("Other clauses", elsewhere)] if elsewhere else []),
    )
