import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.models import Message
from dispatch.rules.chips import chip_for
from dispatch.rules.outcomes import Accepted, LostAfterData, Outcome, Reach, Refused, Stage, Unreachable
from dispatch.rules.problems import WORDS, Problem, is_final, problem_of, words_for
from dispatch.rules.states import (
    ARRIVED,
    AT_WORK,
    MOVES,
    RETRIABLE,
    STATE_NAMES,
    WAITS_SECONDS,
    State,
    may_move,
    must_recompose,
    repeats_by_itself,
    step_after,
    step_after_lost_lease,
    wait_before_next,
)

REPEAT = timedelta(minutes=10)
S = State
# Every allowed move; whatever is not here is refused.
ALLOWED = {
    (S.PENDING, S.CLAIMED), (S.PENDING, S.ACCEPTED), (S.PENDING, S.ACKNOWLEDGED),
    (S.CLAIMED, S.HANDED_OVER), (S.CLAIMED, S.PENDING), (S.CLAIMED, S.FAILED),
    (S.CLAIMED, S.ACCEPTED), (S.CLAIMED, S.ACKNOWLEDGED),
    (S.HANDED_OVER, S.ACCEPTED), (S.HANDED_OVER, S.PENDING), (S.HANDED_OVER, S.FAILED),
    (S.HANDED_OVER, S.UNCERTAIN), (S.HANDED_OVER, S.ACKNOWLEDGED),
    (S.UNCERTAIN, S.CLAIMED), (S.UNCERTAIN, S.PENDING), (S.UNCERTAIN, S.FAILED),
    (S.UNCERTAIN, S.ACCEPTED), (S.UNCERTAIN, S.ACKNOWLEDGED),
    (S.FAILED, S.PENDING), (S.FAILED, S.ACCEPTED), (S.FAILED, S.ACKNOWLEDGED),
    (S.ACCEPTED, S.ACKNOWLEDGED),
}  # fmt: skip
OUTCOMES: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Accepted, st.integers(200, 299)),
    st.builds(Refused, st.integers(400, 599), st.sampled_from(Stage)),
    st.builds(Unreachable, st.sampled_from(Reach)),
    st.just(LostAfterData()),
)


@pytest.mark.parametrize(("old", "new"), list(itertools.product(State, State)))
def test_every_cell_of_the_state_machine(old: State, new: State) -> None:
    assert may_move(old, new) == ((old, new) in ALLOWED)


def test_states_fit_their_column_and_all_have_a_place() -> None:
    assert set(MOVES) == set(State)
    assert max(len(state) for state in State) <= (Message._meta.get_field("state").max_length or 0)
    assert max(len(problem) for problem in Problem) <= (Message._meta.get_field("problem").max_length or 0)


def test_nothing_leaves_what_arrived_but_by_acknowledgement() -> None:
    assert MOVES[State.ACKNOWLEDGED] == frozenset()
    assert MOVES[State.ACCEPTED] == {State.ACKNOWLEDGED}


@given(outcome=OUTCOMES, tries=st.integers(1, 40))
def test_every_outcome_leads_somewhere_allowed(outcome: Outcome, tries: int) -> None:
    step = step_after(outcome, tries=tries, repeat_after=REPEAT)
    assert may_move(State.CLAIMED, step.state) or may_move(State.HANDED_OVER, step.state)
    assert (step.state is State.ACCEPTED) == isinstance(outcome, Accepted)
    assert (step.state is State.UNCERTAIN) == isinstance(outcome, LostAfterData)
    assert bool(step.problem) == (step.state not in ARRIVED)
    # It is tried again by itself, or a person is told: never neither.
    assert (step.wait is not None) == (step.state in {State.PENDING, State.UNCERTAIN})
    assert tries <= len(WAITS_SECONDS) or step.state is not State.PENDING


@given(outcomes=st.lists(OUTCOMES, min_size=40, max_size=60))
def test_no_message_is_tried_for_ever(outcomes: list[Outcome]) -> None:
    state, tries = State.PENDING, 0
    repeated = False
    for outcome in outcomes:
        if state is State.PENDING or repeats_by_itself(state, repeated=repeated):
            repeated = repeated or state is State.UNCERTAIN
            tries += 1
            state = step_after(outcome, tries=tries, repeat_after=REPEAT).state
    assert state is not State.PENDING
    assert tries <= len(WAITS_SECONDS) + 1


