"""How children are named on a whiteboard that a whole class sees. Duty A2 (CC 3.2, CM 3.3)."""

from collections import Counter
from collections.abc import Iterable


def labels(names: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """For each given and family name what stands on the button: the given name and one letter of the other.

    Two who would look alike get their full names, so that nobody taps for somebody else. Pure; raises nothing.
    """
    people = [(given.strip(), family.strip()) for given, family in names]
    short = [f"{given} {family[:1]}".strip() for given, family in people]
    alike = Counter(each.casefold() for each in short)
    return tuple(
        f"{given} {family}".strip() if alike[label.casefold()] > 1 else label
        for (given, family), label in zip(people, short, strict=True)
    )
