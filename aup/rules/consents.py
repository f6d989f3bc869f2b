"""What the parents of a child have allowed, all their answers taken together. Duty A5 (CC 3.5.8, CM 3.6.6, NS 7.9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Answered:
    """What one parent answered at one moment: each consent's code, and yes or no."""

    signer_id: UUID
    at: datetime
    number: int
    consents: Mapping[str, bool]


# Consents after whose end something must be undone, and what: the school's staff read it as a task.
FOLLOW_UPS: dict[str, str] = {
    "publish_photographs": "Take down every photograph and film that shows the child, on paper and online.",
    "publish_work": "Take the child's work down from the website.",
    "video_calls": "Take the child off the lists of video calls and live lessons.",
    "internet_access": "Take away the child's access to the internet, and speak with the parent.",
}


def newest(answers: Iterable[Answered]) -> dict[UUID, Mapping[str, bool]]:
    """For each parent the answers that count: their newest ones, in the order of the register. Pure."""
    found: dict[UUID, Answered] = {}
    for each in answers:
        before = found.get(each.signer_id)
        if before is None or (before.number, before.at) < (each.number, each.at):
            found[each.signer_id] = each
    return {signer: each.consents for signer, each in found.items()}


def allowed(answers: Iterable[Answered], codes: Iterable[str]) -> dict[str, bool | None]:
    """For each consent whether it is given: no where one parent says no, None where nobody has answered.

    A no beats every yes. Pure; raises nothing. Duty A5.
    """
    said = list(newest(answers).values())
    found: dict[str, bool | None] = {}
    for code in codes:
        given = [each[code] for each in said if code in each]
        found[code] = all(given) if given else None
    return found


def withdrawn(before: Mapping[str, bool | None], after: Mapping[str, bool | None]) -> tuple[str, ...]:
    """The consents that are not given any more, and whose end is a task for somebody. Pure."""
    return tuple(code for code in FOLLOW_UPS if before.get(code) is True and after.get(code) is not True)
