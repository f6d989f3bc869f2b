"""Telling the apps above that somebody's standing changed: a post, a membership, a family tie.

``schools`` may not import what depends on it, so whoever must act on such a change says so once, when Django starts.
"""

from collections.abc import Callable, Collection
from datetime import date
from uuid import UUID

PeopleChanged = Callable[[UUID, Collection[UUID], date], None]

_CALLBACKS: list[PeopleChanged] = []


def on_change(callback: PeopleChanged) -> None:
    """Have this called, in the transaction of the change, with the school, the people and the day. Once each."""
    if callback not in _CALLBACKS:
        _CALLBACKS.append(callback)


def people_changed(school_id: UUID, person_ids: Collection[UUID], today: date) -> None:
    """Say that what these people are to the school has changed. Called inside the service that changes it."""
    for callback in _CALLBACKS:
        callback(school_id, person_ids, today)
