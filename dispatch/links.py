"""The officer's link: a random token whose hash alone is kept, and a log that never shows it (threat T20)."""

import hashlib
import logging
import re
import secrets
from typing import Final

TOKEN_BYTES: Final = 32
# What token_urlsafe makes of 32 bytes; anything else is unknown without a look into the database.
TOKEN_LENGTH: Final = 43
_IN_PATH = re.compile(r"(/officer/|/log-in/new-password/|/sign/|/letter/)[A-Za-z0-9_=%.-]{16,}")


def new_token() -> str:
    """A token of 256 random bits, fit for an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(token: str) -> bytes:
    """What is kept of a token. Plain SHA-256 will do: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


class WithoutLinks(logging.Filter):
    """Cuts the token out of the paths that Django logs for a refused request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true; the record is changed where a link stands in it."""
        line = record.getMessage()
        cut = _IN_PATH.sub(r"\1...", line)
        if cut != line:
            record.msg, record.args = cut, None
        return True
