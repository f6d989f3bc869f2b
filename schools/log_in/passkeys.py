"""Passkeys: what the browser is asked, and whether its answer is right. The ceremony itself is django-allauth's."""

import json
import struct
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.core.exceptions import ValidationError

from schools.models import User

# A browser's answer is a stranger's text: whatever it makes the parser stumble over is a wrong answer.
_WRONG = (
    ValidationError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError,
    # Brackets in brackets in brackets, and kinds of keys that nobody has implemented.
    RuntimeError, struct.error, InvalidSignature, UnsupportedAlgorithm,
)  # fmt: skip
LONGEST_ANSWER = 20_000


class WrongAnswer(Exception):
    """No passkey of ours, or not the answer to what was asked."""

    def __init__(self) -> None:
        super().__init__("the passkey's answer is not right")


def ask(user: User | None) -> dict[str, Any]:
    """What to ask the browser for: one of this user's passkeys, or with None whichever it has for us."""
    asked: dict[str, Any] = auth.begin_authentication(user)
    return asked


def check(user: User | None, answer: str) -> Authenticator:
    """The passkey that has answered; what was asked is used up by that. Raises WrongAnswer."""
    try:
        said = _read(answer)
        auth.parse_authentication_response(said)
        return auth.complete_authentication(user or auth.extract_user_from_response(said), said)
    except _WRONG:
        raise WrongAnswer from None
    finally:
        auth.clear_state()


def ask_for_new(user: User) -> dict[str, Any]:
    """What to ask the browser for to make a passkey: one that needs no name typed, but a finger, a face or a PIN."""
    asked: dict[str, Any] = auth.begin_registration(user, True)
    return asked


def made(answer: str) -> dict[str, Any]:
    """The passkey a browser has just made. Raises WrongAnswer."""
    try:
        said = _read(answer)
        auth.parse_registration_response(said)
        binding = auth.complete_registration(said)
    except _WRONG:
        raise WrongAnswer from None
    finally:
        auth.clear_state()
    if not binding.is_user_verified():
        raise WrongAnswer
    return said


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError
    said = json.loads(answer)
    if not isinstance(said, dict):
        raise TypeError
    return said
