"""Codes of the authenticator app and recovery codes. Each passes once, also when it comes twice at the same moment."""

import json
import time
from dataclasses import dataclass
from uuid import UUID

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import transaction

from schools.log_in import rules
from schools.models import User
from schools.sealing import SealBroken, seal, unseal

LAST_COUNTER = "last_counter"
_KINDS = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


@dataclass(frozen=True, slots=True)
class NewSecret:
    """The secret of an app that is being set up. The page carries it sealed: nothing is kept before a code is right."""

    secret: str
    sealed: str


class SecretPassed(Exception):
    """The page to set up an app was left open for too long, or is another user's."""

    def __init__(self) -> None:
        super().__init__("the secret is not this user's, or too old")


def new_secret(user_id: UUID) -> NewSecret:
    """A secret for somebody's app, good for a quarter of an hour."""
    secret = generate_totp_secret()
    said = json.dumps({"user": str(user_id), "secret": secret, "at": time.time()})
    return NewSecret(secret, seal(said.encode()).decode())


def opened_secret(user_id: UUID, sealed: str) -> NewSecret:
    """The same secret when its page comes back. Raises SecretPassed."""
    try:
        said = json.loads(unseal(sealed.encode()))
    except SealBroken:
        raise SecretPassed from None
    if said.get("user") != str(user_id) or time.time() - said["at"] > 3 * rules.FRESH_SECONDS:
        raise SecretPassed
    return NewSecret(said["secret"], sealed)


def counter_of(secret: str, code: str, *, after: int = 0) -> int | None:
    """Which half minute a code belongs to: this one, the last or the next, but none that has been used already."""
    for counter in yield_hotp_counters_from_time():
        if counter > after and compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter))):
            return int(counter)
    return None


def authenticator_of(user: User, code: str) -> Authenticator | None:
    """What of somebody's this code belongs to; it is used up by that. Three queries, and one for each recovery list."""
    typed = "".join(code.split())
    with transaction.atomic():
        for each in (
            Authenticator.objects.select_for_update(no_key=True).filter(user=user, type__in=_KINDS).order_by("-type")
        ):
            if each.type == Authenticator.Type.TOTP:
                counter = counter_of(unsealed_secret(each), typed, after=each.data.get(LAST_COUNTER, 0))
                if counter is not None:
                    each.data[LAST_COUNTER] = counter
                    each.save(update_fields=["data"])
                    return each
            elif each.wrap().validate_code(typed):
                return each
    return None


def unsealed_secret(authenticator: Authenticator) -> str:
    """The secret of an app."""
    return unseal(authenticator.data["secret"].encode()).decode()
