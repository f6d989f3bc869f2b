"""Why a write to an incident was refused, one exception a reason, in words for the user."""

from typing import Any

from incidents.rules.answers import Problem


class NotAcceptable(ValueError):
    """Some answers must be mended first. ``problems`` says which."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("Some answers need mending.")
        self.problems = problems


class StaleVersion(RuntimeError):
    """Somebody saved a newer version meanwhile; ``current`` is what the record says now."""

    def __init__(self, version: int, current: dict[str, Any]) -> None:
        super().__init__("Somebody saved this record while you were writing.")
        self.version = version
        self.current = current


class WrongStatus(RuntimeError):
    """What was asked does not fit the status of the incident."""

    def __init__(self, message: str) -> None:
        super().__init__(message)


class ShutsYouOut(RuntimeError):
    """Whoever saves will not see the record afterwards, and has not said that they mean it. Duty R7 (NE)."""

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message
            or "With this, the record goes to somebody else, and you no longer see it. Save it if that is right."
        )


class NamesYourself(ShutsYouOut):
    """They have named themselves, or somebody of their family."""

    def __init__(self) -> None:
        super().__init__(
            "You named yourself, or somebody you are related to. After this you no longer see this record; "
            "the next in line handles it."
        )


class AdviceMissing(ValueError):
    """A case that needs the LADO's or the police's advice is closed only with the decision on record. Duties R4, P8."""

    def __init__(self, kinds: tuple[str, ...]) -> None:
        super().__init__(
            f"Put on record what was decided about advice from {' and from '.join(kinds)} before you close the "
            "incident."
        )


class CannotTakeIt(ValueError):
    """A case is handed on only to a post of its line that has somebody left."""

    def __init__(self) -> None:
        super().__init__("This case cannot be handed on to that post. Choose one of those shown.")


class UnknownAbout(ValueError):
    """A case is about nobody here, or about somebody the list has."""

    def __init__(self) -> None:
        super().__init__("Choose whom it is about from those shown.")


class UnknownDecision(ValueError):
    """What was decided about advice is one of a list."""

    def __init__(self) -> None:
        super().__init__("Choose what was decided from those shown.")


class ReasonMissing(ValueError):
    """What changes the course of a case is done only with a reason."""

    def __init__(self, message: str = "Say why the incident is opened again.") -> None:
        super().__init__(message)


class OutcomeMissing(ValueError):
    """An incident is closed only with its outcome. Duty R14 (NS 10)."""

    def __init__(self) -> None:
        super().__init__("Write the outcome before you close the incident.")


class NothingNew(RuntimeError):
    """This revision was sent already; the same one never goes twice."""

    def __init__(self) -> None:
        super().__init__("The local authority already has this version.")
