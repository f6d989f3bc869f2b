"""The ways in: a password, the code of a second step, a passkey; and showing again that one is still the same."""

import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal import flows
from allauth.account.models import Login
from allauth.account.stages import LoginStage, LoginStageController
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from schools.log_in import codes, guesses, marks, passkeys, sessions, trail
from schools.models import User


class Refused(Exception):
    """Not the right one; ``is_locked`` when nothing would be for a while."""

    def __init__(self, *, is_locked: bool = False) -> None:
        super().__init__("refused")
        self.is_locked = is_locked


def by_password(request: HttpRequest, *, address: str, password: str, go_on_to: str) -> HttpResponse:
    """Log in, or go on to the second step. Duty D1 (CM 3.2), threats T10, T11. Raises Refused.

    For an address that nobody has, the same is done and said: as many guesses, one hash, one row on the trail.
    """
    key = guesses.key_of_password(address)
    try:
        user = get_adapter(request).authenticate(request, email=address, password=password)
    except ValidationError:
        trail.of_attempt("log_in.failed", address, detail={"by": "password", "why": "locked"})
        raise Refused(is_locked=True) from None
    if user is None:
        trail.of_attempt("log_in.failed", address, detail={"by": "password", "why": "wrong"})
        if guesses.are_used_up(request, key):
            trail.of_attempt("log_in.locked", address, detail={"by": "password"})
        raise Refused
    response: HttpResponse = flows.login.perform_password_login(request, {}, Login(user=user, redirect_url=go_on_to))
    return response


def by_passkey(request: HttpRequest, *, answer: str, go_on_to: str) -> HttpResponse:
    """Log in with a passkey, which is both steps in one. Raises Refused.

    Nothing is counted here: there is nothing to guess, and counting would let strangers lock somebody out.
    """
    try:
        passkey = passkeys.check(None, answer)
    except passkeys.WrongAnswer:
        trail.of_stranger("log_in.failed", None, detail={"by": "passkey", "why": "wrong"})
        raise Refused from None
    if not passkey.user.is_active:
        trail.of_stranger("log_in.failed", passkey.user_id, detail={"by": "passkey", "why": "closed"})
        raise Refused
    login = Login(user=passkey.user, redirect_url=go_on_to)
    response: HttpResponse = perform_passwordless_login(request, passkey, login)
    return response


def waiting_stage(request: HttpRequest) -> LoginStage | None:
    """The second step of a log-in that has passed the first one, in this browser and not long ago."""
    return LoginStageController.enter(request, AuthenticateStage.key)


def question(request: HttpRequest, *, is_second_step: bool) -> dict[str, Any] | None:
    """What a browser is to be asked for a passkey; None where there is no log-in that waits for its second step."""
    if isinstance(request.user, User):
        return passkeys.ask(request.user)
    if not is_second_step:
        return passkeys.ask(None)
    stage = waiting_stage(request)
    return passkeys.ask(stage.login.user) if stage else None


def by_code(request: HttpRequest, stage: LoginStage, *, code: str) -> HttpResponse:
    """The second step by the app's code or a recovery code. Raises Refused."""
    authenticator = _of_code(request, stage.login.user, code)
    post_authentication(request, authenticator)
    response: HttpResponse = stage.exit()
    return response


def by_passkey_after_password(request: HttpRequest, stage: LoginStage, *, answer: str) -> HttpResponse:
    """The second step by a passkey. Raises Refused."""
    post_authentication(request, _of_passkey(request, stage.login.user, answer))
    response: HttpResponse = stage.exit()
    return response


def prove_by_password(request: HttpRequest, user: User, *, password: str) -> None:
    """Show again who one is, where there is no second step. Raises Refused."""
    check_password(request, user, password)
    _prove(request, user, how="password", second_step="")


def prove_by_code(request: HttpRequest, user: User, *, code: str) -> None:
    """Show again who one is by a code. Raises Refused."""
    _proved(request, user, _of_code(request, user, code))


def prove_by_passkey(request: HttpRequest, user: User, *, answer: str) -> None:
    """Show again who one is by a passkey. Raises Refused."""
    _proved(request, user, _of_passkey(request, user, answer))


def check_password(request: HttpRequest, user: User, password: str) -> None:
    """Whether this is the user's password, counted like every guess at it. Raises Refused."""
    try:
        found = get_adapter(request).authenticate(request, email=user.email, password=password)
    except ValidationError:
        trail.of_user("log_in.proof_failed", user.pk, detail={"by": "password", "why": "locked"})
        raise Refused(is_locked=True) from None
    if found is None or found.pk != user.pk:
        trail.of_user("log_in.proof_failed", user.pk, detail={"by": "password", "why": "wrong"})
        raise Refused


def leave(request: HttpRequest) -> None:
    """Log out."""
    if request.user.is_authenticated:
        with transaction.atomic():
            trail.of_user("log_in.ended", request.user.pk)
            sessions.forget_this_one(request)
    logout(request)


def _of_code(request: HttpRequest, user: User, code: str) -> Authenticator:
    key = guesses.key_of_codes(user.pk)
    try:
        guesses.take(request, key)
    except guesses.TooMany:
        trail.of_stranger("log_in.failed", user.pk, detail={"by": "code", "why": "locked"})
        raise Refused(is_locked=True) from None
    authenticator = codes.authenticator_of(user, code)
    if authenticator is None:
        trail.of_stranger("log_in.failed", user.pk, detail={"by": "code", "why": "wrong"})
        if guesses.are_used_up(request, key):
            trail.of_stranger("log_in.locked", user.pk, detail={"by": "code"})
        raise Refused
    guesses.forget(request, key)
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        trail.of_user("second_step.code_used", user.pk, detail={"kind": "recovery_codes"})
    return authenticator


def _of_passkey(request: HttpRequest, user: User, answer: str) -> Authenticator:
    try:
        return passkeys.check(user, answer)
    except passkeys.WrongAnswer:
        trail.of_stranger("log_in.failed", user.pk, detail={"by": "passkey", "why": "wrong"})
        raise Refused from None


def _proved(request: HttpRequest, user: User, authenticator: Authenticator) -> None:
    post_authentication(request, authenticator, reauthenticated=True)
    _prove(request, user, how=str(authenticator.type), second_step=str(authenticator.type))


def _prove(request: HttpRequest, user: User, *, how: str, second_step: str) -> None:
    with transaction.atomic():
        trail.of_user("log_in.proved_again", user.pk, detail={"by": how})
        sessions.renew(request)
    marks.prove(request.session, now=time.time(), second_step=second_step)
