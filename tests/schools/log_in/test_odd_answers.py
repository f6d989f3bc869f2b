"""What no browser of ours would say: a wrong answer is a wrong answer, and never a broken page (threat T10)."""

import json
import random
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from fido2.utils import websafe_decode, websafe_encode

from schools.models import School
from schools.roles import Role
from tests import factories
from tests.schools.log_in.passkeys import Passkey, keep
from tests.schools.log_in.people import CODE, enrolled, logged_in, member, send_password

PASSKEY_LOG_IN = reverse("passkey_log_in")
ODD = [
    "", "null", "[]", "{}", "1", '"x"', "[" * 15_000, '{"a":' * 3_000, '{"id": 5}', '{"response": {}}', "\ufffd", "NaN",
]  # fmt: skip
CODES = ["\u00e9", "\uff11" * 6, "\u0660" * 6, "0" * 20, "-1", "1e5", "%s", "a b c"]


@pytest.fixture
def of(db: None) -> School:
    return factories.school()


def spoilt(answer: str, chance: random.Random) -> str:
    """The answer with one of its parts cut off, turned round or put in another's place."""
    said: dict[str, Any] = json.loads(answer)
    name = chance.choice(sorted(said["response"]))
    inner = bytearray(websafe_decode(said["response"][name]))
    match chance.randrange(5):
        case 0:
            inner = inner[: chance.randrange(len(inner))]
        case 1:
            inner[chance.randrange(len(inner))] ^= 1 << chance.randrange(8)
        case 2:
            inner = inner + inner
        case 3:
            inner = bytearray(chance.randbytes(chance.randrange(200)))
        case _:
            said["response"][name] = chance.choice([None, 5, [], {}, "%", "x" * 999])
            return json.dumps(said)
    said["response"][name] = websafe_encode(bytes(inner))
    return json.dumps(said)


@pytest.mark.parametrize("answer", ODD, ids=range(len(ODD)))
def test_an_odd_answer_logs_nobody_in(of: School, answer: str) -> None:
    client = Client()
    client.post(reverse("passkey_question"))
    assert client.post(PASSKEY_LOG_IN, {"answer": answer}).status_code == 200
    own = factories.log_in(factories.person(of, "Ada Bell", Role.STAFF))
    own.post(reverse("account_passkey_question"))
    assert own.post(reverse("account_passkey"), {"answer": answer, "name": ""}).status_code == 422


def test_a_spoilt_answer_makes_no_passkey_and_breaks_no_page(of: School) -> None:
    chance = random.Random(7)  # noqa: S311
    client = factories.log_in(factories.person(of, "Ada Bell", Role.STAFF))
    for _ in range(100):
        asked = client.post(reverse("account_passkey_question")).json()
        answer = spoilt(Passkey().made(asked), chance)
        assert client.post(reverse("account_passkey"), {"answer": answer, "name": ""}).status_code in {200, 302, 422}


def test_a_spoilt_answer_breaks_no_log_in(of: School) -> None:
    chance = random.Random(8)  # noqa: S311
    passkey = keep(factories.log_in(factories.person(of, "Ada Bell", Role.STAFF)))
    for _ in range(100):
        client = Client()
        asked = client.post(reverse("passkey_question")).json()
        answer = spoilt(passkey.used(asked), chance)
        assert client.post(PASSKEY_LOG_IN, {"answer": answer}).status_code in {200, 302}


@pytest.mark.parametrize("code", CODES)
def test_an_odd_code_is_a_wrong_one(of: School, code: str) -> None:
    who = enrolled(of)
    client = Client()
    send_password(client, who.user.email)
    assert client.post(CODE, {"code": code}).status_code == 200
    inside = logged_in(who)
    assert inside.post(reverse("account_reauthenticate"), {"code": code}).status_code == 200
    fresh = Client()
    send_password(fresh, member(of).email)
    assert fresh.post(reverse("account_app"), {"sealed": code, "code": code}).status_code == 422
