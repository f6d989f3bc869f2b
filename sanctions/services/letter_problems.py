"""What can be wrong with a letter, in words for whoever writes it. None of them names anybody."""


class NotSuitable(ValueError):
    """This letter does not fit where the case stands."""

    def __init__(self) -> None:
        super().__init__("This letter does not fit where the case stands now. Choose one of those that are listed.")


class NoLongerFits(ValueError):
    """The case has moved on since the letter was drafted."""

    def __init__(self) -> None:
        super().__init__(
            "The case has moved on since this letter was drafted, so it may say what is not so any more. Discard it "
            "and draft the one that fits; what you wrote can be copied from here."
        )


class NoLongerNamed(ValueError):
    """The record does not name the child any more."""

    def __init__(self) -> None:
        super().__init__(
            "The record does not name this child any more, so no letter goes out about them. If that is a mistake, put "
            "the record right first."
        )


class EditedMeanwhile(ValueError):
    """Somebody else, or another tab, has saved the letter since the page was opened."""

    def __init__(self) -> None:
        super().__init__("Somebody has changed this letter since you opened it. Look at it as it stands now.")


class AlreadyApproved(ValueError):
    """What was approved never changes."""

    def __init__(self) -> None:
        super().__init__("This letter was approved and does not change any more. For a correction, draft a new one.")


class AlreadyDiscarded(ValueError):
    """A letter that was thrown away goes to nobody."""

    def __init__(self) -> None:
        super().__init__("This letter was discarded. Draft a new one.")


class NotFinished(ValueError):
    """Something is empty, or a gap in square brackets is still there."""

    def __init__(self) -> None:
        super().__init__("Something is still to be written: fill in what stands in square brackets, then approve.")


class TooLong(ValueError):
    """More than a letter holds."""

    def __init__(self) -> None:
        super().__init__("The letter is too long. Keep the subject line to 200 characters and the letter to 10,000.")


class NamesAnotherChild(ValueError):
    """A letter about one child names another. ``place``: 0 is the subject line, 1 the first paragraph."""

    def __init__(self, place: int) -> None:
        where = "The subject line" if place == 0 else f"Paragraph {place}"
        super().__init__(f"{where} seems to name another child. Write “another pupil” instead.")
        self.place = place


class NobodyMayHaveIt(ValueError):
    """There is nobody with parental responsibility who may get the letter."""

    def __init__(self) -> None:
        super().__init__(
            "Nobody on the school's list of families may get this letter: it goes to parents with parental "
            "responsibility whom no court order keeps away, and who are not in the matter themselves."
        )


class LetterNotReady(RuntimeError):
    """The PDF is still being made."""

    def __init__(self) -> None:
        super().__init__("The letter is being made. Try again in a minute.")
