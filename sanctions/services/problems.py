"""What can be wrong with a step, in words for whoever took it."""

from collections.abc import Iterable

from sanctions.rules.deciding import Problem


class CannotDecide(ValueError):
    """The decision lacks something, or says what cannot be."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("The decision cannot stand as it is.")


class FactsOpen(ValueError):
    """Nobody has confirmed the facts, or a question about them is open."""

    def __init__(self) -> None:
        super().__init__("Confirm the facts first: a decision rests on what a person has looked at.")


class MovedOn(ValueError):
    """Somebody else was there meanwhile: what was seen is no longer what there is."""

    def __init__(self) -> None:
        super().__init__("The case has moved on meanwhile. Look at it again: what you wrote is still here.")


class AlreadyDecided(ValueError):
    """There is a decision. It is revised or quashed, not made again."""

    def __init__(self) -> None:
        super().__init__("This case has been decided. To change the decision, revise it.")


class NotDecided(ValueError):
    """There is no decision that could be changed."""

    def __init__(self) -> None:
        super().__init__("There is no decision here that stands.")


class ReasonMissing(ValueError):
    """A step that needs a written reason has none."""

    def __init__(self, text: str = "Say why.") -> None:
        super().__init__(text)


class NothingToDo(ValueError):
    """It was done before, or dropped."""

    def __init__(self) -> None:
        super().__init__("This was done before, or is not asked for any more.")


class NotWholeYet(ValueError):
    """What is considered needs a decision and its reason."""

    def __init__(self) -> None:
        super().__init__("Choose yes or no, and say why.")
