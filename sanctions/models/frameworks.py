"""The sanction framework as a school has made it its own. Duty S1 (CC 5, CM 5)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from schools.models import Person, School
from schools.tenancy import InSchoolForeignKey, unique_in_school


class FrameworkVersion(models.Model):
    """One published version, whole. It never changes: a decision keeps the framework it was made under."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "number": "none",
            "pack_code": "none",
            "pack_version": "none",
            "content": "none",
            "sha256": "none",
            "note": "none",
            "published_at": "none",
            "published_by": "personal",
        }
        keep = "as long as a decision rests on it"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    pack_code = models.CharField(max_length=60)
    pack_version = models.PositiveSmallIntegerField()
    content = models.JSONField(help_text="Everything, as sanctions.rules.frameworks writes it.")
    sha256 = models.CharField(max_length=64)
    note = models.CharField(max_length=200, blank=True, help_text="What is new, for whoever compares versions.")
    published_at = models.DateTimeField()
    published_by = InSchoolForeignKey(Person, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("frameworkversion"),
            models.UniqueConstraint(fields=["school", "number"], name="framework_numbers_follow"),
            models.CheckConstraint(condition=Q(number__gt=0), name="framework_numbers_begin_at_one"),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class FrameworkDraft(models.Model):
    """What a school is writing: at most one a school, published as a whole or thrown away."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "pack_code": "none",
            "pack_version": "none",
            "content": "none",
            "edition": "none",
            "edited_at": "none",
            "edited_by": "personal",
        }
        keep = "until it is published or thrown away"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    pack_code = models.CharField(max_length=60)
    pack_version = models.PositiveSmallIntegerField()
    content = models.JSONField()
    edition = models.PositiveIntegerField(default=0, help_text="Counts the saves: a page written over is refused.")
    edited_at = models.DateTimeField()
    edited_by = InSchoolForeignKey(Person, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("frameworkdraft"),
            models.UniqueConstraint(fields=["school"], name="one_framework_draft_a_school"),
        ]

    def __str__(self) -> str:
        return "draft"
