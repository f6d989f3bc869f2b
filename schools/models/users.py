"""Log-ins, what they are to a school, and posts."""

import uuid
from datetime import date, timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import make_password
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from schools.models.people import Person
from schools.models.school import School
from schools.roles import MEMBERSHIP_ROLES, POSTS, ROLE_NAMES
from schools.tenancy import InSchoolForeignKey, unique_in_school


class UserManager(BaseUserManager["User"]):
    """Users by email, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username or "")

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_or_create_user(self, email: str) -> "tuple[User, bool]":
        """The log-in with this address, and whether it was made just now, without a password."""
        return self.get_or_create(
            email=email.strip().lower(),
            defaults={"password": make_password(None), "password_changed_at": timezone.now()},
        )

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A service administrator, by ``manage.py createsuperuser``: nobody stands above the roles of a school."""
        return self.create_user(email, password, is_staff=True, **fields)


class User(AbstractBaseUser):
    """A log-in. It belongs to no school by itself: memberships and posts say what it may see.

    It has no permissions and groups of Django's: what somebody may do stands in ``schools.roles`` alone.
    """

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "email": "personal",
            "password": "personal",
            "password_changed_at": "personal",
            "last_login": "personal",
            "is_active": "none",
            "is_staff": "none",
            "created_at": "none",
        }
        keep = "until the last membership has ended"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("email address", unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("service administrator", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    password_changed_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("email"), name="one_user_an_email"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="email_is_in_lower_case"),
        ]

    def __str__(self) -> str:
        return self.email

    def set_password(self, raw_password: str | None) -> None:
        """Django's, and since when it is so. A hash that Django renews by itself does not make it younger."""
        super().set_password(raw_password)
        self.password_changed_at = timezone.now()


def in_force(today: date) -> Q:
    """Which memberships, posts and other terms are in force on a day; the last day belongs to them."""
    return Q(starts_on__lte=today) & (Q(ends_on__isnull=True) | Q(ends_on__gte=today))


def _ends_after_start(name: str) -> models.CheckConstraint:
    # What ends on the day before it starts was never in force: somebody left before it began.
    day_before = F("starts_on") - timedelta(days=1)
    return models.CheckConstraint(condition=Q(ends_on__isnull=True) | Q(ends_on__gte=day_before), name=name)


class Membership(models.Model):
    """What a log-in is to a school, from a day and perhaps until one."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "person": "personal",
            "role": "personal",
            "starts_on": "personal",
            "ends_on": "personal",
        }
        keep = "until the person has left and no record names them"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="memberships")
    person = InSchoolForeignKey(Person, related_name="memberships")
    role = models.CharField(max_length=24, choices=[(role.value, ROLE_NAMES[role]) for role in MEMBERSHIP_ROLES])
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("membership"),
            _ends_after_start("membership_never_ends_before_it_starts"),
            models.UniqueConstraint(fields=["person", "role", "starts_on"], name="one_membership_of_a_kind_from_a_day"),
        ]

    def __str__(self) -> str:
        return self.get_role_display()


class Post(models.Model):
    """A post somebody holds at a school, from a day and perhaps until one. One person may hold several: R7 (NE)."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "person": "personal",
            "post": "none",
            "starts_on": "personal",
            "ends_on": "personal",
        }
        keep = "as long as the school uses the service"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="posts")
    person = InSchoolForeignKey(Person, related_name="posts")
    post = models.CharField(max_length=24, choices=[(role.value, ROLE_NAMES[role]) for role in POSTS])
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("post"),
            _ends_after_start("post_never_ends_before_it_starts"),
            models.UniqueConstraint(fields=["person", "post", "starts_on"], name="one_post_of_a_kind_from_a_day"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["school", "post"], name="post_by_school")]

    def __str__(self) -> str:
        return self.get_post_display()
