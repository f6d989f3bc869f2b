"""How the form is cut into pages on the screen: the same fields as on paper, in an order that can be worked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from incidents.rules.answers import Problem, is_empty, problems
from packs.schema import Form

PageState = Literal["done", "todo", "problem"]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the record: its code (in the URL), its title and the keys of the fields on it."""

    code: str
    title: str
    keys: tuple[str, ...]


PAGES: tuple[Page, ...] = (
    Page("details", "Details", ("happened_on", "happened_at", "location", "reported_by", "identified_how", "involved")),
    Page(
        "what-happened",
        "What happened",
        (
            "types",
            "immediate_risk",
            "safeguarding",
            "sexual_images",
            "illegal_material",
            "description",
            "urls",
            "deliberate",
            "deliberate_material",
            "deliberate_considered_as",
            "accidental",
            "accidental_material",
            "risk_areas",
            "on_school_equipment",
        ),
    ),
    Page("people", "People", ("people",)),
    Page(
        "action",
        "Action taken",
        ("action_staff", "specific_action", "action_child", "block_requested", "evidence", "audit_of_use", "outcome"),
    ),
)


class UnknownPage(LookupError):
    """The form has no page with this code."""


def page(code: str) -> Page:
    """The page with this code. Raises UnknownPage."""
    for each in PAGES:
        if each.code == code:
            return each
    raise UnknownPage


def page_of(key: str) -> Page:
    """The page that a field (or the text that specifies one of its options) stands on. Raises UnknownPage."""
    for each in PAGES:
        if key in each.keys or any(key == f"{own}_other" for own in each.keys):
            return each
    raise UnknownPage


def answers_on(form: Form, each: Page) -> tuple[str, ...]:
    """Every answer key of a page, the texts that options ask for included."""
    keys: list[str] = []
    for key in each.keys:
        keys.append(key)
        keys.extend(form.field(key).specify_keys)
    return tuple(keys)


def state_of(form: Form, each: Page, answers: Mapping[str, Any], *, today: date) -> PageState:
    """Whether a page is done, has nothing on it yet, or has something to mend."""
    if all(is_empty(answers.get(key)) for key in answers_on(form, each)):
        return "todo"
    return "problem" if problems(form, answers, today=today, keys=each.keys) else "done"


def everything_wrong(form: Form, answers: Mapping[str, Any], *, today: date) -> tuple[tuple[Page, Problem], ...]:
    """What keeps a record from being sent, each with the page to mend it on."""
    return tuple((page_of(each.key), each) for each in problems(form, answers, today=today))
