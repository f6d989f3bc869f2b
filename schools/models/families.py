"""Who is whose parent or carer, as the school has checked it."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from schools.models.people import Person
from schools.models.school import School
from schools.tenancy import InSchoolForeignKey, unique_in_school


class Guardian(models.Model):
    """That an adult is the parent or carer of a child, from a day and perhaps until one. Both are the school's people.

    A relation like this is checked by the school before it is kept: it keeps the adult out of cases (R7, NE), and it is
    what a parent will be shown a child by (threat T2).
    """

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "guardian": "personal",
            "child": "personal",
            "verified_by": "personal",
            "verified_at": "none",
            "starts_on": "personal",
            "ends_on": "personal",
            "relation": "personal",
            "has_parental_responsibility": "personal",
            "is_barred": "special",
        }
        keep = "until both have left and no record names them"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="guardians")
    guardian = InSchoolForeignKey(Person, related_name="guardian_of")
    child = InSchoolForeignKey(Person, related_name="guarded_by")
    verified_by = InSchoolForeignKey(Person, related_name="+", help_text="Who has checked the relation.")
    verified_at = models.DateTimeField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    relation = models.CharField(max_length=40, blank=True, default="", db_default="")
    # Said by the school and never taken for granted: whoever has none is not asked to sign, and sees nothing.
    has_parental_responsibility = models.BooleanField(default=False, db_default=False)
    is_barred = models.BooleanField("kept away by a court order", default=False, db_default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("guardian"),
            models.CheckConstraint(condition=~Q(guardian=F("child")), name="nobody_is_their_own_guardian"),
            models.CheckConstraint(
                condition=~Q(verified_by=F("guardian")), name="nobody_checks_their_own_guardianship"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="guardianship_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["guardian", "child"], condition=Q(ends_on__isnull=True), name="one_guardianship_of_a_pair"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
