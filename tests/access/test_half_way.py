"""A log-in that lacks its second step, and one that was proved too long ago: at every address, as somebody who may.

The matrix asks as people whose log-in is whole and a moment old. Here it is neither, and what it then opens is said.
"""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from schools.log_in import marks, rules
from tests.access.browsing import Answer, Browser
from tests.access.chance import NOW
from tests.access.conftest import Stage
from tests.access.personas import BY_KEY
from tests.access.table import METHODS, body_of, routes, rows
from tests.access.world import put_back

pytestmark = pytest.mark.django_db

AGAIN = "/log-in/again/"
# Where a service administrator is led on to, and asked again.
FRONT_DOOR = "/service/"
# Whoever may do most: of a school, of its governors, of the service.
WHO = ("coordinator", "head", "chair", "senco", "sysadmin")
# What stands before the second step of whoever has one: where it is shown. Another is not set up without it.
BEFORE_THE_SECOND_STEP = "account_second_step account_reauthenticate"
# What is asked for once more, whatever the method: files and the export, what is sealed, who may do what, log-ins.
PROVED_ANEW = """
    incidents:export incidents:pdf incidents:json incidents:evidence schools:passphrase schools:officer_ask
    schools:officer_decide schools:add_person schools:give_log_in schools:give_role schools:end_role schools:leave
    schools:link_guardian schools:end_guardian schools:give_post schools:end_post schools:appointment
    schools:emergencies schools:emergency_end schools:renew_log_in schools:ask_to_renew
    service:add service:member service:post service:appointment service:ask service:emergency
    incidents:decide incidents:decide_together incidents:revise incidents:quash incidents:lift incidents:letter_approve
    incidents:letter_pdf
    aup:no_access_export aup:bundle_file schools:change_guardian sanctions:publish_framework
    account_app account_passkey account_passkey_question account_password account_recovery_codes
"""
Asked = tuple[str, str, Answer]


@pytest.fixture
def answers(stage: Stage) -> Iterator[Callable[[str, object], list[Asked]]]:
    """Asks every route that is theirs as everybody of WHO, with a session in which one mark is another."""

    def ask(mark: str, value: object) -> Iterator[Asked]:
        for key in WHO:
            persona = BY_KEY[key]
            browser = Browser(stage.world, persona)
            session = SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)
            session[mark] = value
            session.save()
            for name, route in routes().items():
                row = rows()[name]
                about = row.object_for(persona)
                for method in METHODS:
                    if row.expected(method, persona) not in {403, 404, 405} and row.gate != "*":
                        body = body_of(name, stage.world, persona, about) if method == "POST" else None
                        path = route.path(stage.world.made.get(about, {}))
                        yield name, method, browser.ask(method, path, body)

    with put_back():
        yield lambda mark, value: list(ask(mark, value))


def is_asked_again(answer: Answer) -> bool:
    return answer.status == 302 and answer.location.startswith(AGAIN)


def test_without_the_second_step_no_page_opens(answers: Callable[[str, object], list[Asked]]) -> None:
    told = answers(marks.SECOND_STEP, "")
    assert len(told) > 200
    opened = {name for name, _, answer in told if not is_asked_again(answer) and answer.location != FRONT_DOOR}
    assert opened == set(BEFORE_THE_SECOND_STEP.split())


def test_what_matters_most_is_proved_anew(answers: Callable[[str, object], list[Asked]]) -> None:
    told = answers(marks.PROVED, NOW.timestamp() - rules.FRESH_SECONDS)
    asked = {(name, method) for name, method, answer in told if is_asked_again(answer)}
    wanted = set(PROVED_ANEW.split())
    assert {name for name, _ in asked} == wanted
    assert asked == {(name, method) for name, method, _ in told if name in wanted}
