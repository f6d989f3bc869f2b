"""An incident as the log sees it. The record itself, every version of it, is in Revision."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from incidents import access
from incidents.models.routing import Conflict, OfCaseQuerySet
from schools.models import Person, School, User
from schools.tenancy import InSchoolForeignKey, unique_in_school
from schools.viewer import Viewer


class Status(models.TextChoices):
    """How far an incident has come."""

    DRAFT = "draft", "draft"
    REPORTED = "reported", "reported"
    RECORDED = "recorded", "recorded"
    IN_PROGRESS = "in_progress", "in progress"
    CLOSED = "closed", "closed"


class Part(models.TextChoices):
    """The part somebody played."""

    SUBJECT = "subject", "subject: said to have done it"
    AFFECTED = "affected", "affected by it"
    WITNESS = "witness", "witness"
    REPORTER = "reporter", "reported it"


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Incidents, narrowed to whom they are for."""

    def visible_to(self, viewer: Viewer) -> "IncidentQuerySet":
        """Those a viewer may know of; every page about incidents starts here. Deny beats allow."""
        # NOT IN and not NOT EXISTS: Postgres asks once, where it would plan a join for each query of a page.
        denied = Conflict.objects.of(viewer).values("incident_id")
        return self.filter(access.visible_q(viewer)).exclude(pk__in=denied)

    def run_by(self, viewer: Viewer) -> "IncidentQuerySet":
        """Those that were routed to one of the viewer's posts: they write in them. Deny beats allow."""
        denied = Conflict.objects.of(viewer).values("incident_id")
        return self.filter(access.run_q(viewer)).exclude(pk__in=denied)

    def own_of(self, viewer: Viewer) -> "IncidentQuerySet":
        """The viewer's own reports and drafts; not those that they themselves are the subject of now."""
        denied = Conflict.objects.about_oneself(viewer).values("incident_id")
        return self.filter(access.own_q(viewer)).exclude(pk__in=denied)


