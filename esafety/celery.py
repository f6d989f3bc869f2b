"""The Celery application. It carries wake-up calls; the outbox in Postgres carries the truth."""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging, worker_init
from django.conf import settings
from django.db import OperationalError

from schools.wall import WrongRole, refuse_wrong_role

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esafety.settings")

app = Celery("esafety")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["aup"], related_name="keeping_tasks")
app.autodiscover_tasks(["sanctions"], related_name="dry_run_tasks")


@app.on_after_configure.connect
def add_campaigns(sender: Celery, **_: object) -> None:
    """Beside the schedule in the settings: campaigns that were left are gone on with as often as the outbox is swept,
    reminders go out by day, over as many minutes as they need, and dry runs of a framework are looked after."""
    seconds: int = settings.DISPATCH_SWEEP_SECONDS
    sweep, remind = (sender.signature(f"aup.tasks.{name}") for name in ("sweep_campaigns", "remind"))
    sender.add_periodic_task(float(seconds), sweep, name="sweep-campaigns", expires=max(seconds - 5, 1))
    dry_runs = sender.signature("sanctions.dry_run_tasks.sweep_dry_runs")
    sender.add_periodic_task(float(seconds), dry_runs, name="sweep-dry-runs", expires=max(seconds - 5, 1))
    sender.add_periodic_task(crontab(minute="*", hour="8-18"), remind, name="remind-to-sign", expires=55)


@app.on_after_configure.connect
def add_sanctions(sender: Celery, **_: object) -> None:
    """Sanctions begin and end, and what must follow is seen done where it stands on record, each minute."""
    follow = sender.signature("incidents.tasks.follow_sanctions")
    sender.add_periodic_task(60.0, follow, name="follow-sanctions", expires=55)


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
