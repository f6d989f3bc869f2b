"""What became of the mails of the stories. Their PDFs are drawn by helper processes, on every core."""

from collections.abc import Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from dispatch import demo as past_mails
from dispatch.preparing import Drawn
from incidents.demo.drawing import begin, draw
from incidents.demo.queueing import QueuedMail
from incidents.demo.stories import Fate
from schools.wall import enter_school

ENDINGS: dict[Fate, past_mails.Ending] = {
    Fate.ACKNOWLEDGED: "accepted",
    Fate.ACCEPTED: "accepted",
    Fate.FAILED: "failed",
    Fate.UNCERTAIN: "uncertain",
}


def hand_over(mails: Iterable[QueuedMail]) -> int:
    """Bring queued mails to where their stories have them, inside the caller's transaction, and return how many."""
    # Helpers that begin anew and do not copy this process: they must not have its connection to the database.
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=begin) as helpers:
        drawn = [(mail, _draw_in(helpers, mail)) for mail in mails]
        for mail, future in drawn:
            _hand_over(mail, future)
    return len(drawn)


def _draw_in(helpers: ProcessPoolExecutor, mail: QueuedMail) -> "Future[Drawn]":
    document = mail.message.document
    return helpers.submit(draw, document.template, document.snapshot)


def _hand_over(mail: QueuedMail, drawn: "Future[Drawn]") -> None:
    enter_school(mail.message.school_id)
    past_mails.hand_over_then(
        school_id=mail.message.school_id,
        message_id=mail.message.pk,
        queued_at=mail.act.at,
        ending=ENDINGS[mail.act.fate],
        draw=partial(_ready, drawn),
    )
    if mail.act.acknowledged_at:
        past_mails.acknowledge_at(message_id=mail.message.pk, at=mail.act.acknowledged_at)


def _ready(drawn: "Future[Drawn]", template: str, snapshot: object) -> Drawn:
    return drawn.result()
