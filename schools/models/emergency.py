"""Emergency access: a service administrator reads a school's records for an hour, when another one agrees."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from schools.models.school import School
from schools.rules.emergency import LASTS
from schools.tenancy import unique_in_school


class EmergencyAccess(models.Model):
    """One break-glass (threat T9). The reason lies sealed: it may speak of a case."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "reason_sealed": "special",
            "requested_by": "personal",
            "requested_at": "none",
            "approved_by": "personal",
            "approved_at": "none",
            "ends_at": "none",
            "ended_at": "none",
            "ended_by": "personal",
        }
        keep = "as long as the school uses the service"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="emergencies")
    reason_sealed = models.BinaryField(editable=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="Refused, withdrawn, or ended before its time.")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("emergencyaccess"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")),
                name="emergency_access_takes_two_people",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True, ends_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False, ends_at__isnull=False),
                name="approved_emergency_access_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__lte=F("approved_at") + LASTS),
                name="emergency_access_ends_within_the_hour",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="ended_emergency_access_says_by_whom",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["requested_by"], condition=Q(ended_at__isnull=True), name="emergency_of_a_user"),
        ]

    def __str__(self) -> str:
        return str(self.id)
