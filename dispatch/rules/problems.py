"""What can go wrong with a message, in codes for the row and in words for the person who is to put it right."""

from dataclasses import dataclass
from enum import StrEnum

from dispatch.rules.outcomes import Accepted, LostAfterData, Outcome, Reach, Refused, Stage, Unreachable

# RFC 5321: 552 says that the mail is over the recipient's size.
TOO_LARGE_CODE = 552


class Problem(StrEnum):
    """Why a message is not where it should be; kept in Message.problem and Attempt.outcome."""

    NONE = ""
    UNREACHABLE = "unreachable"
    NOT_PRIVATE = "not_private"
    LOGIN_REFUSED = "login_refused"
    FOLDER_UNUSABLE = "folder_unusable"
    BUSY = "busy"
    SENDER_REFUSED = "sender_refused"
    ADDRESS_REFUSED = "address_refused"
    NO_ADDRESS = "no_address"
    TOO_LARGE = "too_large"
    REFUSED = "refused"
    LOST_AFTER_DATA = "lost_after_data"
    INTERRUPTED = "interrupted"
    INTERRUPTED_SENDING = "interrupted_sending"
    DRAWING_FAILED = "drawing_failed"
    ENCRYPTING_FAILED = "encrypting_failed"
    COMPOSING_FAILED = "composing_failed"
    SEAL_BROKEN = "seal_broken"
    NO_PASSPHRASE = "no_passphrase"  # noqa: S105
    OFFICER_CHANGED = "officer_changed"
    NOT_PERMITTED = "not_permitted"


@dataclass(frozen=True, slots=True)
class Words:
    """What happened, and what the person who reads it can do."""

    what: str
    what_to_do: str


_AUTOMATIC = "It is tried again by itself. You can also send it now."
_ADMINISTRATOR = "Tell whoever runs this service, and send it again when they have put it right."
_CHECK_ARRIVED = (
    "Ask the officer whether it came. If it did, mark it as arrived; if not, send it again. "
    "A second copy does no harm: it is the same report with the same number."
)

WORDS: dict[Problem, Words] = {
    Problem.NONE: Words("", ""),
    Problem.UNREACHABLE: Words("The mail server could not be reached.", _AUTOMATIC),
    Problem.NOT_PRIVATE: Words(
        "The connection to the mail server could not be made private, so nothing was sent over it.", _ADMINISTRATOR
    ),
    Problem.LOGIN_REFUSED: Words("The mail server did not accept this service's log-in.", _ADMINISTRATOR),
    Problem.FOLDER_UNUSABLE: Words("The folder for mails could not be written to.", _ADMINISTRATOR),
    Problem.BUSY: Words("The mail server asked us to come back later.", _AUTOMATIC),
    Problem.SENDER_REFUSED: Words("The mail server does not accept mail from this service.", _ADMINISTRATOR),
    Problem.NO_ADDRESS: Words(
        "There is no address to send it to.",
        "Put down the officer's address in the school's details, and send it again.",
    ),
    Problem.ADDRESS_REFUSED: Words(
        "The mail server does not know the officer's address.",
        "Check the address with the officer by telephone, correct it in the school's details, and send it again.",
    ),
    Problem.TOO_LARGE: Words(
        "The mail server refused the report as too large.",
        "Download the report and give it to the officer in another safe way.",
    ),
    Problem.REFUSED: Words(
        "The mail server refused the report.",
        "Ask the officer whether their mail lets encrypted PDF files in, and send it again.",
    ),
    Problem.LOST_AFTER_DATA: Words(
        "The connection broke while the report was being sent, so it may or may not have arrived.", _CHECK_ARRIVED
    ),
    Problem.INTERRUPTED: Words("Preparing the report was interrupted.", _AUTOMATIC),
    Problem.INTERRUPTED_SENDING: Words(
        "Sending the report was interrupted, so it may or may not have arrived.", _CHECK_ARRIVED
    ),
    Problem.DRAWING_FAILED: Words(
        "The PDF could not be made, so nothing was sent.",
        "Send it again. If that fails too, tell whoever runs this service: the record itself is safe.",
    ),
    Problem.ENCRYPTING_FAILED: Words(
        "The PDF could not be encrypted, so nothing was sent.",
        "Set the passphrase agreed with the officer again in the school's details, and send it again.",
    ),
    Problem.COMPOSING_FAILED: Words(
        "The mail could not be put together, so nothing was sent.",
        "Check the officer's address in the school's details, and send it again.",
    ),
    Problem.SEAL_BROKEN: Words(
        "The stored report could not be opened: it was altered, or the key that sealed it is missing.", _ADMINISTRATOR
    ),
    Problem.NO_PASSPHRASE: Words(
        "No passphrase is agreed with the officer any more, so nothing was sent.",
        "Set the passphrase in the school's details, and send it again.",
    ),
    Problem.OFFICER_CHANGED: Words(
        "The officer's address was changed after this report was sent off, so it was held back.",
        "Check the address in the school's details. Send it again, and it goes to the officer named there.",
    ),
    Problem.NOT_PERMITTED: Words(
        "Whoever sent this report off no longer handles the case, so it was held back.",
        "Look at the record as it stands now. Send it again if it is to go.",
    ),
}
# The same report may be taken later, or after somebody has repaired what all messages need.
_TRY_AGAIN = frozenset(
    {
        Problem.UNREACHABLE,
        Problem.NOT_PRIVATE,
        Problem.LOGIN_REFUSED,
        Problem.FOLDER_UNUSABLE,
        Problem.BUSY,
        Problem.INTERRUPTED,
    }
)


def is_final(problem: Problem) -> bool:
    """Whether trying again by itself cannot help, so that a person is asked at once. Pure; raises nothing."""
    return problem not in _TRY_AGAIN


def problem_of(outcome: Outcome) -> Problem:
    """The code for what came of a try; NONE where it was accepted. Pure; raises nothing."""
    match outcome:
        case Accepted():
            return Problem.NONE
        case LostAfterData():
            return Problem.LOST_AFTER_DATA
        case Unreachable(why=Reach.NOT_PRIVATE):
            return Problem.NOT_PRIVATE
        case Unreachable(why=Reach.NO_FOLDER):
            return Problem.FOLDER_UNUSABLE
        case Unreachable():
            return Problem.UNREACHABLE
        case Refused(stage=Stage.LOGIN):
            return Problem.LOGIN_REFUSED
        case Refused(stage=Stage.CONNECT):
            # 554 instead of a greeting speaks of the server, not of this mail.
            return Problem.UNREACHABLE
        case Refused() if outcome.is_temporary:
            return Problem.BUSY
        case Refused(code=code) if code == TOO_LARGE_CODE:
            return Problem.TOO_LARGE
        case Refused(stage=Stage.SENDER):
            return Problem.SENDER_REFUSED
        case Refused(stage=Stage.RECIPIENT):
            return Problem.ADDRESS_REFUSED
        case Refused():
            return Problem.REFUSED


def words_for(problem: Problem) -> Words | None:
    """What to tell a person of a problem, or None where there is none. Pure; raises nothing."""
    return WORDS[problem] if problem else None
