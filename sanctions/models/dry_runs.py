"""What past cases would have come to under a draft of the framework. Duties S1, S3 (CC 5, CM 5)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from sanctions.models.cases import Case
from schools.models import Person, School
from schools.tenancy import InSchoolForeignKey, unique_in_school


class DryRun(models.Model):
    """Every past case of a policy asked again under a draft: asked for, looked through, kept with its figures."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "pack_code": "none",
            "pack_version": "none",
            "content": "none",
            "sha256": "none",
            "asked_by": "personal",
            "asked_at": "none",
            "state": "none",
            "done_count": "none",
            "total_count": "none",
            "counts": "special",
            "last_case": "none",
            "lease_until": "none",
            "finished_at": "none",
        }
        keep = "30 days"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    pack_code = models.CharField(max_length=60)
    pack_version = models.PositiveSmallIntegerField()
    content = models.JSONField(help_text="The draft as it was then, as sanctions.rules.frameworks writes it.")
    sha256 = models.CharField(max_length=64)
    asked_by = InSchoolForeignKey(Person, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(
        max_length=8,
        choices=[("waiting", "waiting"), ("running", "running"), ("done", "done"), ("failed", "could not be done")],
        default="waiting",
    )
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=list, help_text="Audience, before, after and how many, for each that there is.")
    last_case = models.UUIDField(null=True, help_text="How far it got: cases are looked through by id.")
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("dryrun"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], finished_at__isnull=True)
                | Q(state__in=["done", "failed"], finished_at__isnull=False),
                name="a_dry_run_that_is_over_says_when",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "-asked_at"], name="dry_run_newest"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class DryRunChange(models.Model):
    """A past case that would have come to something else. Whoever shows which one asks first who may know of it."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "run": "none",
            "case": "none",
            "before": "special",
            "after": "special",
        }
        keep = "30 days"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    run = InSchoolForeignKey(DryRun, related_name="changes")
    case = InSchoolForeignKey(Case, related_name="+")
    before = models.CharField(max_length=10)
    after = models.CharField(max_length=10)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("dryrunchange"),
            models.UniqueConstraint(fields=["run", "case"], name="a_case_changes_once_in_a_dry_run"),
        ]

    def __str__(self) -> str:
        return f"change in {self.run_id}"
