"""What the school asks people to sign: drafts, published versions that never change, and their end."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from aup.rules.due import WhoSigns
from packs.schema import SIGNERS, STAGES
from schools.models import School
from schools.tenancy import InSchoolForeignKey, InSchoolOneToOneField, unique_in_school


class AgreementSettings(models.Model):
    """How a school has its agreements signed. A school without a row goes by what stands here."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "who_signs": "none",
            "reminder_days": "none",
        }
        keep = "as long as the school uses the service"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.OneToOneField(School, models.PROTECT, related_name="agreement_settings")
    who_signs = models.CharField(
        max_length=4,
        choices=[(WhoSigns.ONE.value, "one parent"), (WhoSigns.EACH.value, "each parent with parental responsibility")],
        default=WhoSigns.ONE.value,
    )
    reminder_days = ArrayField(
        models.PositiveSmallIntegerField(), default=list, help_text="Days after the invitation on which it is repeated."
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [unique_in_school("agreementsettings")]

    def __str__(self) -> str:
        return self.who_signs


class Draft(models.Model):
    """An agreement that is being edited. At most one for each agreement; publishing it makes a version."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "code": "none",
            "content": "none",
            "translations": "none",
            "revision": "none",
            "edited_at": "none",
            "edited_by": "personal",
        }
        keep = "until it is published or thrown away"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="agreement_drafts")
    code = models.CharField(max_length=40, help_text="The agreement of the policy that it comes from.")
    content = models.JSONField()
    translations = models.JSONField(default=dict, help_text="Language code to content of the same shape.")
    revision = models.PositiveIntegerField(default=1, help_text="Two tabs: whoever saves an older one is told.")
    edited_at = models.DateTimeField()
    edited_by = InSchoolForeignKey("schools.Person", related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("agreementdraft"),
            models.UniqueConstraint(fields=["school", "code"], name="one_draft_of_an_agreement"),
        ]

    def __str__(self) -> str:
        return self.code


class AgreementVersion(models.Model):
    """One published text. It never changes; the newest one of a code that was not withdrawn is in force."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "code": "none",
            "number": "none",
            "audience": "none",
            "stages": "none",
            "signed_by": "none",
            "acknowledged_by": "none",
            "reading_age": "none",
            "content": "none",
            "sha256": "none",
            "translations": "none",
            "published_at": "none",
            "published_by": "personal",
        }
        keep = "as long as a signature under it"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="agreement_versions")
    code = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    audience = models.CharField(max_length=10, choices=[(each, each) for each in SIGNERS])
    stages = ArrayField(models.CharField(max_length=4, choices=[(each, each) for each in STAGES]), default=list)
    signed_by = ArrayField(models.CharField(max_length=10))
    acknowledged_by = ArrayField(models.CharField(max_length=10), default=list)
    reading_age = models.PositiveSmallIntegerField(null=True, help_text="The age it is written for, in years.")
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    translations = models.JSONField(default=dict, help_text="Language code to {content, sha256}.")
    published_at = models.DateTimeField()
    published_by = InSchoolForeignKey("schools.Person", null=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("agreementversion"),
            models.UniqueConstraint(fields=["school", "code", "number"], name="agreement_versions_are_numbered"),
            models.CheckConstraint(condition=Q(number__gte=1), name="agreement_versions_begin_with_one"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"

    @property
    def title(self) -> str:
        """What stands above it."""
        title: str = self.content["title"]
        return title


class Withdrawal(models.Model):
    """That a published version is not to be signed any more, although no newer one takes its place."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "version": "none",
            "withdrawn_at": "none",
            "withdrawn_by": "personal",
        }
        keep = "as long as the version"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    version = InSchoolOneToOneField(AgreementVersion, related_name="withdrawal")
    withdrawn_at = models.DateTimeField()
    withdrawn_by = InSchoolForeignKey("schools.Person", related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [unique_in_school("agreementwithdrawal")]

    def __str__(self) -> str:
        return str(self.version_id)
