"""Evidence: sealed bytes with their SHA-256. Never an indecent image (duty P7, NS 11.2)."""

import uuid
from typing import ClassVar

from django.db import models

from incidents.models.incident import Incident
from incidents.models.routing import OfCaseQuerySet
from schools.models import Person, School
from schools.tenancy import InSchoolForeignKey, InSchoolOneToOneField, unique_in_school


class Evidence(models.Model):
    """One file kept with an incident: what it is, who added it, and the hash it had when it was sealed."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "incident": "none",
            "filename": "special",
            "media_type": "none",
            "size_bytes": "none",
            "sha256": "none",
            "added_by": "personal",
            "added_at": "none",
        }
        keep = "as long as the incident"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    incident = InSchoolForeignKey(Incident, related_name="evidence")
    filename = models.CharField(max_length=120)
    media_type = models.CharField(max_length=60)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_by = InSchoolForeignKey(Person, related_name="+")
    added_at = models.DateTimeField()

    objects = OfCaseQuerySet["Evidence"].as_manager()

    class Meta:
        verbose_name_plural = "evidence"
        ordering: ClassVar[list[str]] = ["added_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("evidence"),
            models.UniqueConstraint(fields=["incident", "sha256"], name="one_file_once_an_incident"),
        ]

    def __str__(self) -> str:
        return f"evidence of {self.incident_id}"


class EvidenceContent(models.Model):
    """The sealed bytes, apart from the row that lists them so that a list never loads a file."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {"id": "none", "school": "none", "evidence": "none", "sealed": "special"}
        keep = "as long as the incident"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    evidence = InSchoolOneToOneField(Evidence, related_name="content")
    sealed = models.BinaryField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [unique_in_school("evidence_content")]

    def __str__(self) -> str:
        return f"content of {self.evidence_id}"
