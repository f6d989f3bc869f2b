"""The same for the pages of the log-in: what each of them changes, or counts as a wrong try."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.tokens import default_token_generator
from django.test import RequestFactory
from django.urls import reverse

from schools.log_in import codes, guesses, rules
from schools.models import User
from tests import factories
from tests.access.scene import Ask, Example, World
from tests.schools.log_in.passkeys import Passkey, keep
from tests.schools.log_in.people import PASSWORD, Enrolled, code_of, enrolled, send_password

NEW = "another pony in the hills"
NEW_TWICE = {"new": NEW, "again": NEW}


def user_of(world: World) -> User:
    """The teacher's log-in, with a password."""
    user = world.teacher.user
    assert user is not None
    user.set_password(PASSWORD)
    user.save()
    return user


def guessed(key: str, times: int = rules.GUESSES - 1) -> None:
    """So many tries were made already."""
    for _ in range(times):
        guesses.take(RequestFactory().post("/"), key)


# --- entering --------------------------------------------------------------------------------------------------------


def entering(name: str, password: str, *, is_last: bool = False) -> Example:
    def ask(world: World) -> Ask:
        user = user_of(world)
        if is_last:
            guessed(guesses.key_of_password(user.email))
        return Ask(None, name, data={"username": user.email, "password": password})

    return ask


def by_passkey(world: World) -> Ask:
    passkey = keep(factories.log_in(world.teacher))
    ask = Ask(None, "passkey_log_in")
    ask.data = {"answer": passkey.used(ask.client.post(reverse("passkey_question")).json())}
    return ask


def by_no_passkey(world: World) -> Ask:
    return Ask(None, "passkey_log_in", data={"answer": "{}"})


def second(said: Callable[[Enrolled], str], *, is_last: bool = False) -> Example:
    """After the password."""

    def ask(world: World) -> Ask:
        who = enrolled(world.school)
        ask = Ask(None, "mfa_authenticate")
        send_password(ask.client, who.user.email)
        if is_last:
            guessed(guesses.key_of_codes(who.user.pk))
        ask.data = {"code": said(who)}
        return ask

    return ask


def again(said: Callable[[Enrolled], str], *, is_last: bool = False) -> Example:
    """By a code, in the middle of a session."""

    def ask(world: World) -> Ask:
        who = enrolled(world.school)
        if is_last:
            guessed(guesses.key_of_codes(who.user.pk))
        return Ask(who.user, "account_reauthenticate", data={"code": said(who)})

    return ask


def again_by_wrong_password(world: World) -> Ask:
    """By a password, for somebody who has no second step."""
    user = world.parent.user
    assert user is not None
    ask = Ask(user, "account_reauthenticate", data={"password": "not the pony"})
    assert ask.client
    Authenticator.objects.filter(user=user).delete()
    return ask


def right(who: Enrolled) -> str:
    return who.code()


def wrong(who: Enrolled) -> str:
    return "00000000"


def recovery(who: Enrolled) -> str:
    return who.recovery_codes[0]


# --- one's own log-in ------------------------------------------------------------------------------------------------


def new_app(world: World) -> Ask:
    user = user_of(world)
    secret = codes.new_secret(user.pk)
    return Ask(user, "account_app", data={"sealed": secret.sealed, "code": code_of(secret.secret)})


def new_passkey(world: World) -> Ask:
    ask = Ask(world.teacher, "account_passkey")
    asked = ask.client.post(reverse("account_passkey_question")).json()
    ask.data = {"answer": Passkey().made(asked), "name": ""}
    return ask


def taken_away(world: World) -> Ask:
    ask = Ask(world.teacher, "account_take_away")
    keep(ask.client)
    ask.data = {"number": str(Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).pk)}
    return ask


def elsewhere(name: str, data: dict[str, str]) -> Example:
    """Somebody who is logged in on another machine as well."""

    def ask(world: World) -> Ask:
        user = user_of(world)
        UserSession.objects.create(user=user, session_key="another", ip="127.0.0.1", user_agent="")
        return Ask(user, name, data=data)

    return ask


def by_link(world: World) -> Ask:
    user = user_of(world)
    token = f"{user.pk.hex}.{default_token_generator.make_token(user)}"
    return Ask(None, "account_reset_password_from_key", [token], NEW_TWICE)


WRITES: dict[tuple[str, str], Example] = {
    **{
        (name, action): example
        for name in ("login", "account_login")
        for action, example in {
            "log_in.done": entering(name, PASSWORD),
            "log_in.failed": entering(name, "not the pony"),
            "log_in.locked": entering(name, "not the pony", is_last=True),
        }.items()
    },
    ("passkey_log_in", "log_in.done"): by_passkey,
    ("passkey_log_in", "log_in.failed"): by_no_passkey,
    ("mfa_authenticate", "log_in.done"): second(right),
    ("mfa_authenticate", "log_in.failed"): second(wrong),
    ("mfa_authenticate", "log_in.locked"): second(wrong, is_last=True),
    ("mfa_authenticate", "second_step.code_used"): second(recovery),
    ("account_reauthenticate", "log_in.proved_again"): again(right),
    ("account_reauthenticate", "log_in.proof_failed"): again_by_wrong_password,
    ("account_reauthenticate", "log_in.failed"): again(wrong),
    ("account_reauthenticate", "log_in.locked"): again(wrong, is_last=True),
    ("account_reauthenticate", "second_step.code_used"): again(recovery),
    ("account_reset_password", "password.link_asked"): lambda w: Ask(
        None, "account_reset_password", data={"email": w.teacher.email}
    ),
    ("account_reset_password_from_key", "password.reset"): by_link,
    ("logout", "log_in.ended"): lambda w: Ask(w.teacher, "logout", data={}),
    ("account_app", "second_step.added"): new_app,
    ("account_passkey", "second_step.added"): new_passkey,
    ("account_take_away", "second_step.taken_away"): taken_away,
    ("account_recovery_codes", "second_step.codes_made"): lambda w: Ask(w.teacher, "account_recovery_codes", data={}),
    ("account_password", "password.changed"): elsewhere("account_password", {"password": PASSWORD, **NEW_TWICE}),
    ("account_password", "session.ended"): elsewhere("account_password", {"password": PASSWORD, **NEW_TWICE}),
    ("account_password", "log_in.proof_failed"): elsewhere("account_password", {"password": "no pony", **NEW_TWICE}),
    ("account_end_session", "session.ended"): elsewhere("account_end_session", {}),
    ("password_age", "school.password_age_set"): lambda w: Ask(w.jo, "password_age", data={"days": "180"}),
}
# The page comes back with the form, and the wrong try is on record.
FORM_COMES_BACK = {("account_password", "log_in.proof_failed")}
