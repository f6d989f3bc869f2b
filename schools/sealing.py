"""Sealing what must not lie open in the database: evidence, issued PDFs, passphrases, mails (threat T25).

A seal is Fernet (AES-128-CBC with HMAC-SHA256) under the newest of SEALING_KEYS; older keys still open.
"""

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SealBroken(ValueError):
    """Sealed bytes were altered, or sealed with a key that is no longer among SEALING_KEYS."""

    def __init__(self) -> None:
        super().__init__(
            "The sealed content cannot be opened: it was altered, or its key is missing from SEALING_KEYS."
        )


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key.encode()) for key in keys])


def seal(content: bytes) -> bytes:
    """Encrypt bytes for keeping."""
    return _box(tuple(settings.SEALING_KEYS)).encrypt(content)


def unseal(sealed: bytes | memoryview) -> bytes:
    """Open sealed bytes. Raises SealBroken."""
    try:
        return _box(tuple(settings.SEALING_KEYS)).decrypt(bytes(sealed))
    except InvalidToken:
        raise SealBroken from None
