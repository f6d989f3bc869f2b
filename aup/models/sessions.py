"""A class that goes through its agreement together."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from aup.models.agreements import AgreementVersion
from schools.models import Person, School
from schools.tenancy import InSchoolForeignKey, unique_in_school


class ClassSession(models.Model):
    """One class, one agreement, one teacher as witness. Each child taps the own name; absent ones stay outstanding."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "version": "none",
            "class_name": "none",
            "teacher": "personal",
            "started_at": "none",
            "ended_at": "none",
        }
        keep = "as long as the signatures made in it"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    version = InSchoolForeignKey(AgreementVersion, related_name="sessions")
    class_name = models.CharField(max_length=20)
    teacher = InSchoolForeignKey(Person, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("classsession"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("started_at")),
                name="class_session_ends_after_it_starts",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "-started_at"], name="class_session_newest"),
        ]

    def __str__(self) -> str:
        return self.class_name
