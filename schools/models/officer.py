"""The address that reports go to, and how it is changed: by two people, with a code and a wait (threat T19)."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from schools.models.school import School
from schools.rules.officer import ChangeState
from schools.tenancy import unique_in_school

_NAMES = {
    ChangeState.WAITING: "waiting for a second person",
    ChangeState.CONFIRMED: "agreed, takes effect later",
    ChangeState.IN_FORCE: "in force",
    ChangeState.CANCELLED: "cancelled",
}


class OfficerChange(models.Model):
    """A new address for the reports. The code that was sent there is worked out when it is needed, never kept."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "old_email": "personal",
            "new_email": "personal",
            "requested_by": "personal",
            "requested_at": "none",
            "code_hash": "none",
            "wrong_codes": "none",
            "code_given_at": "none",
            "confirmed_by": "personal",
            "confirmed_at": "none",
            "takes_effect_at": "none",
            "state": "none",
            "settled_by": "personal",
            "settled_at": "none",
        }
        keep = "as long as the school uses the service"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="officer_changes")
    old_email = models.EmailField(blank=True)
    new_email = models.EmailField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    code_hash = models.CharField(max_length=64, editable=False)
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    code_given_at = models.DateTimeField(null=True, help_text="When somebody typed the code that went to the address.")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    takes_effect_at = models.DateTimeField(null=True)
    state = models.CharField(
        max_length=10,
        choices=[(each.value, _NAMES[each]) for each in ChangeState],
        default=ChangeState.WAITING.value,
    )
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True, help_text="When it came into force or was cancelled.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("officerchange"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("requested_by")),
                name="officer_change_takes_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "in_force"])
                | Q(
                    confirmed_by__isnull=False,
                    confirmed_at__isnull=False,
                    code_given_at__isnull=False,
                    takes_effect_at__isnull=False,
                ),
                name="officer_change_in_force_was_confirmed",
            ),
            models.UniqueConstraint(
                fields=["school"],
                condition=Q(state__in=["waiting", "confirmed"]),
                name="one_officer_change_is_under_way",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["takes_effect_at"], condition=Q(state="confirmed"), name="officer_change_to_apply"),
        ]

    def __str__(self) -> str:
        return str(self.id)
