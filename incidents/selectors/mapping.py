"""What the printed form says of one person's part, and which breaches that suggests. Duties S1, R1 (CC 5, CM 5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from incidents.rules.posts import capital
from incidents.selectors.cases_shown import CasePage
from packs import loader
from packs.schema import Form
from sanctions.rules.suggesting import flags_said, suggested

# The answers of the form that a framework can map.
MAPPED = ("types", "deliberate_considered_as")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A breach, its category, and every answer that suggests it."""

    breach: str
    grade: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormSays:
    """The whole mapping. ``silent``: answers that suggest nothing. ``suggested``: the facts as the form alone says."""

    suggestions: tuple[Suggestion, ...]
    silent: tuple[str, ...]
    nature: tuple[str, ...]
    suggested: Mapping[str, Any]


def mapping_of(page: CasePage) -> FormSays:
    """What the form of a case says now, and what follows for this person. No query; the page was read by a service."""
    form = loader.get(*page.pack).form
    found = suggested(page.framework, page.audience, page.answers)
    used = {pair for each in found for pair in each.because}
    flags = flags_said(page.answers)
    return FormSays(
        suggestions=tuple(
            Suggestion(
                page.framework.breach(page.audience, each.breach).text,
                page.framework.grade_of(page.audience, each.breach),
                tuple(_answer(form, field, option) for field, option in each.because),
            )
            for each in found
        ),
        silent=tuple(
            _answer(form, field, option)
            for field in MAPPED
            for option in page.answers.get(field) or ()
            if (field, option) not in used
        ),
        nature=tuple(_nature(flags)),
        suggested={"breaches": [each.breach for each in found], **flags},
    )


def _answer(form: Form, field: str, option: str) -> str:
    """An answer as it is printed."""
    try:
        return capital(form.label(field, option))
    except LookupError:
        return option


def _nature(flags: Mapping[str, bool]) -> Iterator[str]:
    if flags["is_deliberate"]:
        yield "on purpose"
    if flags["is_accidental"]:
        yield "by accident"
    if flags["is_illegal_material"]:
        yield "may be against the law"
    if flags["was_distributed"]:
        yield "passed on to others"
