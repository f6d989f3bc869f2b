"""Why something about an agreement is not possible, in words for whoever tried."""

from aup.rules.typed_names import NameTrouble


class NotSignable(ValueError):
    """Nothing was signed. The words say what to do."""


class NewerVersion(NotSignable):
    """The version that was on the page is not the one in force."""

    def __init__(self) -> None:
        super().__init__(
            "The school has published a new version of this agreement since you opened the page. Nothing was signed. "
            "Read the new version, then sign that one."
        )


class Withdrawn(NotSignable):
    """The version was taken back, and none took its place."""

    def __init__(self) -> None:
        super().__init__("The school has taken this agreement back. Nothing was signed, and you need not do anything.")


class NotForThem(NotSignable):
    """The agreement is not, or no longer, for the person it was to be signed about."""

    def __init__(self) -> None:
        super().__init__(
            "This agreement is not the right one any more, for example because the child has moved to another key "
            "stage or has left the school. Nothing was signed. Open the page again to see what there is to sign."
        )


class NotYours(NotSignable):
    """Somebody was to sign for a person whom they may not sign for."""

    def __init__(self) -> None:
        super().__init__("You cannot sign this. Please speak with the school office.")


class NameRefused(NotSignable):
    """The typed name will not do."""

    def __init__(self, trouble: NameTrouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


class ConsentsMissing(NotSignable):
    """A consent was left without a yes or a no."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        super().__init__("Say yes or no to each question.")
        self.codes = codes


class SignedAlready(NotSignable):
    """It was signed before it was refused: what can be changed are the consents."""

    def __init__(self) -> None:
        super().__init__("You have signed this already. You can change your answers to the questions at any time.")


class AnsweredSince(NotSignable):
    """The answers are those of an earlier version than the one they have signed since."""

    def __init__(self) -> None:
        super().__init__(
            "You have signed a newer version of this agreement since, so nothing was changed here. Go back to the list "
            "and change your answers there."
        )


class NotSignedYet(NotSignable):
    """Consents can be changed once there is a signature they belong to."""

    def __init__(self) -> None:
        super().__init__("Sign the agreement first; your answers are part of it.")
