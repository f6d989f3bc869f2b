"""The Celery application. It carries wake-up calls; the outbox in Postgres carries the truth."""

import os

from celery import Celery
from celery.signals import setup_logging, worker_init
from django.db import OperationalError

from schools.wall import WrongRole, refuse_wrong_role

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esafety.settings")

app = Celery("esafety")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["aup"], related_name="keeping_tasks")


@setup_logging.connect
def keep_our_logs(**_: object) -> None:
    """Being asked is enough: Celery would put handlers of its own in place of ours, which write what an error says."""


@worker_init.connect
def look_at_the_role(**_: object) -> None:
    """A worker that could pass the wall between schools does not start."""
    try:
        refuse_wrong_role()
    except (WrongRole, OperationalError) as refusal:
        # Celery notes what a signal's receiver raises and goes on; only this ends it.
        raise SystemExit(str(refusal)) from None
