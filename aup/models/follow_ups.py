"""What somebody of the school must do because of what was signed, refused or changed."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from aup.models.signatures import Signature
from schools.models import Person, School
from schools.tenancy import InSchoolForeignKey, unique_in_school


class FollowUp(models.Model):
    """One task: photographs to be taken down (A5), or a parent to be spoken with who has refused."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "signature": "none",
            "about": "personal",
            "code": "personal",
            "made_at": "none",
            "done_at": "none",
            "done_by": "personal",
        }
        keep = "as long as the signature it follows from"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    signature = InSchoolForeignKey(Signature, related_name="follow_ups")
    about = InSchoolForeignKey(Person, related_name="+")
    code = models.CharField(max_length=40, help_text="The consent that ended, or refused.")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = InSchoolForeignKey(Person, null=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("followup"),
            models.UniqueConstraint(fields=["signature", "code"], name="one_follow_up_of_a_kind"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="done_follow_up_says_by_whom",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "made_at"], condition=Q(done_at__isnull=True), name="follow_up_to_do"),
        ]

    def __str__(self) -> str:
        return str(self.id)
