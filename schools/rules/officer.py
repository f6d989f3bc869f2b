"""Changing the address that reports go to: how long it waits, and the code that shows that somebody reads it. Pure."""

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

# Somebody at the old address has a day to ring the school (threat T19).
WAIT = timedelta(hours=24)
# A code that nobody typed for so long is no good any more.
CODE_LASTS = timedelta(days=7)
WRONG_CODES_MAX = 5
CODE_LENGTH = 8
# Nothing that sounds or looks like something else: it is read out over the telephone.
CODE_ALPHABET = "234679CDEFHJKMNPRTVWXY"


class ChangeState(StrEnum):
    """Where a change of the address has got to."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    IN_FORCE = "in_force"
    CANCELLED = "cancelled"


def code_of(change_id: UUID, *, key: bytes) -> str:
    """The code for one change: the same whenever it is worked out, and of no use for another. Pure.

    22^8, about 2^35 possibilities; five tries.
    """
    number = int.from_bytes(hmac.digest(key, change_id.bytes, hashlib.sha256))
    code = ""
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(CODE_ALPHABET))
        code += CODE_ALPHABET[place]
    return code


def tidy_code(typed: str) -> str:
    """What somebody typed, without the gaps it was read out with, in capitals. Pure."""
    return "".join(typed.split()).replace("-", "").upper()


def hash_of(code: str, *, key: bytes) -> str:
    """What is kept of a code: 64 hexadecimal digits, of no use without the key. Pure."""
    return hmac.digest(key, code.encode(), hashlib.sha256).hex()


def takes_effect_at(confirmed_at: datetime, *, old_email: str) -> datetime:
    """When a confirmed change comes into force: at once where there was no address before. Pure."""
    return confirmed_at + WAIT if old_email else confirmed_at
