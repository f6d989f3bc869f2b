"""How a decision stands to what was proposed. Duties S2, S3 (CC 2.3.1, CM 2.3.1, CC 5). Pure."""

from typing import Literal

from packs.schema import GRADES, Grade

Departure = Literal["none", "up", "down"]


def height(grade: Grade | None) -> int:
    """How grave a category is: 0 for nothing, then 1 to 4 for A to D."""
    return 0 if grade is None else GRADES.index(grade) + 1


def departure(proposed: Grade | None, decided: Grade | None) -> Departure:
    """Whether a decision leaves the proposal, and which way; anything but ``none`` needs a written reason."""
    if height(decided) == height(proposed):
        return "none"
    return "up" if height(decided) > height(proposed) else "down"
