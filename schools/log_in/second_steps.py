"""Setting up and taking away second steps: the authenticator app, passkeys, recovery codes."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db import transaction
from django.http import HttpRequest

from schools.log_in import codes, marks, passkeys, sessions, trail
from schools.models import User

PASSKEYS_EACH = 10
PASSKEY_NAME_LENGTH = 60


class WrongCode(ValueError):
    """Not what the app shows now."""

    def __init__(self) -> None:
        super().__init__("This is not the code that the app shows now. Wait for the next one and try again.")


class TooManyPasskeys(ValueError):
    """More passkeys than anybody needs."""

    def __init__(self) -> None:
        super().__init__(f"There are {PASSKEYS_EACH} passkeys already. Take one away first.")


class LastSecondStep(ValueError):
    """Without this one the log-in would have no second step, and this log-in needs one."""

    def __init__(self) -> None:
        super().__init__("This is your only second step. Set up another one first, then take this one away.")


Codes = tuple[str, ...]


def set_up_app(request: HttpRequest, user: User, *, sealed: str, code: str) -> Codes:
    """Keep the app's secret once the app shows a right code; an earlier app no longer works. Threat T10.

    Gives the recovery codes when these are the first ones, to be shown this once. Raises WrongCode, codes.SecretPassed.
    """
    new = codes.opened_secret(user.pk, sealed)
    counter = codes.counter_of(new.secret, "".join(code.split()))
    if counter is None:
        raise WrongCode
    with transaction.atomic():
        _only_one_at_a_time(user)
        Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
        app = TOTP.activate(user, new.secret).instance
        # The code that was just shown must not log anybody in.
        app.data[codes.LAST_COUNTER] = counter
        app.save(update_fields=["data"])
        return _added(request, user, "totp")


def add_passkey(request: HttpRequest, user: User, *, name: str, answer: str) -> Codes:
    """Keep a passkey that the browser has made. Recovery codes as above.

    Raises passkeys.WrongAnswer, TooManyPasskeys.
    """
    made = passkeys.made(answer)
    with transaction.atomic():
        _only_one_at_a_time(user)
        count = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).count()
        if count >= PASSKEYS_EACH:
            raise TooManyPasskeys
        WebAuthn.add(user, name.strip()[:PASSKEY_NAME_LENGTH] or f"Passkey {count + 1}", made)
        return _added(request, user, "webauthn")


def take_away(user: User, *, number: int, must_keep_one: bool) -> None:
    """Take away the app or a passkey; recovery codes do not outlast the last of them.

    Raises LastSecondStep when it is the last one of somebody who must have one, Authenticator.DoesNotExist.
    """
    with transaction.atomic():
        _only_one_at_a_time(user)
        steps = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
        step = steps.get(pk=number)
        is_last = steps.count() == 1
        if is_last and must_keep_one:
            raise LastSecondStep
        kind = step.type
        step.delete()
        if is_last:
            Authenticator.objects.filter(user=user).delete()
        trail.of_user("second_step.taken_away", user.pk, detail={"kind": kind})


def new_recovery_codes(user: User) -> Codes:
    """Ten new codes, to be shown this once; the earlier ones no longer work. Raises Authenticator.DoesNotExist
    when there is no second step that they could stand in for."""
    with transaction.atomic():
        _only_one_at_a_time(user)
        if not Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
            raise Authenticator.DoesNotExist
        Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
        made: list[str] = RecoveryCodes.activate(user).generate_codes()
        trail.of_user("second_step.codes_made", user.pk, detail={"kind": "recovery_codes"})
    return tuple(made)


def _added(request: HttpRequest, user: User, kind: str) -> Codes:
    shown: Codes = ()
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).exists():
        shown = tuple(RecoveryCodes.activate(user).generate_codes())
    trail.of_user("second_step.added", user.pk, detail={"kind": kind})
    # Worth more than before: whoever knew the session's old key must not share that.
    sessions.renew(request)
    marks.prove(request.session, now=time.time(), second_step=kind)
    return shown


def _only_one_at_a_time(user: User) -> None:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
