"""Schools and their people."""

import itertools
import time
from datetime import date

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.utils import timezone

from schools.log_in import marks, rules
from schools.models import Membership, PackAdoption, Person, Post, Pupil, School, StaffRecord, User
from schools.roles import GOVERNOR_POSTS, MEMBERSHIP_ROLES, Role
from schools.sealing import seal
from schools.selectors import viewer_for
from schools.viewer import Viewer

LONG_AGO = date(2020, 9, 1)
PASSPHRASE = "correct horse battery staple"
_numbers = itertools.count(1)


def school(
    name: str = "Riverbank Primary School",
    *,
    pack: str = "camden_2021",
    can_send: bool = True,
) -> School:
    """A school that works by a pack; with ``can_send`` it has an officer's address and a passphrase."""
    made = School.objects.create(
        name=name,
        address="1 Mill Lane\nRiverbank\nRB1 1AA",
        phone="020 7946 0000",
        email="office@riverbank.example.org",
        authority_name="Riverbank Council",
        officer_name="Alex Field" if can_send else "",
        officer_email="officer@council.example.org" if can_send else "",
        officer_passphrase_sealed=seal(PASSPHRASE.encode()) if can_send else None,
        officer_passphrase_set_at=timezone.now() if can_send else None,
    )
    PackAdoption.objects.create(school=made, pack_code=pack, pack_version=1, adopted_at=timezone.now())
    return made


def person(
    of: School,
    name: str = "Robin Vale",
    *roles: Role,
    since: date = LONG_AGO,
    until: date | None = None,
) -> Person:
    """Somebody with a log-in and these roles; a post brings the membership that it needs: governors' posts theirs."""
    given_name, _, family_name = name.partition(" ")
    email = f"person{next(_numbers)}@example.org"
    user = User.objects.create(email=email, password="!")
    made = Person.objects.create(
        school=of, user=user, given_name=given_name, family_name=family_name or "Vale", email=email
    )
    members = [role for role in roles if role in MEMBERSHIP_ROLES]
    posts = [role for role in roles if role not in MEMBERSHIP_ROLES]
    if posts and not members:
        members = [Role.GOVERNOR if GOVERNOR_POSTS.issuperset(posts) else Role.STAFF]
    for role in members:
        Membership.objects.create(school=of, person=made, role=role.value, starts_on=since, ends_on=until)
    for role in posts:
        Post.objects.create(school=of, person=made, post=role.value, starts_on=since, ends_on=until)
    return made


def coordinator(of: School, name: str = "Jo Marsh") -> Person:
    """The school's online safety co-ordinator, with a log-in."""
    return person(of, name, Role.STAFF, Role.COORDINATOR)


def pupil(of: School, name: str = "Sam Reed", *, class_name: str = "5B") -> Person:
    """A pupil without a log-in."""
    given_name, _, family_name = name.partition(" ")
    made = Person.objects.create(school=of, given_name=given_name, family_name=family_name or "Reed")
    Pupil.objects.create(school=of, person=made, year_group="Year 5", class_name=class_name)
    return made


def staff(of: School, name: str = "Kit Lowe", *, job_title: str = "Teaching assistant") -> Person:
    """A member of staff on the school's list, without a log-in."""
    given_name, _, family_name = name.partition(" ")
    made = Person.objects.create(school=of, given_name=given_name, family_name=family_name or "Lowe")
    StaffRecord.objects.create(school=of, person=made, job_title=job_title)
    return made


def viewer(of: Person) -> Viewer:
    """Who a person with a log-in is today."""
    assert of.user_id is not None
    made = viewer_for(user_id=of.user_id, today=timezone.localdate(), school_id=of.school_id)
    assert made is not None
    return made


def log_in(who: Person) -> Client:
    """A browser in which this person is logged in, by both steps."""
    assert who.user is not None
    return log_in_user(who.user)


def log_in_user(user: User, client: Client | None = None) -> Client:
    """The same for a log-in without a person, or in a browser that is there.

    The session is as the log-in itself leaves it: begun a moment ago, its second step passed with an authenticator app
    that this user really has, and the age of the password looked at.
    """
    client = client or Client()
    if not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, generate_totp_secret())
    client.force_login(user)
    session = client.session
    now = time.time()
    marks.begin(session, now=now, second_step="totp")
    marks.last_for(session, rules.IDLE_SECONDS)
    session[marks.PASSWORD_LOOKED_AT] = now
    session.save()
    return client
