"""Every version of a record and every change of its status. Rows are added, never changed: triggers refuse it."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from incidents.models.incident import Incident, Status
from incidents.models.routing import OfCaseQuerySet
from schools.models import Person, School
from schools.tenancy import InSchoolForeignKey, unique_in_school


class Revision(models.Model):
    """The whole record as it stood after one save, who saved it and what that changed."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "incident": "none",
            "number": "none",
            "content": "special",
            "changed": "none",
            "reason": "special",
            "by": "personal",
            "at": "none",
        }
        keep = "as long as the incident"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    incident = InSchoolForeignKey(Incident, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    changed = ArrayField(models.CharField(max_length=60), default=list)
    reason = models.TextField(blank=True, max_length=2000)
    by = InSchoolForeignKey(Person, related_name="+")
    at = models.DateTimeField()

    objects = OfCaseQuerySet["Revision"].as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("revision"),
            models.UniqueConstraint(fields=["incident", "number"], name="revisions_are_numbered"),
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of {self.incident_id}"


class Transition(models.Model):
    """One change of status: who, when and, where it must be said, why."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "incident": "none",
            "to_status": "none",
            "revision": "none",
            "reason": "special",
            "by": "personal",
            "at": "none",
        }
        keep = "as long as the incident"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    incident = InSchoolForeignKey(Incident, related_name="transitions")
    to_status = models.CharField(max_length=12, choices=Status.choices)
    revision = models.PositiveIntegerField(help_text="The revision of the record at that moment.")
    reason = models.TextField(blank=True, max_length=2000)
    by = InSchoolForeignKey(Person, related_name="+")
    at = models.DateTimeField()

    objects = OfCaseQuerySet["Transition"].as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [unique_in_school("transition")]

    def __str__(self) -> str:
        return f"{self.to_status}"
