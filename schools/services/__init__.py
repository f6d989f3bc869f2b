"""Writes to schools and their people, by noun."""

from schools.services.school import (
    PASSPHRASE_MAX_BYTES,
    PASSPHRASE_MIN_LENGTH,
    PassphraseTooLong,
    PassphraseTooShort,
    SchoolDetails,
    adopt_pack,
    change_school_details,
    set_officer_passphrase,
)

__all__ = [
    "PASSPHRASE_MAX_BYTES",
    "PASSPHRASE_MIN_LENGTH",
    "PassphraseTooLong",
    "PassphraseTooShort",
    "SchoolDetails",
    "adopt_pack",
    "change_school_details",
    "set_officer_passphrase",
]
