"""Who somebody is by address and password, in the same time whether there is such a log-in or not (threat T11)."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from schools.models import User


def as_kept(address: str) -> str:
    """An address as it is kept and counted: each spelling of it is the same one."""
    return address.strip().lower()


class ByEmail(ModelBackend):
    """One look-up and one hash, always. Somebody whose log-in is closed is nobody."""

    def authenticate(  # type: ignore[override]
        self, request: HttpRequest | None, email: str = "", password: str = "", **_: Any
    ) -> User | None:
        user = User.objects.filter(email=as_kept(email)).first()
        if user is None:
            User().set_password(password)
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None
