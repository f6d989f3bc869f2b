"""Asking the apps above who must not be told of a case, whatever they are to the child. Duty R7 (NE); threat T2.

``sanctions`` has never heard of an incident, so whoever knows the whole matter says so once, when Django starts. It is
asked anew whenever something goes out: what the record says may have changed since a letter was approved.
"""

from collections.abc import Callable, Collection
from uuid import UUID

WhoIsKeptOut = Callable[[UUID], Collection[UUID]]

_ANSWERS: list[WhoIsKeptOut] = []


def answer_who_is_kept_out(answer: WhoIsKeptOut) -> None:
    """Have this asked, with the id of a case, who must not be told of it. Once each."""
    if answer not in _ANSWERS:
        _ANSWERS.append(answer)


def kept_out_of(case_id: UUID) -> frozenset[UUID]:
    """The people who must not be told of a case. One query for each app that answers."""
    return frozenset(each for answer in _ANSWERS for each in answer(case_id))
