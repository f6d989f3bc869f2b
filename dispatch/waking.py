"""The wake-up call to the worker. It carries ids, may get lost, and never holds a request up."""

import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import cast
from uuid import UUID

from celery import Celery
from django.conf import settings
from django.utils.module_loading import import_string
from kombu import Connection
from kombu.exceptions import OperationalError
from kombu.pools import producers

DELIVER_TASK = "dispatch.tasks.deliver"
DELIVER_NOTICE_TASK = "dispatch.tasks.deliver_notice"
DELIVER_NOTICES_TASK = "dispatch.tasks.deliver_notices"
DRAW_TASK = "dispatch.tasks.draw"
log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _app() -> Celery:
    # By its path and not as Celery's current app, which is another one in every thread but the first.
    return cast(Celery, import_string(settings.DISPATCH_CELERY_APP))


@lru_cache(maxsize=1)
def _impatient_connection() -> Connection:
    """A connection of its own to the broker: the common one would retry for six seconds inside a request."""
    patience = settings.DISPATCH_WAKE_SECONDS
    connection = _app().connection_for_write(connect_timeout=patience)
    connection.transport_options = {
        **settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        "socket_timeout": patience,
        "socket_connect_timeout": patience,
        "connect_retries_timeout": patience,
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
    }
    return connection


def wake(school_id: UUID, message_id: UUID) -> bool:
    """Tell a worker that this message of a school is due; False where the broker is away, and then the sweep finds it.

    Takes DISPATCH_WAKE_SECONDS at most. The call goes stale by itself after two sweeps, so none pile up.
    """
    return _call(DELIVER_TASK, str(school_id), str(message_id))


def wake_notice(school_id: UUID | None, notice_id: UUID) -> bool:
    """The same for a notice."""
    return _call(DELIVER_NOTICE_TASK, str(school_id) if school_id else None, str(notice_id))


def wake_notices(school_id: UUID, notice_ids: Sequence[UUID]) -> bool:
    """The same for some notices, one after the other by one worker: a call costs more than the row it is about."""
    return _call(DELIVER_NOTICES_TASK, str(school_id), [str(each) for each in notice_ids])


def wake_drawing(school_id: UUID, document_id: UUID) -> bool:
    """The same for a document that goes to nobody by mail and is to be drawn."""
    return _call(DRAW_TASK, str(school_id), str(document_id))


def wake_for(task: str, school_id: UUID, row_id: UUID) -> bool:
    """The same for another app's task, by its name: it takes a school and one of its rows."""
    return _call(task, str(school_id), str(row_id))


def _call(task: str, *ids: str | list[str] | None) -> bool:
    try:
        with producers[_impatient_connection()].acquire(block=True, timeout=settings.DISPATCH_WAKE_SECONDS) as producer:
            _app().send_task(
                task, args=list(ids), producer=producer, retry=False, expires=2 * settings.DISPATCH_SWEEP_SECONDS
            )
    except (OperationalError, OSError) as failure:
        log.warning("No worker could be woken for %s (%s); the sweep will", ids[-1], type(failure).__name__)
        return False
    return True
