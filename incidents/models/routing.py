"""Where a case went and why: who is in conflict with it, who handed it to whom, what was advised, who was told."""

import uuid
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import F, Q

from incidents import access
from sanctions.models import Case
from schools.models import Person, School
from schools.roles import Role
from schools.tenancy import InSchoolForeignKey, InSchoolOneToOneField, unique_in_school
from schools.viewer import Viewer


class ConflictWhy(models.TextChoices):
    """Why somebody does not know of a case, whatever posts they hold."""

    SUBJECT = "subject", "subject of the case"
    ABOUT = "about", "holds the post that the case is about"
    AFFECTED = "affected", "affected by it"
    RELATIVE = "relative", "related to somebody in it"
    POST = "post", "holds a post that is kept out"


class ConflictQuerySet(models.QuerySet["Conflict"]):
    """Conflicts, by whom they deny. There is no ``visible_to``: nobody is shown who is kept from what."""

    def of(self, viewer: Viewer) -> "ConflictQuerySet":
        """Those that deny the viewer a case."""
        return self.filter(access.conflict_q(viewer))

    def about_oneself(self, viewer: Viewer) -> "ConflictQuerySet":
        """Those that deny the viewer even the receipt of their own report."""
        return self.filter(access.about_oneself_q(viewer))


class Conflict(models.Model):
    """That one person does not know of one case, from one revision on and perhaps until another."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "incident": "none",
            "person": "special",
            "why": "special",
            "since_revision": "none",
            "until_revision": "none",
        }
        keep = "as long as the incident"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    incident = InSchoolForeignKey("incidents.Incident", related_name="conflicts")
    person = InSchoolForeignKey(Person, related_name="+")
    why = models.CharField(max_length=10, choices=ConflictWhy.choices)
    since_revision = models.PositiveIntegerField()
    until_revision = models.PositiveIntegerField(null=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("conflict"),
            models.UniqueConstraint(
                fields=["incident", "person"],
                name="one_conflict_of_a_person_at_a_time",
                condition=Q(until_revision__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(until_revision__isnull=True) | Q(until_revision__gte=F("since_revision")),
                name="conflict_ends_not_before_it_began",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Asked with every page about incidents: from what is this person kept out?
            models.Index(
                fields=["school", "person"],
                name="conflict_of_person",
                condition=Q(until_revision__isnull=True),
                include=["incident"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.why} in {self.incident_id}"


Row = TypeVar("Row", bound=models.Model, covariant=True)


class OfCaseQuerySet(models.QuerySet[Row]):
    """Rows of a case: whoever may know of the case may read them, and nobody else."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Those of the incidents a viewer may know of. Deny beats allow."""
        denied = Conflict.objects.of(viewer).values("incident_id")
        return self.filter(access.visible_q(viewer, "incident__")).exclude(incident_id__in=denied)


class HandoverWhy(models.TextChoices):
    """How a case came to another post."""

    ROUTED = "routed", "routed anew"
    HANDED_ON = "handed_on", "handed on"
    ABOUT = "about", "whom it is about was put right"


