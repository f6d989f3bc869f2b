"""Who works on a message, and what came of it: each function is one short transaction of the worker.

Each enters the message's school, for a worker is in none.

A claim is a lease with a number. Whatever a worker writes carries the number of its attempt, so that a worker that was
given up cannot undo what came after it.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from audit import services as audit
from dispatch import permits
from dispatch.models import Attempt, Message
from dispatch.rules.outcomes import Accepted, Outcome, code_of
from dispatch.rules.problems import Problem, problem_of
from dispatch.rules.states import ARRIVED, AT_WORK, State, Step, may_move, step_after, step_after_lost_lease
from schools.addresses import UnsafeAddress, safe_address
from schools.selectors.officer import officer_address
from schools.wall import in_school

log = logging.getLogger(__name__)
ACCEPTED_OUTCOME = "accepted"


class ClaimLost(RuntimeError):
    """The lease ran out, or the message was settled meanwhile: this worker must not go on with it."""

    def __init__(self) -> None:
        super().__init__("the claim on this message is lost")


class Stopped(RuntimeError):
    """It must not go out any more: to this address, or for whoever asked for it (threat T27)."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"stopped: {problem.value}")
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Claim:
    """One worker's right to one message until its lease ends."""

    message_id: UUID
    school_id: UUID
    document_id: UUID
    to_address: str
    number: int
    tries: int


def due_q(now: datetime) -> Q:
    """Messages whose turn it is: waiting ones, and uncertain ones that are repeated by themselves."""
    waiting = Q(state=State.PENDING) | Q(state=State.UNCERTAIN, repeated=False)
    return Q(next_attempt_at__lte=now) & waiting


def claim(*, school_id: UUID, message_id: UUID, now: datetime) -> Claim | None:
    """Take a message that is due, or None where it is not, or another worker has it. Five queries."""
    with in_school(school_id):
        message = (
            Message.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(due_q(now), pk=message_id)
            .defer("mime_sealed")
            .first()
        )
        if message is None:
            return None
        message.repeated = message.repeated or message.state == State.UNCERTAIN
        message.state = State.CLAIMED
        message.lease_until = now + _lease()
        message.attempt_count += 1
        message.tries += 1
        message.save(update_fields=["repeated", "state", "lease_until", "attempt_count", "tries"])
        Attempt.objects.create(
            school_id=message.school_id,
            message=message,
            number=message.attempt_count,
            to_address=message.to_address,
            started_at=now,
        )
    return Claim(
        message_id=message.pk,
        school_id=message.school_id,
        document_id=message.document_id,
        to_address=message.to_address,
        number=message.attempt_count,
        tries=message.tries,
    )


def mark_handed_over(claimed: Claim, *, now: datetime) -> None:
    """Put on record that the content goes out now; called right before it does. Three queries, and those of the permit.

    Raises ClaimLost, and Stopped where it must not go out any more (T27).
    """
    with in_school(claimed.school_id):
        problem = _what_forbids(claimed, now=now)
        if problem:
            raise Stopped(problem)
        still_ours = Message.objects.filter(
            pk=claimed.message_id, attempt_count=claimed.number, state=State.CLAIMED, lease_until__gt=now
        ).update(state=State.HANDED_OVER, handed_over_at=now, lease_until=now + _lease())
        if not still_ours:
            raise ClaimLost


def what_forbids(claimed: Claim, *, now: datetime) -> Problem:
    """Why a message must not go out any more: asked before any work is done and right before its content goes (T27).

    The school may have another officer since it was queued, and whoever asked for it may have been shut out of the
    case. Two queries, and those of the permit.
    """
    with in_school(claimed.school_id):
        return _what_forbids(claimed, now=now)


def _what_forbids(claimed: Claim, *, now: datetime) -> Problem:
    if not _is_still_officer(claimed, now):
        return Problem.OFFICER_CHANGED
    about = Message.objects.values_list("document__kind", "document__subject_id", "asked_by_id")
    kind, subject_id, person_id = about.get(pk=claimed.message_id)
    is_permitted = permits.may_still_send(
        kind,
        school_id=claimed.school_id,
        subject_id=subject_id,
        person_id=person_id,
        today=timezone.localdate(now),
    )
    return Problem.NONE if is_permitted else Problem.NOT_PERMITTED