@pytest.mark.parametrize(
    ("outcome", "state", "problem"),
    [
        (Accepted(), S.ACCEPTED, Problem.NONE),
        (Accepted(251), S.ACCEPTED, Problem.NONE),
        (LostAfterData(), S.UNCERTAIN, Problem.LOST_AFTER_DATA),
        (Unreachable(), S.PENDING, Problem.UNREACHABLE),
        (Unreachable(Reach.NOT_PRIVATE), S.PENDING, Problem.NOT_PRIVATE),
        (Unreachable(Reach.NO_FOLDER), S.PENDING, Problem.FOLDER_UNUSABLE),
        (Refused(421, Stage.CONNECT), S.PENDING, Problem.UNREACHABLE),
        (Refused(554, Stage.CONNECT), S.PENDING, Problem.UNREACHABLE),
        (Refused(454, Stage.LOGIN), S.PENDING, Problem.LOGIN_REFUSED),
        (Refused(535, Stage.LOGIN), S.PENDING, Problem.LOGIN_REFUSED),
        (Refused(451, Stage.SENDER), S.PENDING, Problem.BUSY),
        (Refused(450, Stage.RECIPIENT), S.PENDING, Problem.BUSY),
        (Refused(452, Stage.CONTENT), S.PENDING, Problem.BUSY),
        (Refused(550, Stage.SENDER), S.FAILED, Problem.SENDER_REFUSED),
        (Refused(550, Stage.RECIPIENT), S.FAILED, Problem.ADDRESS_REFUSED),
        (Refused(552, Stage.SENDER), S.FAILED, Problem.TOO_LARGE),
        (Refused(552, Stage.CONTENT), S.FAILED, Problem.TOO_LARGE),
        (Refused(554, Stage.CONTENT), S.FAILED, Problem.REFUSED),
    ],
)
def test_what_each_outcome_leads_to(outcome: Outcome, state: State, problem: Problem) -> None:
    step = step_after(outcome, tries=1, repeat_after=REPEAT)
    assert (step.state, step.problem, problem_of(outcome)) == (state, problem, problem)


def test_waits_grow_and_end_with_a_person() -> None:
    waits = [wait_before_next(tries) for tries in range(1, 12)]
    minutes = [wait.total_seconds() / 60 for wait in waits if wait]
    assert minutes == [1, 2, 5, 15, 30, 60, 60, 120, 120, 240, 240]
    assert wait_before_next(12) is None
    assert step_after(Unreachable(), tries=12, repeat_after=REPEAT).state is State.FAILED


def test_a_worker_that_vanished() -> None:
    before = step_after_lost_lease(State.CLAIMED, tries=1, repeat_after=REPEAT)
    assert (before.state, before.wait) == (State.PENDING, timedelta(0))
    after = step_after_lost_lease(State.HANDED_OVER, tries=1, repeat_after=REPEAT)
    assert (after.state, after.wait) == (State.UNCERTAIN, REPEAT)
    poison = step_after_lost_lease(State.CLAIMED, tries=12, repeat_after=REPEAT)
    assert (poison.state, poison.problem) == (State.FAILED, Problem.INTERRUPTED)
    with pytest.raises(ValueError, match="pending"):
        step_after_lost_lease(State.PENDING, tries=1, repeat_after=REPEAT)


def test_an_uncertain_message_is_repeated_once() -> None:
    assert repeats_by_itself(State.UNCERTAIN, repeated=False)
    assert not repeats_by_itself(State.UNCERTAIN, repeated=True)
    assert not any(repeats_by_itself(state, repeated=False) for state in State if state is not State.UNCERTAIN)


@pytest.mark.parametrize(
    ("same", "passphrase", "arrived", "anew"),
    [
        (True, False, False, False), (True, False, True, False), (True, True, False, True), (True, True, True, False),
        (False, False, False, True), (False, False, True, True), (False, True, False, True), (False, True, True, True),
    ],
)  # fmt: skip
def test_when_a_mail_is_made_anew(same: bool, passphrase: bool, arrived: bool, anew: bool) -> None:
    assert must_recompose(is_same_address=same, has_new_passphrase=passphrase, may_have_arrived=arrived) == anew


def test_every_problem_has_words_and_something_to_do() -> None:
    assert set(WORDS) == set(Problem)
    for problem in Problem:
        words = words_for(problem)
        if problem:
            assert words is not None
            assert words.what.endswith(".")
            assert words.what_to_do.endswith(".")
    assert words_for(Problem.NONE) is None


def test_every_state_has_a_chip_and_uncertain_stays_visible() -> None:
    assert len({chip_for(state).text for state in State}) == len(State)
    assert chip_for(State.FAILED).kind == "alarm"
    assert chip_for(State.PENDING).text == "Waiting to be sent"
    assert chip_for(State.PENDING, problem=Problem.BUSY).text == "Trying again"
    assert chip_for(State.FAILED, problem=Problem.BUSY).text == "Not sent"
    for state in (State.PENDING, State.CLAIMED, State.HANDED_OVER, State.UNCERTAIN):
        assert chip_for(state, repeated=True).text == "May have arrived"
    assert chip_for(State.ACCEPTED, repeated=True).text == "Sent"
    assert chip_for(State.FAILED, repeated=True).text == "Not sent"


def test_every_state_has_its_name() -> None:
    assert STATE_NAMES == {
        S.PENDING: "waiting to be sent",
        S.CLAIMED: "being prepared",
        S.HANDED_OVER: "being handed over",
        S.ACCEPTED: "accepted by their mail server",
        S.ACKNOWLEDGED: "acknowledged by the officer",
        S.FAILED: "not sent",
        S.UNCERTAIN: "may have arrived",
    }


def test_what_is_at_work_what_has_arrived_and_what_a_person_may_send_again() -> None:
    assert {S.CLAIMED, S.HANDED_OVER} == AT_WORK
    assert {S.ACCEPTED, S.ACKNOWLEDGED} == ARRIVED
    assert {S.PENDING, S.FAILED, S.UNCERTAIN} == RETRIABLE


def test_what_is_tried_again_without_anybody() -> None:
    assert {each for each in Problem if not is_final(each)} == {
        Problem.UNREACHABLE, Problem.NOT_PRIVATE, Problem.LOGIN_REFUSED, Problem.FOLDER_UNUSABLE, Problem.BUSY,
        Problem.INTERRUPTED,
    }  # fmt: skip
