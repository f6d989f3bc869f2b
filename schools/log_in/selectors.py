"""What somebody's log-in consists of."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator

from schools.log_in.sessions import OpenSession, PersonRequest, open_sessions
from schools.models import User

_SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The app or a passkey; ``used_at`` is None when it never was."""

    number: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnLogIn:
    """Everything that somebody can log in with, and where they are."""

    email: str
    has_password: bool
    password_changed_at: datetime | None
    app: SecondStep | None
    passkeys: tuple[SecondStep, ...]
    recovery_codes_left: int
    sessions: tuple[OpenSession, ...]

    @property
    def has_second_step(self) -> bool:
        """Whether there is one at all."""
        return self.app is not None or bool(self.passkeys)


@dataclass(frozen=True, slots=True)
class Proofs:
    """How somebody can show who they are."""

    by_code: bool
    by_passkey: bool

    @property
    def by_password(self) -> bool:
        """Only where there is no second step: the password may be kept in a shared browser."""
        return not (self.by_code or self.by_passkey)


def has_second_step(*, user_id: UUID) -> bool:
    """Whether an app or a passkey is set up. One query."""
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=_SECOND_STEPS).exists())


def proofs_of(*, user_id: UUID) -> Proofs:
    """How this user can show who they are. One query."""
    kinds = set(Authenticator.objects.filter(user_id=user_id).values_list("type", flat=True))
    return Proofs(
        by_code=Authenticator.Type.TOTP in kinds or Authenticator.Type.RECOVERY_CODES in kinds,
        by_passkey=Authenticator.Type.WEBAUTHN in kinds,
    )


def own_log_in(request: PersonRequest, user: User) -> OwnLogIn:
    """One's own log-in. Three queries."""
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    steps = {row.pk: _shown(row) for row in rows if row.type in _SECOND_STEPS}
    app = next((steps[row.pk] for row in rows if row.type == Authenticator.Type.TOTP), None)
    lists = [row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES]
    return OwnLogIn(
        email=user.email,
        has_password=user.has_usable_password(),
        password_changed_at=user.password_changed_at,
        app=app,
        passkeys=tuple(steps[row.pk] for row in rows if row.type == Authenticator.Type.WEBAUTHN),
        recovery_codes_left=sum(len(row.wrap().get_unused_codes()) for row in lists),
        sessions=open_sessions(request),
    )


def _shown(row: Authenticator) -> SecondStep:
    name = "Authenticator app" if row.type == Authenticator.Type.TOTP else str(row.wrap().name)
    return SecondStep(row.pk, name, row.created_at, row.last_used_at)
