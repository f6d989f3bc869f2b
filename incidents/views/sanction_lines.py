"""The lines of the first page about sanctions: references and clocks, nobody's name and no kind of sanction."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from dispatch.rules.chips import Chip
from incidents.rules.chips import TO_DECIDE
from incidents.rules.clock import Clock
from incidents.selectors.waiting_cases import IncidentWaits, SanctionsWaiting

TO_CONFIRM = Chip("Facts to confirm", "clock", "edit")
OVERDUE = Chip("Overdue", "alarm", "alarm")
LOOK_AGAIN = Chip("Has changed", "clock", "history")
TO_REVIEW = Chip("To look at", "clock", "history")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do: where it leads, and its clock or chip."""

    title: str
    href: str
    detail: str = ""
    chip: Chip | None = None
    clock: Clock | None = None


def lines_to_decide(waiting: SanctionsWaiting) -> Iterator[Line]:
    """What waits for a decision, or for another look at one."""
    for each in waiting.to_look_again:
        detail = "The record, or what the decision rests on, has changed since."
        yield Line(f"{each.reference}: look at the decision again", _page(each), detail, LOOK_AGAIN)
    for each in waiting.to_decide:
        people = "" if each.count == 1 else f" about {each.count} people"
        detail = "The facts are confirmed, and a category is proposed with its reasons."
        title = f"{each.reference} waits for your decision{people}"
        yield Line(title, _page(each), detail, TO_DECIDE if each.clock is None else None, each.clock)


def lines_to_follow(waiting: SanctionsWaiting) -> Iterator[Line]:
    """What else waits of sanctions, the most urgent first: late, to confirm, to do, to look at."""
    for each in waiting.overdue:
        things = "one thing is" if each.count == 1 else f"{each.count} things are"
        yield Line(
            f"{each.reference}: {things} overdue",
            _page(each) + _part(each),
            "It must follow, whatever is decided.",
            OVERDUE,
        )
    for each in waiting.to_confirm:
        people = "" if each.count == 1 else f" about {each.count} people"
        detail = "What the form suggests is looked at by a person before anything is decided."
        yield Line(f"{each.reference}: facts to confirm{people}", _page(each), detail, TO_CONFIRM)
    for each in waiting.to_do:
        title = f"{each.reference}: one thing to do" if each.count == 1 else f"{each.reference}: {each.count} to do"
        yield Line(title, _page(each) + _part(each), "It falls to your post, whatever is decided.", None, each.clock)
    for each in waiting.to_review:
        detail = "It is the day on which you wanted to see how it went."
        yield Line(f"{each.reference}: look again at what was agreed", _page(each), detail, TO_REVIEW)


def _page(each: IncidentWaits) -> str:
    if each.only_case is None:
        return reverse("incidents:deciding", args=[each.incident_id])
    return reverse("incidents:case", args=[each.incident_id, each.only_case])


def _part(each: IncidentWaits) -> str:
    return "" if each.only_case is None else "#follows"
