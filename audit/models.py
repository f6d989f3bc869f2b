"""Who did or saw what. Rows are only ever added; a trigger refuses UPDATE and DELETE."""

import uuid
from typing import ClassVar

from django.db import models


class Entry(models.Model):
    """One act. It points at things by id and never holds a name, a type of incident or a story."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school_id": "none",
            "actor_id": "personal",
            "action": "none",
            "object_type": "none",
            "object_id": "none",
            "detail": "none",
            "at": "none",
        }
        keep = "as long as the record it speaks of"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school_id = models.UUIDField(null=True, editable=False)
    actor_id = models.UUIDField(null=True, editable=False, help_text="The user; empty when the system acted.")
    action = models.CharField(max_length=64)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.UUIDField(null=True, editable=False)
    detail = models.JSONField(default=dict, help_text="Codes, counts and ids only.")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school_id", "object_id", "-at"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"
