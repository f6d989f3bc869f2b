"""The product's tables, with the columns that the floor shows or fills."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Incident(models.Model):
    """A row of the log."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    school_id = models.UUIDField()
    reference = models.CharField(max_length=9)
    status = models.CharField(max_length=12)
    pack_code = models.CharField(max_length=60)
    pack_version = models.PositiveSmallIntegerField()
    revision = models.PositiveIntegerField()
    started_by_id = models.UUIDField()
    logged_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    sent_revision = models.PositiveIntegerField(null=True)
    happened_on = models.DateField(null=True)
    location = models.CharField(max_length=30)
    involved = ArrayField(models.CharField(max_length=30), default=list)
    types = ArrayField(models.CharField(max_length=40), default=list)
    deliberate = models.BooleanField(default=False)
    accidental = models.BooleanField(default=False)
    risk_areas = ArrayField(models.CharField(max_length=20), default=list)
    safeguarding = models.BooleanField(default=False)
    illegal_material = models.BooleanField(default=False)
    immediate_risk = models.BooleanField(default=False)
    sexual_images = models.BooleanField(default=False)
    uploads_barred = models.BooleanField(default=False)
    about = models.CharField(max_length=24, default="")
    in_confidence = models.BooleanField(default=False)
    handler_post = models.CharField(max_length=24, default="coordinator")
    chosen_post = models.CharField(max_length=24, default="")
    why = ArrayField(models.CharField(max_length=60), default=list)
    read_by = ArrayField(models.CharField(max_length=24), default=list)
    kept_out = ArrayField(models.CharField(max_length=24), default=list)
    needs_lado = models.BooleanField(default=False)
    needs_police_advice = models.BooleanField(default=False)
    nobody_left = models.BooleanField(default=False)

    class Meta:
        managed = False
        db_table = "incidents_incident"

    def __str__(self) -> str:
        return self.reference


class Revision(models.Model):
    """What a record says."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    incident = models.ForeignKey(Incident, models.DO_NOTHING)
    number = models.PositiveIntegerField()
    content = models.JSONField()

    class Meta:
        managed = False
        db_table = "incidents_revision"

    def __str__(self) -> str:
        return str(self.number)


class Involvement(models.Model):
    """Somebody in an incident."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    school_id = models.UUIDField()
    incident = models.ForeignKey(Incident, models.DO_NOTHING)
    name = models.CharField(max_length=200)
    group = models.CharField(max_length=100)
    kind = models.CharField(max_length=10)
    part = models.CharField(max_length=10)
    since_revision = models.PositiveIntegerField()

    class Meta:
        managed = False
        db_table = "incidents_involvement"

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """A row of the audit trail."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    school_id = models.UUIDField(null=True)
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=64)
    object_type = models.CharField(max_length=40)
    object_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "audit_entry"

    def __str__(self) -> str:
        return self.action
