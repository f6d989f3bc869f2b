"""What a worker does: deliver one message, and every minute sweep up what was missed. Needs nobody to ask for it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from dispatch import claims, transport
from dispatch.models import Message
from dispatch.preparing import CannotPrepare, Draw, prepare
from dispatch.rules.problems import Problem
from dispatch.rules.states import State
from dispatch.waking import wake
from schools.addresses import UnsafeAddress
from schools.wall import every_school, in_school

SWEEP_LIMIT = 500


def deliver(
    *, school_id: UUID, message_id: UUID, draw: Draw, clock: Callable[[], datetime] = timezone.now
) -> State | None:
    """Deliver a message that is due: claim, draw, encrypt, compose, hand over, put on record. Duty R2 (CC 4.1, CM 4.1).

    Returns the state it is in afterwards, or None where there was nothing to do: not due, another worker has it, or it
    is not this school's.
    Mail is spoken outside of every transaction. When the worker dies on the way, the lease brings the message back.
    """
    claimed = claims.claim(school_id=school_id, message_id=message_id, now=clock())
    if claimed is None:
        return None
    try:
        problem = claims.what_forbids(claimed, now=clock())
        if problem:
            return claims.fail(claimed, problem, now=clock())
        mime = prepare(claimed, draw=draw, now=clock())
        outcome = transport.hand_over(
            message_id=claimed.message_id,
            to_address=claimed.to_address,
            mime=mime,
            before_content=lambda: claims.mark_handed_over(claimed, now=clock()),
        )
    except claims.ClaimLost:
        return None
    except claims.Stopped as stopped:
        return claims.fail(claimed, stopped.problem, now=clock())
    except UnsafeAddress:
        return claims.fail(claimed, Problem.COMPOSING_FAILED, now=clock())
    except CannotPrepare as failure:
        return claims.fail(claimed, failure.problem, now=clock())
    return claims.settle(claimed, outcome, now=clock())


def sweep(*, now: datetime) -> int:
    """Take messages back from workers that died, and wake workers for all that is due; returns how many (T26).

    School by school: one query, four a school, and four for each message whose worker died.
    """
    woken = 0
    for school_id, _ in every_school():
        claims.give_up_dead_workers(school_id=school_id, now=now, limit=SWEEP_LIMIT)
        for message_id in _due(school_id, now):
            if not wake(school_id, message_id):
                # The broker is away again; the next sweep goes on from here.
                return woken
            woken += 1
    return woken


def _due(school_id: UUID, now: datetime) -> list[UUID]:
    due = Message.objects.filter(claims.due_q(now)).order_by("next_attempt_at")
    with in_school(school_id):
        return list(due.values_list("pk", flat=True)[:SWEEP_LIMIT])
