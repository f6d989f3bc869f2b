"""The words of small mails, each of them said here again: what is lost in the table is missed here."""

import pytest

from dispatch.rules.notices import NEEDS_COMPOSER, NOTICE_STATE_NAMES, NoticeKind, NoticeState, why_not_sent
from dispatch.rules.problems import WORDS, Problem


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (Problem.NO_ADDRESS, "The school has put down no address for it."),
        (Problem.ADDRESS_REFUSED, "The mail server does not know the address."),
        (Problem.TOO_LARGE, "The mail server refused it as too large."),
        (Problem.REFUSED, "The mail server refused it."),
        (Problem.LOST_AFTER_DATA, "The connection broke while it was being sent."),
        (Problem.INTERRUPTED, "Sending it was interrupted again and again."),
        (Problem.COMPOSING_FAILED, "It could not be put together; the worker's log says where."),
    ],
)
def test_a_notice_speaks_of_a_mail_and_never_of_a_report(problem: Problem, said: str) -> None:
    assert why_not_sent(problem) == said
    assert WORDS[problem].what != said


def test_other_problems_are_said_as_of_reports() -> None:
    assert why_not_sent(Problem.UNREACHABLE) == WORDS[Problem.UNREACHABLE].what


def test_what_would_say_nothing_without_its_maker() -> None:
    assert {
        NoticeKind.PASSWORD_RESET, NoticeKind.OFFICER_CODE, NoticeKind.AUDIT_ANCHOR, NoticeKind.AGREEMENT_INVITATION,
        NoticeKind.AGREEMENT_REMINDER, NoticeKind.AGREEMENT_LINK, NoticeKind.AGREEMENT_SIGNED,
        NoticeKind.LETTER_TO_PARENTS,
    } == NEEDS_COMPOSER  # fmt: skip


def test_every_state_of_a_notice_has_its_name() -> None:
    assert NOTICE_STATE_NAMES == {
        NoticeState.PENDING: "waiting to be sent",
        NoticeState.CLAIMED: "being sent",
        NoticeState.ACCEPTED: "accepted by their mail server",
        NoticeState.FAILED: "not sent",
        NoticeState.DROPPED: "no longer wanted",
    }