def _is_still_officer(claimed: Claim, now: datetime) -> bool:
    given = officer_address(school_id=claimed.school_id, now=now)
    try:
        return safe_address(given).lower() == claimed.to_address.lower()
    except UnsafeAddress:
        return False


def settle(claimed: Claim, outcome: Outcome, *, now: datetime) -> State:
    """Put on record what came of the try, and return the state the message is in now. Seven queries at most."""
    step = step_after(
        outcome,
        tries=claimed.tries,
        repeat_after=timedelta(seconds=settings.DISPATCH_REPEAT_SECONDS),
        waits_seconds=settings.DISPATCH_RETRY_SECONDS,
    )
    said = ACCEPTED_OUTCOME if isinstance(outcome, Accepted) else problem_of(outcome).value
    return _end_attempt(claimed, step, said=said, smtp_code=code_of(outcome), now=now)


def fail(claimed: Claim, problem: Problem, *, now: datetime) -> State:
    """Put on record that the message cannot be sent as it is; a person sees why. Seven queries at most."""
    return _end_attempt(claimed, Step(State.FAILED, problem), said=problem.value, smtp_code=None, now=now)


def _end_attempt(claimed: Claim, step: Step, *, said: str, smtp_code: int | None, now: datetime) -> State:
    with in_school(claimed.school_id):
        message = Message.objects.select_for_update(no_key=True).defer("mime_sealed").get(pk=claimed.message_id)
        Attempt.objects.filter(message_id=claimed.message_id, number=claimed.number).update(
            ended_at=now, outcome=said, smtp_code=smtp_code
        )
        if _still_counts(message, claimed, step):
            move(message, step, now=now)
        return State(message.state)


def _still_counts(message: Message, claimed: Claim, step: Step) -> bool:
    """Whether what a worker found out may change the message: always where it was accepted by this very recipient."""
    if message.state in ARRIVED:
        return False
    if step.state is State.ACCEPTED:
        return message.to_address == claimed.to_address
    return message.attempt_count == claimed.number and may_move(State(message.state), step.state)


def move(message: Message, step: Step, *, now: datetime) -> None:
    """Bring a locked message into its next state, with an audit row where a person will want to know. Two queries."""
    old = State(message.state)
    message.state, message.problem, message.lease_until = step.state, step.problem, None
    message.next_attempt_at = now + (step.wait or timedelta(0))
    if step.state is State.ACCEPTED:
        message.accepted_at = now
        message.token_expires_at = now + timedelta(days=settings.ACKNOWLEDGE_LINK_DAYS)
    elif step.state is not State.UNCERTAIN and not message.repeated:
        # A clear no: nothing of it can have arrived.
        message.handed_over_at = None
    message.save(
        update_fields=[
            "state", "problem", "lease_until", "next_attempt_at", "accepted_at", "token_expires_at", "handed_over_at",
        ]
    )  # fmt: skip
    log.info("Message %s: %s -> %s %s", message.pk, old, step.state, step.problem)
    if step.state is not State.PENDING:
        audit.record(
            f"message.{step.state.value}",
            school_id=message.school_id,
            actor_id=None,
            object_type="message",
            object_id=message.pk,
            detail={"problem": step.problem.value, "attempt": message.attempt_count},
            at=now,
        )


def give_up_dead_workers(*, school_id: UUID, now: datetime, limit: int) -> int:
    """Take a school's messages whose lease ran out away from their workers, and return how many.

    Two queries, and four a message.
    """
    with in_school(school_id):
        lost = list(
            Message.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(state__in=AT_WORK, lease_until__lte=now)
            .defer("mime_sealed")
            .order_by("lease_until")[:limit]
        )
        for message in lost:
            step = step_after_lost_lease(
                State(message.state),
                tries=message.tries,
                repeat_after=timedelta(seconds=settings.DISPATCH_REPEAT_SECONDS),
                waits_seconds=settings.DISPATCH_RETRY_SECONDS,
            )
            Attempt.objects.filter(message_id=message.pk, number=message.attempt_count, ended_at=None).update(
                ended_at=now, outcome=step.problem.value
            )
            move(message, step, now=now)
    return len(lost)


def _lease() -> timedelta:
    return timedelta(seconds=settings.DISPATCH_LEASE_SECONDS)
