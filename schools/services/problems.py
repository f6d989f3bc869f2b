"""Why something cannot be done, in words for whoever tried."""

from schools.viewer import NotAllowed


class NotPossible(ValueError):
    """Something that a form shows beside what was typed; nothing was changed."""


class NotForYourself(NotAllowed):
    """Somebody tried to change what they are themselves, or to agree to what they asked for (threat T4)."""

    def __init__(self) -> None:
        PermissionError.__init__(self, "Nobody does this for themselves. Somebody else has to.")


class NotAlone(NotAllowed):
    """Somebody tried to do alone what takes two people, or what another one has to do (threat T4)."""

    def __init__(self) -> None:
        PermissionError.__init__(self, "This takes a second person.")


class EndsTooEarly(NotPossible):
    """A last day before the first one."""

    def __init__(self) -> None:
        super().__init__("The last day cannot be before the first one.")


class EndedAlready(NotPossible):
    """Something that is over is to be ended."""

    def __init__(self) -> None:
        super().__init__("This has ended already.")


class DecidedAlready(NotPossible):
    """Somebody else was quicker."""

    def __init__(self) -> None:
        super().__init__("This was decided already. Look at how it stands now.")


class RequesterGone(NotPossible):
    """Whoever asked may not do so any more."""

    def __init__(self) -> None:
        super().__init__("Whoever asked for this may not do so any more. Refuse or cancel it, and ask for it anew.")