class Handover(models.Model):
    """One change of who handles a case. Rows are added, never changed: a trigger refuses it. Duty R7 (NE)."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "incident": "none",
            "from_post": "none",
            "to_post": "none",
            "to_person": "personal",
            "why": "none",
            "reason": "special",
            "by": "personal",
            "at": "none",
        }
        keep = "as long as the incident"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    incident = InSchoolForeignKey("incidents.Incident", related_name="handovers")
    from_post = models.CharField(max_length=24)
    to_post = models.CharField(max_length=24)
    to_person = InSchoolForeignKey(
        Person, null=True, related_name="+", help_text="Who held that post then and could take it."
    )
    why = models.CharField(max_length=10, choices=HandoverWhy.choices)
    reason = models.TextField(blank=True, max_length=2000)
    by = InSchoolForeignKey(Person, null=True, related_name="+", help_text="Nobody: somebody's post or tie changed.")
    at = models.DateTimeField()

    objects = OfCaseQuerySet["Handover"].as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("handover"),
            models.CheckConstraint(
                condition=Q(why="routed") | (Q(by__isnull=False) & ~Q(reason="")),
                name="who_hands_on_says_why",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "incident"], name="handover_by_incident"),
        ]

    def __str__(self) -> str:
        return f"{self.from_post} to {self.to_post}"


class AdviceKind(models.TextChoices):
    """Whose advice was considered."""

    LADO = "lado", "local authority designated officer (LADO)"
    POLICE = "police", "police"


class Decision(models.TextChoices):
    """What was decided about taking advice: three about the LADO, three about the police."""

    REFERRED = "referred", "referred to the LADO"
    ADVICE_TAKEN = "advice_taken", "advice taken"
    NOT_REFERRED = "considered_not_referred", "considered, and not referred"
    REPORTED = "reported", "reported to the police"
    NOT_REPORTED = "considered_not_reported", "considered, and not reported"


DECISIONS: dict[AdviceKind, tuple[Decision, ...]] = {
    AdviceKind.LADO: (Decision.REFERRED, Decision.ADVICE_TAKEN, Decision.NOT_REFERRED),
    AdviceKind.POLICE: (Decision.REPORTED, Decision.ADVICE_TAKEN, Decision.NOT_REPORTED),
}


class Advice(models.Model):
    """That the LADO's or the police's advice was considered, what was decided and why. Only ever added to.

    Duties R4, P8, P14 (CC 4.4, CM 4.4, NS 11.3).
    """

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "incident": "none",
            "kind": "special",
            "decision": "special",
            "reason": "special",
            "by": "personal",
            "at": "none",
        }
        keep = "as long as the incident"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    incident = InSchoolForeignKey("incidents.Incident", related_name="advice")
    kind = models.CharField(max_length=10, choices=AdviceKind.choices)
    decision = models.CharField(max_length=30, choices=Decision.choices)
    reason = models.TextField(max_length=2000)
    by = InSchoolForeignKey(Person, related_name="+")
    at = models.DateTimeField()

    objects = OfCaseQuerySet["Advice"].as_manager()

    class Meta:
        verbose_name_plural = "advice"
        ordering: ClassVar[list[str]] = ["at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("advice"),
            models.CheckConstraint(condition=~Q(reason=""), name="advice_says_why"),
            models.CheckConstraint(
                condition=Q(kind="lado", decision__in=["referred", "advice_taken", "considered_not_referred"])
                | Q(kind="police", decision__in=["reported", "advice_taken", "considered_not_reported"]),
                name="a_decision_fits_whose_advice_it_is",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "incident"], name="advice_by_incident"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.incident_id}"


class ToldKind(models.TextChoices):
    """What somebody was told."""

    FACT = "fact", "that there is such a case, and no more"
    READER = "reader", "the case itself"
    OFFICER = "officer", "the authority's officer: that nobody at the school is left"


class ToldQuerySet(models.QuerySet["Told"]):
    """What people were told, narrowed to whom."""

    def visible_to(self, viewer: Viewer) -> "ToldQuerySet":
        """What this viewer was told, and may still know. Deny beats allow."""
        denied = Conflict.objects.of(viewer).values("incident_id")
        return self.filter(access.told_q(viewer)).exclude(incident_id__in=denied)


class Told(models.Model):
    """That the holder of a post was told of a case: the fact alone, or to read it now."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "incident": "none",
            "post": "none",
            "person": "personal",
            "kind": "none",
            "at": "none",
        }
        keep = "as long as the incident"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    incident = InSchoolForeignKey("incidents.Incident", related_name="told")
    post = models.CharField(max_length=24)
    person = InSchoolForeignKey(Person, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=ToldKind.choices)
    at = models.DateTimeField()

    objects = ToldQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "told"
        ordering: ClassVar[list[str]] = ["at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("told"),
            models.UniqueConstraint(
                fields=["incident", "post", "person", "kind"], name="nobody_is_told_twice", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(kind="officer", post=Role.LA_OFFICER.value, person__isnull=True)
                | (Q(kind__in=["fact", "reader"]) & Q(person__isnull=False)),
                name="only_the_officer_is_told_without_a_person",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "person", "-at"], name="told_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.post} told of {self.incident_id}"


class CaseOf(models.Model):
    """That a case of the sanctions belongs to an incident: whoever may know of the one may know of the other.

    Duties S2, R7 (CC 2.3.1, CM 2.3.1, NE).
    """

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "incident": "none",
            "case": "none",
        }
        keep = "as long as the incident"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    incident = InSchoolForeignKey("incidents.Incident", related_name="cases")
    case = InSchoolOneToOneField(Case, related_name="+")

    objects = OfCaseQuerySet["CaseOf"].as_manager()

    class Meta:
        verbose_name_plural = "cases of incidents"
        constraints: ClassVar[list[models.BaseConstraint]] = [unique_in_school("caseof")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "incident"], name="case_by_incident"),
        ]

    def __str__(self) -> str:
        return f"case of {self.incident_id}"
