"""What the worker keeps tidy by itself."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from schools.log_in.guesses import forget_expired
from schools.log_in.sessions import forget_ended
from schools.services.officer import apply_officer_changes
from schools.services.unused import tell_of_unused_log_ins
from schools.wall import every_school


@shared_task(name="schools.tasks.clear_sessions")
def clear_sessions() -> None:
    """Delete sessions that have ended; beat calls this once a day. They hold what was searched for (threat T12)."""
    SessionStore.clear_expired()
    forget_ended()
    forget_expired()


@shared_task(name="schools.tasks.apply_officer_changes")
def apply_due_officer_changes() -> None:
    """Write down the officers' addresses whose day of waiting is over; beat calls this every five minutes (T19)."""
    now = timezone.now()
    for school_id, _ in every_school():
        apply_officer_changes(school_id=school_id, now=now)


@shared_task(name="schools.tasks.tell_of_unused")
def tell_of_unused() -> None:
    """Tell each school of the log-ins that nobody uses; beat calls this once a week (T8)."""
    today = timezone.localdate()
    for school_id, _ in every_school():
        tell_of_unused_log_ins(school_id=school_id, today=today)
