"""From when on a decision, or a warning, counts for what comes after it. Duty S4 (CC 5.1.2, CC 5.1.4). Pure."""

from datetime import UTC, datetime

import pytest

from packs.schema import Grade
from sanctions.rules.looking_back import Made, stands_since, warned_since


def made(said: str) -> list[Made]:
    """Decisions from the newest to the oldest: “C! B -” is a C with a warning after a B after one that was quashed.

    The newest is of the latest day, the oldest of 1 November.
    """
    words = said.split()
    grades: dict[str, Grade | None] = {"A": "A", "B": "B", "C": "C", "D": "D", "-": None}
    return [
        Made(datetime(2026, 11, len(words) - place, tzinfo=UTC), grades[word[0]], word.endswith("!"))
        for place, word in enumerate(words)
    ]


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("C", 1),
        ("C C", 1),
        ("C D", 1),
        ("C D C", 1),
        # Nobody had been told of a graver one before.
        ("D C", 2),
        ("C B", 2),
        ("C B D", 3),
        ("C D B C", 3),
        ("A B C D", 1),
        ("D C B A", 4),
        # What was quashed is not there, and what lies before it does not count.
        ("C - C", 3),
        ("C D - D", 3),
        ("A - A", 3),
        ("A -", 2),
    ],
)
def test_since_when_a_decision_stands(said: str, day: int) -> None:
    assert stands_since(made(said)).day == day


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("C!", 1),
        ("C! C!", 1),
        ("C! A!", 1),
        ("A! C!", 1),
        ("C! C", 2),
        ("C! C C!", 3),
        ("C! C! C C!", 3),
        ("C! -", 2),
    ],
)
def test_since_when_somebody_is_warned(said: str, day: int) -> None:
    assert warned_since(made(said)).day == day
