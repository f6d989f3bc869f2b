"""The kinds of small mails, their subjects, and where a notice may go from where it is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from dispatch.rules.outcomes import Accepted, LostAfterData, Outcome
from dispatch.rules.problems import WORDS, Problem, is_final, problem_of
from dispatch.rules.states import WAITS_SECONDS, wait_before_next


class NoticeKind(StrEnum):
    """What a notice is about; its text is ``templates/emails/notices/<kind>.txt``."""

    PASSWORD_RESET = "password_reset"  # noqa: S105
    OFFICER_TOLD = "officer_told"
    OFFICER_CHANGE = "officer_change"
    OFFICER_CODE = "officer_code"
    EMERGENCY_ACCESS = "emergency_access"
    APPOINTMENT_WAITING = "appointment_waiting"
    MISSES = "misses"
    UNUSED_LOG_INS = "unused_log_ins"
    AUDIT_ANCHOR = "audit_anchor"
    AGREEMENT_INVITATION = "agreement_invitation"
    AGREEMENT_REMINDER = "agreement_reminder"
    AGREEMENT_LINK = "agreement_link"
    AGREEMENT_SIGNED = "agreement_signed"
    MEASURE_BEGINS = "measure_begins"
    MEASURE_OVER = "measure_over"
    LETTER_TO_PARENTS = "letter_to_parents"


# Fixed words: a subject is read on lock screens and whiteboards (finding 10).
SUBJECTS: dict[NoticeKind, str] = {
    NoticeKind.PASSWORD_RESET: "Your log-in",
    NoticeKind.OFFICER_TOLD: "Please telephone a school",
    NoticeKind.OFFICER_CHANGE: "An address was changed",
    NoticeKind.OFFICER_CODE: "Your code",
    NoticeKind.EMERGENCY_ACCESS: "Please log in",
    NoticeKind.APPOINTMENT_WAITING: "Something waits for you",
    NoticeKind.MISSES: "Please log in",
    NoticeKind.UNUSED_LOG_INS: "Please log in",
    NoticeKind.AUDIT_ANCHOR: "Figures of the day",
    NoticeKind.AGREEMENT_INVITATION: "Please read and sign",
    NoticeKind.AGREEMENT_REMINDER: "Please read and sign",
    NoticeKind.AGREEMENT_LINK: "Your link",
    NoticeKind.AGREEMENT_SIGNED: "Your copy",
    NoticeKind.MEASURE_BEGINS: "Something waits for you",
    NoticeKind.MEASURE_OVER: "Something waits for you",
    NoticeKind.LETTER_TO_PARENTS: "A letter from the school",
}
# What a mail was for, for whoever runs the service: of which school, and never of whom.
_TO_THE_OFFICER = "To the authority's officer"
KIND_WORDS: dict[NoticeKind, str] = {
    NoticeKind.PASSWORD_RESET: "A link to choose a password",
    # Which of the three it was would say that there is a case.
    NoticeKind.OFFICER_TOLD: _TO_THE_OFFICER,
    NoticeKind.OFFICER_CHANGE: _TO_THE_OFFICER,
    NoticeKind.OFFICER_CODE: _TO_THE_OFFICER,
    NoticeKind.EMERGENCY_ACCESS: "To the head and the chair: emergency access was opened",
    NoticeKind.APPOINTMENT_WAITING: "Something waits for a second person",
    NoticeKind.MISSES: "To the head: a log-in was held up",
    NoticeKind.UNUSED_LOG_INS: "To the head: log-ins that nobody uses",
    NoticeKind.AUDIT_ANCHOR: "The day's figures of the audit trail",
    NoticeKind.AGREEMENT_INVITATION: "An invitation to sign an agreement",
    NoticeKind.AGREEMENT_REMINDER: "A reminder to sign an agreement",
    NoticeKind.AGREEMENT_LINK: "A link to sign an agreement",
    NoticeKind.AGREEMENT_SIGNED: "A copy of what was signed",
    NoticeKind.MEASURE_BEGINS: "To whoever carries out a measure: one begins",
    NoticeKind.MEASURE_OVER: "To whoever carries out a measure: one is over",
    NoticeKind.LETTER_TO_PARENTS: "To a parent or carer: there is a letter",
}
_WHY: dict[Problem, str] = {
    Problem.NO_ADDRESS: "The school has put down no address for it.",
    Problem.ADDRESS_REFUSED: "The mail server does not know the address.",
    Problem.TOO_LARGE: "The mail server refused it as too large.",
    Problem.REFUSED: "The mail server refused it.",
    Problem.LOST_AFTER_DATA: "The connection broke while it was being sent.",
    Problem.INTERRUPTED: "Sending it was interrupted again and again.",
    Problem.COMPOSING_FAILED: "It could not be put together; the worker's log says where.",
}
# What these say is made by whoever queues them; without it they would say nothing.
NEEDS_COMPOSER = frozenset(
    {
        NoticeKind.PASSWORD_RESET,
        NoticeKind.OFFICER_CODE,
        NoticeKind.AUDIT_ANCHOR,
        NoticeKind.AGREEMENT_INVITATION,
        NoticeKind.AGREEMENT_REMINDER,
        NoticeKind.AGREEMENT_LINK,
        NoticeKind.AGREEMENT_SIGNED,
        NoticeKind.LETTER_TO_PARENTS,
    }
)


class NoticeState(StrEnum):
    """Where a notice is on its way."""

    PENDING = "pending"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    FAILED = "failed"
    DROPPED = "dropped"


NOTICE_STATE_NAMES: dict[NoticeState, str] = {
    NoticeState.PENDING: "waiting to be sent",
    NoticeState.CLAIMED: "being sent",
    NoticeState.ACCEPTED: "accepted by their mail server",
    NoticeState.FAILED: "not sent",
    NoticeState.DROPPED: "no longer wanted",
}
_CODE = re.compile(r"[a-z0-9_.:+-]{0,64}")


@dataclass(frozen=True, slots=True)
class NoticeStep:
    """What becomes of a notice: its next state, what went wrong, and how long to wait where it is tried again."""

    state: NoticeState
    problem: Problem = Problem.NONE
    wait: timedelta | None = None


def why_not_sent(problem: Problem) -> str:
    """Why a notice was given up, in words. Pure; raises nothing."""
    return _WHY.get(problem) or WORDS[problem].what


def is_codes_and_ids(params: Mapping[str, str]) -> bool:
    """Whether these may be kept beside a notice: short, lower case, without spaces and addresses. Pure."""
    return all(_CODE.fullmatch(part) is not None for pair in params.items() for part in pair)


def notice_step_after(outcome: Outcome, *, tries: int, waits_seconds: Sequence[int] = WAITS_SECONDS) -> NoticeStep:
    """What a try leads to. One that may have arrived goes out again: a repeat has the same Message-ID. Pure."""
    if isinstance(outcome, Accepted):
        return NoticeStep(NoticeState.ACCEPTED)
    problem = problem_of(outcome)
    if is_final(problem) and not isinstance(outcome, LostAfterData):
        return NoticeStep(NoticeState.FAILED, problem)
    return notice_step_to_try_again(problem, tries=tries, waits_seconds=waits_seconds)


def notice_step_to_try_again(
    problem: Problem, *, tries: int, waits_seconds: Sequence[int] = WAITS_SECONDS
) -> NoticeStep:
    """Another try after a wait; once the tries are used up, whoever runs the service is shown it. Pure."""
    wait = wait_before_next(tries, waits_seconds)
    return NoticeStep(NoticeState.FAILED, problem) if wait is None else NoticeStep(NoticeState.PENDING, problem, wait)
