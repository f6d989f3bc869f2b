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


class NamesYourself(RuntimeError):
    """Whoever saves has named themselves as a subject, and has not said that they mean it. Duty R7 (NE)."""

    def __init__(self) -> None:
        super().__init__(
            "You named yourself as a subject. After this you no longer see this record; the head teacher reads it."
        )


class ReasonMissing(ValueError):
    """A closed incident is opened again only with a reason."""

    def __init__(self) -> None:
        super().__init__("Say why the incident is opened again.")


class OutcomeMissing(ValueError):
    """An incident is closed only with its outcome. Duty R14 (NS 10)."""

    def __init__(self) -> None:
        super().__init__("Write the outcome before you close the incident.")


class NothingNew(RuntimeError):
    """This revision was sent already; the same one never goes twice."""

    def __init__(self) -> None:
        super().__init__("The local authority already has this version.")
