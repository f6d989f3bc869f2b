"""Where a message may go from where it is, and what comes after each try."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from dispatch.rules.outcomes import Accepted, LostAfterData, Outcome
from dispatch.rules.problems import Problem, is_final, problem_of


class State(StrEnum):
    """Where a message is on its way. The row is the truth; Celery only wakes somebody up to look at it."""

    PENDING = "pending"
    CLAIMED = "claimed"
    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


STATE_NAMES: dict[State, str] = {
    State.PENDING: "waiting to be sent",
    State.CLAIMED: "being prepared",
    State.HANDED_OVER: "being handed over",
    State.ACCEPTED: "accepted by their mail server",
    State.ACKNOWLEDGED: "acknowledged by the officer",
    State.FAILED: "not sent",
    State.UNCERTAIN: "may have arrived",
}

# Whoever holds the link has the mail, so every state gives way to an acknowledgement; and the 250 of a server is
# knowledge that outweighs whatever was believed since, so it may come late.
MOVES: dict[State, frozenset[State]] = {
    State.PENDING: frozenset({State.CLAIMED, State.ACCEPTED, State.ACKNOWLEDGED}),
    State.CLAIMED: frozenset({State.HANDED_OVER, State.PENDING, State.FAILED, State.ACCEPTED, State.ACKNOWLEDGED}),
    State.HANDED_OVER: frozenset({State.ACCEPTED, State.PENDING, State.FAILED, State.UNCERTAIN, State.ACKNOWLEDGED}),
    State.UNCERTAIN: frozenset({State.CLAIMED, State.PENDING, State.FAILED, State.ACCEPTED, State.ACKNOWLEDGED}),
    State.FAILED: frozenset({State.PENDING, State.ACCEPTED, State.ACKNOWLEDGED}),
    State.ACCEPTED: frozenset({State.ACKNOWLEDGED}),
    State.ACKNOWLEDGED: frozenset(),
}
AT_WORK = frozenset({State.CLAIMED, State.HANDED_OVER})
ARRIVED = frozenset({State.ACCEPTED, State.ACKNOWLEDGED})
# A person may have these sent again, or sent now instead of at the next try.
RETRIABLE = frozenset({State.PENDING, State.FAILED, State.UNCERTAIN})

# How long to wait before each further try, in seconds: about 15 hours in all, then it goes to a person.
WAITS_SECONDS = (60, 120, 300, 900, 1800, 3600, 3600, 7200, 7200, 14400, 14400)


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a message: its next state, what went wrong, and how long to wait where it is tried again."""

    state: State
    problem: Problem = Problem.NONE
    wait: timedelta | None = None


def may_move(old: State, new: State) -> bool:
    """Whether a message may go from one state to another. Pure; raises nothing."""
    return new in MOVES[old]


def wait_before_next(tries: int, waits_seconds: Sequence[int] = WAITS_SECONDS) -> timedelta | None:
    """The wait after so many tries (1 or more), or None where they are used up and a person is asked (T26)."""
    if tries > len(waits_seconds):
        return None
    return timedelta(seconds=waits_seconds[max(tries, 1) - 1])


def step_after(
    outcome: Outcome, *, tries: int, repeat_after: timedelta, waits_seconds: Sequence[int] = WAITS_SECONDS
) -> Step:
    """What a try leads to: accepted, another try, a person, or not knowing (finding 4). Pure; raises nothing.

    ``tries`` counts this one. Whether an uncertain message is repeated by itself is ``repeats_by_itself``.
    """
    if isinstance(outcome, Accepted):
        return Step(State.ACCEPTED)
    problem = problem_of(outcome)
    if isinstance(outcome, LostAfterData):
        return Step(State.UNCERTAIN, problem, repeat_after)
    if is_final(problem):
        return Step(State.FAILED, problem)
    return step_to_try_again(problem, tries=tries, waits_seconds=waits_seconds)


def step_to_try_again(problem: Problem, *, tries: int, waits_seconds: Sequence[int] = WAITS_SECONDS) -> Step:
    """Another try after a wait, or a person once the tries are used up. Pure; raises nothing."""
    wait = wait_before_next(tries, waits_seconds)
    return Step(State.FAILED, problem) if wait is None else Step(State.PENDING, problem, wait)


def step_after_lost_lease(
    state: State, *, tries: int, repeat_after: timedelta, waits_seconds: Sequence[int] = WAITS_SECONDS
) -> Step:
    """What becomes of a message whose worker vanished: before DATA it is tried again at once, after it nobody knows.

    Raises ValueError for a message nobody was working on.
    """
    if state is State.HANDED_OVER:
        return Step(State.UNCERTAIN, Problem.INTERRUPTED_SENDING, repeat_after)
    if state is State.CLAIMED:
        # The lease itself was the wait; only a message that kills every worker runs out of tries.
        if wait_before_next(tries, waits_seconds) is None:
            return Step(State.FAILED, Problem.INTERRUPTED)
        return Step(State.PENDING, Problem.INTERRUPTED, timedelta(0))
    raise ValueError(state)


def repeats_by_itself(state: State, *, repeated: bool) -> bool:
    """Whether an uncertain message goes out again by itself: once, for lost is worse than repeated (finding 4)."""
    return state is State.UNCERTAIN and not repeated


def must_recompose(*, is_same_address: bool, has_new_passphrase: bool, may_have_arrived: bool) -> bool:
    """Whether a message that a person sends again is made anew. Pure; raises nothing.

    A repeat to the same officer must be the same bytes, so a new passphrase only counts while nothing can have arrived.
    """
    return not is_same_address or (has_new_passphrase and not may_have_arrived)
