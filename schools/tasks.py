"""What the worker keeps tidy by itself."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore


@shared_task(name="schools.tasks.clear_sessions")
def clear_sessions() -> None:
    """Delete sessions that have ended; beat calls this once a day. They hold what was searched for (threat T12)."""
    SessionStore.clear_expired()
