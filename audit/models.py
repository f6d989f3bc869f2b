"""Who did or saw what. Rows are only ever added; triggers refuse UPDATE, DELETE and TRUNCATE, and chain them."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

MISSED = "request.missed"
"""Somebody asked for what is not there, or not theirs to know."""
HELD_UP = "account.held_up"
"""An account did so too often, and gets no page about a case for a while."""


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
            # Asked before every page of a case: how often an account met nothing in the last hour.
            models.Index(fields=["actor_id", "-at"], name="audit_misses", condition=Q(action=MISSED)),
            models.Index(fields=["school_id", "-at"], name="audit_held_up", condition=Q(action=HELD_UP)),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"


class Link(models.Model):
    """One entry's place in its school's chain. Written by Postgres when the entry's transaction commits."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "entry_id": "none",
            "school_id": "none",
            "seq": "none",
            "prev": "none",
            "hash": "none",
        }
        keep = "as long as the entry"

    entry_id = models.UUIDField(primary_key=True, editable=False)
    school_id = models.UUIDField(null=True, editable=False)
    seq = models.BigIntegerField(help_text="1, 2, 3 ... in each school; no number is left out.")
    prev = models.BinaryField(max_length=32, help_text="The hash of the link before; empty for the first.")
    hash = models.BinaryField(max_length=32, help_text="SHA-256 over prev, seq and the entry.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["school_id", "seq"], name="one_link_a_place", condition=Q(school_id__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["seq"], name="one_link_a_place_without_school", condition=Q(school_id__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq}"
