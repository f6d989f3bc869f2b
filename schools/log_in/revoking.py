"""Taking every way in from somebody, in one act: for leavers, and for a log-in in the wrong hands (threat T8)."""

from dataclasses import dataclass
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from audit import services as audit
from schools.log_in.sessions import end_every_session
from schools.models import User
from schools.wall import current_school


@dataclass(frozen=True, slots=True)
class Revoked:
    """How many of each there were."""

    sessions: int
    second_steps: int
    accounts_elsewhere: int


def revoke_everything(user_id: UUID, *, by: UUID | None = None) -> Revoked:
    """End somebody's sessions and take password, authenticator app, passkeys, recovery codes and accounts elsewhere.

    Without a password no link to set a new one works that was sent before, and no session that is not on the list;
    there are no devices that are trusted for longer. The log-in itself stays open: whoever closes it for good, because
    no membership is left, sets ``is_active``. Duty D1 (CM 3.2). Eleven queries, in one transaction, on the trail of
    the school the transaction is in. Raises User.DoesNotExist.
    """
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        user.set_unusable_password()
        user.save(update_fields=["password"])
        sessions = end_every_session(user_id)
        second_steps, _ = Authenticator.objects.filter(user_id=user_id).delete()
        elsewhere, _ = SocialAccount.objects.filter(user_id=user_id).delete()
        EmailAddress.objects.filter(user_id=user_id).delete()
        audit.record(
            "log_in.revoked",
            school_id=current_school(),
            actor_id=by,
            object_type="user",
            object_id=user_id,
            detail={"sessions": sessions, "second_steps": second_steps, "accounts": elsewhere},
        )
    return Revoked(sessions, second_steps, elsewhere)
