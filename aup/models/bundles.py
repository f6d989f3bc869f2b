"""Many signed agreements in one file, made by the worker."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from schools.models import Person, School
from schools.tenancy import InSchoolForeignKey, unique_in_school


class Bundle(models.Model):
    """The signed agreements of a class as one PDF: asked for, being made, and there to be downloaded for a week."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "class_name": "none",
            "asked_by": "personal",
            "asked_at": "none",
            "done_count": "none",
            "total_count": "none",
            "lease_until": "none",
            "state": "none",
            "finished_at": "none",
            "pdf_sealed": "personal",
            "pdf_bytes": "none",
        }
        keep = "7 days"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    class_name = models.CharField(max_length=20, blank=True, help_text="Empty for staff, governors and visitors.")
    asked_by = InSchoolForeignKey(Person, related_name="+")
    asked_at = models.DateTimeField()
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    state = models.CharField(
        max_length=8,
        choices=[("waiting", "waiting"), ("making", "being made"), ("made", "ready"), ("failed", "could not be made")],
        default="waiting",
    )
    finished_at = models.DateTimeField(null=True)
    pdf_sealed = models.BinaryField(null=True)
    pdf_bytes = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("bundle"),
            models.CheckConstraint(
                condition=~Q(state="made") | Q(pdf_sealed__isnull=False, finished_at__isnull=False),
                name="a_bundle_that_is_made_has_its_bytes",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "-asked_at"], name="bundle_newest"),
        ]

    def __str__(self) -> str:
        return str(self.id)
