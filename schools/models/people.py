"""The people of a school: pupils, staff, governors, parents."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from schools.models.school import School
from schools.tenancy import InSchoolOneToOneField, unique_in_school


class Person(models.Model):
    """Somebody a school knows. A log-in is optional; being a pupil or on the staff is a row beside it."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "user": "personal",
            "given_name": "personal",
            "family_name": "personal",
            "email": "personal",
        }
        keep = "until the person has left and no record names them"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="people")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="people")
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)

    class Meta:
        verbose_name_plural = "people"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("person"),
            models.UniqueConstraint(fields=["school", "user"], name="one_person_a_user_in_a_school"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "family_name", "given_name"], name="person_by_name"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"


class Pupil(models.Model):
    """That a person is, or was, a pupil."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "person": "personal",
            "upn": "personal",
            "year_group": "personal",
            "class_name": "personal",
            "joined_on": "personal",
            "left_on": "personal",
        }
        keep = "until the person has left and no record names them"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="pupils")
    person = InSchoolOneToOneField(Person, related_name="pupil")
    upn = models.CharField("unique pupil number", max_length=13, blank=True)
    year_group = models.CharField(max_length=12)
    class_name = models.CharField("class", max_length=20, blank=True)
    joined_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("pupil"),
            models.UniqueConstraint(fields=["school", "upn"], condition=~Q(upn=""), name="one_pupil_a_upn_in_a_school"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(joined_on__isnull=True) | Q(left_on__gte=F("joined_on")),
                name="pupil_leaves_after_joining",
            ),
        ]

    def __str__(self) -> str:
        return self.upn or str(self.id)


class StaffRecord(models.Model):
    """That a person works, or worked, at the school."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "person": "personal",
            "job_title": "personal",
            "started_on": "personal",
            "left_on": "personal",
        }
        keep = "until the person has left and no record names them"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="staff_records")
    person = InSchoolOneToOneField(Person, related_name="staff_record")
    job_title = models.CharField(max_length=100)
    started_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("staff"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(started_on__isnull=True) | Q(left_on__gte=F("started_on")),
                name="staff_leave_after_starting",
            ),
        ]

    def __str__(self) -> str:
        return self.job_title
