"""Links by which somebody signs without a log-in."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from schools.models import Person, School
from schools.tenancy import InSchoolForeignKey, unique_in_school


class SigningLink(models.Model):
    """One link, bound to a person and to the versions that were in force when it was made; its token is kept as a hash.

    Each mail carries a token of its own. A signature uses up its part of the link (threat T20).
    """

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "person": "personal",
            "token_hash": "none",
            "version_ids": "none",
            "made_at": "none",
            "expires_at": "none",
            "ended_at": "none",
            "first_opened_at": "personal",
            "opened_count": "personal",
            "invitation": "none",
        }
        keep = "a year after it has expired"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    person = InSchoolForeignKey(Person, related_name="signing_links")
    token_hash = models.BinaryField(max_length=32, unique=True)
    version_ids = ArrayField(models.UUIDField(), help_text="What may be signed by it.")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="Taken back before its time, as for a leaver.")
    first_opened_at = models.DateTimeField(null=True)
    opened_count = models.PositiveIntegerField(default=0, help_text="Views before a signature, by people and scanners.")
    invitation = InSchoolForeignKey("aup.Invitation", null=True, related_name="links")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [unique_in_school("signinglink")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "person"], name="signing_link_of_a_person"),
        ]

    def __str__(self) -> str:
        return str(self.id)