class Incident(models.Model):
    """One incident. Its columns are a projection of the newest revision, so that the log can filter and search."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "reference": "none",
            "status": "none",
            "pack_code": "none",
            "pack_version": "none",
            "revision": "none",
            "started_by": "personal",
            "logged_at": "none",
            "recorded_at": "none",
            "due_at": "none",
            "sent_revision": "none",
            "closed_at": "none",
            "happened_on": "special",
            "location": "special",
            "involved": "special",
            "types": "special",
            "deliberate": "special",
            "accidental": "special",
            "risk_areas": "special",
            "safeguarding": "special",
            "illegal_material": "special",
            "immediate_risk": "special",
            "sexual_images": "special",
            "uploads_barred": "special",
            "search": "special",
            "about": "special",
            "in_confidence": "special",
            "handler_post": "none",
            "chosen_post": "none",
            "why": "special",
            "read_by": "none",
            "kept_out": "special",
            "needs_lado": "special",
            "needs_police_advice": "special",
            "nobody_left": "none",
            "decider_post": "none",
        }
        keep = "until the pupil is 25, reviewed by a person; a safeguarding record is never deleted by itself"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="incidents")
    reference = models.CharField(max_length=9)
    status = models.CharField(max_length=12, choices=Status.choices)
    pack_code = models.CharField(max_length=60)
    pack_version = models.PositiveSmallIntegerField()
    revision = models.PositiveIntegerField(default=0)
    started_by = InSchoolForeignKey(Person, related_name="+", help_text="Who wrote the report or opened the record.")
    logged_at = models.DateTimeField(help_text="When it was reported, or opened as a draft.")
    recorded_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, help_text="By when the authority must have it.")
    sent_revision = models.PositiveIntegerField(
        null=True, help_text="The newest revision that was queued for the officer."
    )
    closed_at = models.DateTimeField(null=True)

    happened_on = models.DateField(null=True)
    location = models.CharField(max_length=30, blank=True)
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
    search = SearchVectorField(null=True)

    # What whoever reported it said of it, for routing; whoever handles it may put it right.
    about = models.CharField(max_length=24, blank=True, help_text="Whom of the school it is about; empty: nobody.")
    in_confidence = models.BooleanField(default=False, help_text="Reported for the head teacher alone.")
    # Where it went: what incidents.rules.routing made of the record and of who holds which post.
    handler_post = models.CharField(max_length=24, blank=True)
    chosen_post = models.CharField(max_length=24, blank=True, help_text="It was handed on to it.")
    why = ArrayField(models.CharField(max_length=60), default=list)
    read_by = ArrayField(models.CharField(max_length=24), default=list)
    kept_out = ArrayField(models.CharField(max_length=24), default=list)
    needs_lado = models.BooleanField(default=False)
    needs_police_advice = models.BooleanField(default=False)
    nobody_left = models.BooleanField(default=False)
    decider_post = models.CharField(
        max_length=24,
        blank=True,
        default="",
        # While a release is being installed the pages of the one before still put rows here.
        db_default="",
        help_text="Who decides on sanctions; empty: nobody at the school can.",
    )

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("incident"),
            models.UniqueConstraint(fields=["school", "reference"], name="one_reference_in_a_school"),
            models.CheckConstraint(
                condition=Q(recorded_at__isnull=True, due_at__isnull=True)
                | Q(recorded_at__isnull=False, due_at__isnull=False),
                name="a_recorded_incident_has_its_clock",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", revision=0) | (~Q(status="draft") & Q(revision__gt=0)),
                name="only_a_draft_has_no_revision",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "reported"]) | Q(recorded_at__isnull=False),
                name="work_starts_with_a_record",
            ),
            models.CheckConstraint(
                condition=~Q(status="closed") | Q(closed_at__isnull=False), name="closed_incident_says_when"
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | ~Q(handler_post=""), name="a_case_without_a_handler_never_exists"
            ),
            models.CheckConstraint(
                condition=Q(nobody_left=False) | Q(handler_post="la_officer"), name="nobody_left_means_the_officer"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The log, newest first, and each later page by key. What it is narrowed by stands in the index too, so that
            # counting and passing over rows need not fetch them.
            models.Index(
                fields=["school", "-logged_at", "-id"],
                name="incident_log",
                condition=~Q(status="draft"),
                include=[
                    "status",
                    "happened_on",
                    "location",
                    "types",
                    "involved",
                    "risk_areas",
                    "deliberate",
                    "accidental",
                    "read_by",
                    "kept_out",
                    "handler_post",
                ],
            ),
            # The inbox: what is open, in order of its clock.
            models.Index(
                fields=["school", "due_at"],
                name="incident_open",
                condition=Q(status__in=["reported", "recorded", "in_progress"]),
            ),
            models.Index(fields=["school", "started_by", "-logged_at"], name="incident_own_reports"),
            # The few that governors read; without it their log would look through all the others.
            models.Index(
                fields=["school", "-logged_at", "-id"],
                name="incident_read_by_governors",
                condition=~Q(status="draft") & Q(read_by__overlap=list(access.READ_FEW)),
            ),
            # What the school must be told loudly: few rows, asked for with every first page.
            models.Index(fields=["school"], name="incident_nobody_left", condition=Q(nobody_left=True)),
            GinIndex(fields=["search"], name="incident_search", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.reference


class Draft(models.Model):
    """What somebody has typed and not yet saved: a report (section empty), or one section of a record."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "incident": "none",
            "user": "personal",
            "section": "none",
            "base_revision": "none",
            "content": "special",
            "updated_at": "none",
        }
        keep = "until it is saved or discarded"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    incident = InSchoolForeignKey(Incident, related_name="drafts")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    section = models.CharField(max_length=30, blank=True)
    base_revision = models.PositiveIntegerField()
    content = models.JSONField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("draft"),
            models.UniqueConstraint(fields=["incident", "user", "section"], name="one_draft_of_a_section_a_user"),
        ]

    def __str__(self) -> str:
        return f"draft of {self.incident_id}"


class Involvement(models.Model):
    """Somebody's part in an incident, from one revision on and perhaps until another."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "incident": "none",
            "person": "personal",
            "name": "personal",
            "group": "personal",
            "kind": "personal",
            "part": "special",
            "since_revision": "none",
            "until_revision": "none",
        }
        keep = "as long as the incident"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    incident = InSchoolForeignKey(Incident, related_name="involvements")
    person = InSchoolForeignKey(Person, null=True, related_name="involvements")
    name = models.CharField(max_length=200)
    group = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=10)
    part = models.CharField(max_length=10, choices=Part.choices)
    since_revision = models.PositiveIntegerField()
    until_revision = models.PositiveIntegerField(null=True)

    objects = OfCaseQuerySet["Involvement"].as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("involvement"),
            models.CheckConstraint(
                condition=Q(until_revision__isnull=True) | Q(until_revision__gt=models.F("since_revision")),
                name="involvement_ends_after_it_began",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "incident"], name="involvement_by_incident"),
            models.Index(fields=["school", "person"], name="involvement_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.part} in {self.incident_id}"
