"""The bare chain: a task that renders, encrypts and sends. No outbox, no database, nothing kept."""

import io
import os
import secrets
import smtplib  # noqa: TID251  the floor of dispatch.smtp
from email.message import EmailMessage
from pathlib import Path

import pikepdf
from celery import Celery
from celery.signals import worker_process_init

from bench.bare_press import BarePress

app = Celery("floor", broker=os.environ["REDIS_URL"])
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=1, task_acks_late=True)
MARKUP = Path(os.environ["BENCH_MARKUP"])
_press: list[tuple[BarePress, str]] = []


@worker_process_init.connect
def warm_up(**_: object) -> None:
    """Once a process."""
    _press.append((BarePress(), MARKUP.read_text()))
    _press[0][0].draw(_press[0][1])


@app.task(name="floor.send")
def send(number: str) -> None:
    """Render, encrypt, send on a new connection."""
    press, markup = _press[0]
    pdf, encrypted = press.draw(markup), io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(
            encrypted,
            encryption=pikepdf.Encryption(user="copper-lantern-quiet-harbour", owner=secrets.token_urlsafe(32), R=6),
        )
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "bench@example.org", "officer@authority.example.org", "Report"
    mail["Message-ID"] = f"<{number}@floor.example.org>"
    mail.set_content("A report is attached.")
    mail.add_attachment(encrypted.getvalue(), maintype="application", subtype="pdf", filename="report.pdf")
    with smtplib.SMTP("127.0.0.1", int(os.environ["BENCH_SMTP_PORT"])) as server:
        server.send_message(mail)
