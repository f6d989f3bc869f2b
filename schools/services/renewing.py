"""A lost phone, a log-in in the wrong hands, one that nobody uses: what somebody logs in with is taken away. T8."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from audit.selectors import was_recorded
from schools.access import managed_people_q
from schools.changes import people_changed
from schools.log_in.revoking import revoke_everything
from schools.models import Membership, Person, User
from schools.roles import Permission
from schools.rules.log_ins import RENEWED_AGAIN_AFTER
from schools.rules.posts import may_renew_alone
from schools.selectors.school import belongs_elsewhere
from schools.services.members import NoRoleNow, log_in_again
from schools.services.posts import posts_held
from schools.services.problems import NotAlone, NotForYourself, NotPossible
from schools.viewer import Viewer

_RENEWED = "people.log_in_renewed"


class NothingToTake(NotPossible):
    """Somebody without a log-in, or whose log-in is closed."""

    def __init__(self) -> None:
        super().__init__("This person has no log-in that could be taken away.")


class NotOursAlone(NotPossible):
    """The log-in opens more than this school: no school takes away what opens another one."""

    def __init__(self) -> None:
        super().__init__("This log-in is not your school's alone. Ask whoever runs the service to let it begin anew.")


class SentJustNow(NotPossible):
    """The mail with the link is on its way."""

    def __init__(self) -> None:
        super().__init__("A link was sent to them a few minutes ago. Wait for it, and look into the junk mail as well.")


def renew_log_in(*, by: Viewer, person_id: UUID) -> None:
    """Take everything somebody logs in with, as after a lost phone, and send them the link to begin anew. Duty D1, T8.

    Sessions, password, authenticator app, passkeys and recovery codes go; the link goes to the address they log in
    with, and the second step is set up anew. A log-in that was closed is open again. Who may do it for whom:
    ``rules.posts.may_renew_alone``; nobody for themselves. Some twenty queries, and four for the mail.

    Raises NotAllowed, NotForYourself, NotAlone, NothingToTake, NotOursAlone, NoRoleNow, SentJustNow,
    Person.DoesNotExist.
    """
    today = timezone.localdate()
    with transaction.atomic():
        person = _theirs(by, person_id, today)
        members = Membership.objects.filter(school_id=by.school_id, person=person)
        if not members.exclude(ends_on__lt=today).exists():
            raise NoRoleNow
        since = timezone.now() - RENEWED_AGAIN_AFTER
        if was_recorded(action=_RENEWED, school_id=by.school_id, object_id=person.pk, since=since):
            raise SentJustNow
        begin_anew(person, by=by.user_id, today=today)
        _record(by, _RENEWED, person, today)


def close_log_in(*, by: Viewer, person_id: UUID) -> None:
    """Close a log-in that nobody uses; what somebody is to the school stays. Duty D1 (CM 3.2), threat T8.

    ``renew_log_in`` opens it again. Some fifteen queries. Raises NotAllowed, NotForYourself, NotAlone, NothingToTake,
    NotOursAlone, Person.DoesNotExist.
    """
    today = timezone.localdate()
    with transaction.atomic():
        person = _theirs(by, person_id, today)
        user = must_be_ours_alone(person, today)
        if not user.is_active:
            raise NothingToTake
        revoke_everything(user.pk, by=by.user_id)
        User.objects.filter(pk=user.pk).update(is_active=False)
        _record(by, "people.log_in_closed", person, today)


def begin_anew(person: Person, *, by: UUID, today: date) -> None:
    """Take everything that somebody logs in with, and send them the link, in the caller's transaction.

    Raises NothingToTake, NotOursAlone.
    """
    user = must_be_ours_alone(person, today)
    revoke_everything(user.pk, by=by)
    log_in_again(User.objects.get(pk=user.pk), by=by)


def must_be_ours_alone(person: Person, today: date) -> User:
    """The log-in of somebody, which opens no other school and not the service. Raises NothingToTake, NotOursAlone."""
    if person.user is None:
        raise NothingToTake
    if person.user.is_staff or belongs_elsewhere(user_id=person.user.pk, school_id=person.school_id, today=today):
        raise NotOursAlone
    return person.user


def _theirs(by: Viewer, person_id: UUID, today: date) -> Person:
    by.must(Permission.MANAGE_PEOPLE)
    people = Person.objects.select_for_update(of=("self",), no_key=True).select_related("user")
    person = people.get(managed_people_q(by), pk=person_id)
    if person.pk == by.person_id:
        raise NotForYourself
    if not may_renew_alone(by.roles, posts_held(person, today)):
        raise NotAlone
    return person


def _record(by: Viewer, action: str, person: Person, today: date) -> None:
    audit.record(action, school_id=by.school_id, actor_id=by.user_id, object_type="person", object_id=person.pk)
    # Whoever cannot log in holds no post that a case could wait for.
    people_changed(by.school_id, {person.pk}, today)
