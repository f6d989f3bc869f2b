"""How often somebody may guess: ten times in half an hour for each log-in, whichever machine it is from (threat T10).

A school is one address on the network, so guesses are not counted by addresses; links that are asked for are, under a
keyed hash and for a minute, so that nobody can flood the worker. The counts lie in the database: they outlast
Redis, and guesses that come at the same moment wait for each other.
"""

from allauth.core.internal import ratelimit
from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from schools.log_in import rules
from schools.log_in.backends import as_kept

_APP = "allauth.account"
_GUESS = "login_failed"
_RESET = "reset_password"
_LINKS = "links"
_LINKS_IN_ALL = "links_in_all"
_RATES = {_LINKS: f"{rules.LINKS_A_MINUTE}/m/key", _LINKS_IN_ALL: f"{rules.LINKS_A_MINUTE_IN_ALL}/m/key"}


class TooMany(Exception):
    """All guesses are used up: right or wrong, the answer is no."""

    def __init__(self) -> None:
        super().__init__("too many guesses")


def key_of_password(address: str) -> str:
    """What the guesses at a password are counted under, whether there is such a log-in or not."""
    return f"password:{as_kept(address)}"


def key_of_codes(user_id: object) -> str:
    """What the guesses at the codes of a second step are counted under."""
    return f"codes:{user_id}"


def take(request: HttpRequest, key: str) -> None:
    """Use up one guess. Raises TooMany."""
    if not ratelimit.consume(request, app=_APP, action=_GUESS, key=key):
        raise TooMany


def are_used_up(request: HttpRequest, key: str) -> bool:
    """Whether the next guess would be refused."""
    return not ratelimit.consume(request, app=_APP, action=_GUESS, key=key, dry_run=True)


def forget(request: HttpRequest, key: str) -> None:
    """Somebody has shown who they are by other means: all guesses are there again."""
    ratelimit.clear(request, app=_APP, action=_GUESS, key=key)


def take_reset(request: HttpRequest, address: str) -> bool:
    """Use up one of the mails that may be asked for an address in an hour; False when there is none left."""
    return bool(ratelimit.consume(request, app=_APP, action=_RESET, key=as_kept(address)))


def take_link(request: HttpRequest) -> None:
    """Use up one of the links that may be asked for in a minute: from one source, and by everybody. Raises TooMany.

    Whatever the address: so the answer tells nothing of it, and nobody can fill the worker's queue by naming many.
    """
    for action, key in ((_LINKS, source_of(request)), (_LINKS_IN_ALL, "everybody")):
        if not ratelimit.consume(request, app=_APP, action=action, key=key, config=_RATES):
            raise TooMany


def source_of(request: HttpRequest) -> str:
    """Where a request comes from, as something that cannot be turned back into an address of a machine.

    Behind a proxy it is what the proxy added last; of an IPv6 address the network, for everybody has many of them.
    """
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    found = forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
    return salted_hmac("schools.log_in.source", ratelimit.truncate_ip(found), algorithm="sha256").hexdigest()


def forget_expired() -> None:
    """Delete counts that are over. One query."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM log_in_counts WHERE expires < now()")
