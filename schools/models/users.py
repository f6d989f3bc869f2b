"""Log-ins, what they are to a school, and posts."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

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

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A log-in. It belongs to no school by itself: memberships and posts say what it may see."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "email": "personal",
            "password": "personal",
            "last_login": "personal",
            "is_active": "none",
            "is_staff": "none",
            "is_superuser": "none",
            "groups": "none",
            "user_permissions": "none",
            "created_at": "none",
        }
        keep = "until the last membership has ended"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("email address", unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("service administrator", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("email"), name="one_user_an_email")
        ]

    def __str__(self) -> str:
        return self.email


def _ends_after_start(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name=name)


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
            _ends_after_start("membership_ends_after_it_starts"),
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
            _ends_after_start("post_ends_after_it_starts"),
            models.UniqueConstraint(fields=["person", "post", "starts_on"], name="one_post_of_a_kind_from_a_day"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["school", "post"], name="post_by_school")]

    def __str__(self) -> str:
        return self.get_post_display()
