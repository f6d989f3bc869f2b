"""Which cases somebody may know of. This app has never heard of the matters they are about, so it asks who keeps those.

Whoever answers says so once, when Django starts. As long as nobody does, nobody knows of any case: deny beats allow.
"""

from collections.abc import Callable

from django.db.models import Q

from schools.viewer import Viewer

KnownTo = Callable[[Viewer], Q]

_ANSWERS: list[KnownTo] = []


def answer_for_cases(answer: KnownTo) -> None:
    """Have this asked which cases a viewer may know of, as a condition on cases. Once each."""
    if answer not in _ANSWERS:
        _ANSWERS.append(answer)


def known_to(viewer: Viewer) -> Q:
    """The cases that a viewer may know of, as a condition on cases. No query of its own. Duty R7 (NE)."""
    known = Q(pk__in=())
    for answer in _ANSWERS:
        known |= answer(viewer)
    return known
