"""A school, its terms and the policy pack it works by."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from schools.tenancy import InSchoolForeignKey


class School(models.Model):
    """One school or setting, and the local-authority officer its reports go to."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "name": "none",
            "address": "none",
            "phone": "none",
            "email": "none",
            "authority_name": "none",
            "officer_name": "personal",
            "officer_email": "personal",
            "officer_passphrase_sealed": "personal",
            "officer_passphrase_set_at": "none",
            "password_max_age_days": "none",
            "created_at": "none",
        }
        keep = "as long as the school uses the service"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("name of school", max_length=200)
    address = models.TextField(max_length=500)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField("email of the school", blank=True)
    authority_name = models.CharField("local authority", max_length=200, blank=True)
    officer_name = models.CharField("local-authority officer", max_length=200, blank=True)
    officer_email = models.EmailField("officer's email", blank=True)
    officer_passphrase_sealed = models.BinaryField(null=True, editable=False)
    officer_passphrase_set_at = models.DateTimeField(null=True, editable=False)
    # Off unless the school wants it: why it should not stands beside it on its page.
    password_max_age_days = models.PositiveSmallIntegerField("greatest age of a password, in days", null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(password_max_age_days__isnull=True) | Q(password_max_age_days__range=(30, 730)),
                name="password_age_is_a_month_to_two_years",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_passphrase(self) -> bool:
        """Whether a passphrase was agreed with the officer; without it nothing is sent (duty D2, CM 3.2)."""
        return self.officer_passphrase_sealed is not None


class Term(models.Model):
    """A term of a school year."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "name": "none",
            "starts_on": "none",
            "ends_on": "none",
        }
        keep = "as long as the school uses the service"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="terms")
    name = models.CharField(max_length=60)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering: ClassVar[list[str]] = ["starts_on"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="term_ends_after_it_starts"),
            models.UniqueConstraint(fields=["school", "starts_on"], name="one_term_starts_on_a_day"),
        ]

    def __str__(self) -> str:
        return self.name


class PackAdoption(models.Model):
    """The policy pack and version a school works by from a moment on. The newest one counts."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "pack_code": "none",
            "pack_version": "none",
            "adopted_at": "none",
            "adopted_by": "personal",
        }
        keep = "as long as the school uses the service"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="pack_adoptions")
    pack_code = models.CharField(max_length=60)
    pack_version = models.PositiveSmallIntegerField()
    adopted_at = models.DateTimeField()
    adopted_by = InSchoolForeignKey("schools.Person", null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["-adopted_at"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["school", "-adopted_at"], name="adoption_newest")]

    def __str__(self) -> str:
        return f"{self.pack_code} v{self.pack_version}"
