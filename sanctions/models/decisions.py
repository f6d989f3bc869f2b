"""What the head teacher decided, what was given, what was warned of. Duties S2, S3, S4 (CC 2.3.1, 5, CM 2.3.1, 5)."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sanctions.models.cases import DEPARTURES, Case, Proposal
from schools.models import Person, School
from schools.tenancy import InSchoolForeignKey, unique_in_school


class Decision(models.Model):
    """One decision about one case, with its reason. Revised or quashed by another one: only ever added to."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "case": "none",
            "number": "none",
            "kind": "special",
            "proposal": "none",
            "grade": "special",
            "departure": "special",
            "reason": "special",
            "path": "special",
            "breaches": "special",
            "warns": "special",
            "by": "personal",
            "as_post": "none",
            "at": "none",
        }
        keep = "as long as the case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    case = InSchoolForeignKey(Case, related_name="decisions")
    number = models.PositiveIntegerField()
    kind = models.CharField(
        max_length=8, choices=[("decided", "decided"), ("revised", "revised"), ("quashed", "quashed on appeal")]
    )
    proposal = InSchoolForeignKey(Proposal, related_name="+")
    grade = models.CharField(max_length=1, blank=True, help_text="Empty: no sanction.")
    departure = models.CharField(max_length=4, choices=DEPARTURES)
    reason = models.TextField(blank=True, max_length=4000)
    path = models.CharField(
        max_length=11,
        choices=[("sanction", "sanctions"), ("restorative", "putting it right"), ("none", "no sanction")],
    )
    breaches = ArrayField(models.CharField(max_length=40), default=list)
    warns = models.BooleanField(default=False, help_text="A warning was given with it, and counts from then on.")
    by = InSchoolForeignKey(Person, related_name="+")
    as_post = models.CharField(max_length=24)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("decision"),
            models.UniqueConstraint(fields=["case", "number"], name="decisions_follow_each_other"),
            models.CheckConstraint(
                condition=(Q(departure="none", kind="decided")) | ~Q(reason=""), name="a_departure_has_its_reason"
            ),
            models.CheckConstraint(
                condition=Q(number=1, kind="decided") | (Q(number__gt=1) & ~Q(kind="decided")),
                name="the_first_decides_and_others_revise",
            ),
            models.CheckConstraint(condition=Q(grade__in=["", "A", "B", "C", "D"]), name="a_decision_has_a_category"),
            models.CheckConstraint(
                condition=~Q(kind="quashed") | Q(grade="", path="none", warns=False), name="what_is_quashed_is_nothing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Sanction(models.Model):
    """One sanction that was given. One that ends, ends by itself on its last day, or is lifted before."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "case": "none",
            "decision": "none",
            "code": "special",
            "text": "special",
            "detail": "special",
            "starts_on": "special",
            "ends_on": "special",
            "tells": "none",
            "ended_at": "none",
            "ended_why": "special",
            "ended_reason": "special",
            "ended_by": "personal",
            "begun_told_at": "none",
        }
        keep = "as long as the case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    case = InSchoolForeignKey(Case, related_name="sanctions")
    decision = InSchoolForeignKey(Decision, related_name="sanctions")
    code = models.CharField(max_length=40)
    text = models.CharField(max_length=200, help_text="As the framework words it.")
    detail = models.CharField(max_length=300, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, help_text="The last day.")
    tells = models.CharField(max_length=24, blank=True, help_text="The post that carries it out and lifts it.")
    begun_told_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(
        max_length=8,
        blank=True,
        choices=[("over", "its time was over"), ("lifted", "lifted early"), ("revised", "the decision was revised")],
    )
    ended_reason = models.CharField(max_length=2000, blank=True, help_text="Why it was lifted, in words.")
    ended_by = InSchoolForeignKey(Person, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["starts_on", "code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("sanction"),
            models.UniqueConstraint(fields=["decision", "code"], name="a_sanction_is_given_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="sanction_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_why="") | (Q(ended_at__isnull=False) & ~Q(ended_why="")),
                name="an_ended_sanction_says_why",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # What runs, for the first page and for the sweep that ends it.
            models.Index(
                fields=["school", "ends_on"],
                name="sanction_running",
                condition=Q(ended_at__isnull=True, ends_on__isnull=False),
            ),
            models.Index(fields=["school", "case"], name="sanction_of_case"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Warning(models.Model):
    """That somebody was warned of certain breaches. It stands as long as the decision that gave it. Duty S4."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "case": "none",
            "decision": "none",
            "person": "special",
            "breaches": "special",
            "given_on": "special",
        }
        keep = "as long as the case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    case = InSchoolForeignKey(Case, related_name="warnings")
    decision = InSchoolForeignKey(Decision, related_name="warnings")
    person = InSchoolForeignKey(Person, related_name="+")
    breaches = ArrayField(models.CharField(max_length=40))
    given_on = models.DateField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("warning"),
            models.UniqueConstraint(fields=["decision"], name="a_decision_warns_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "person", "given_on"], name="warning_of_person"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Restorative(models.Model):
    """Putting it right instead of punishing it: what was agreed, and when it is looked at again. Duty P13 (CM 4.5)."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "case": "none",
            "decision": "none",
            "agreed": "special",
            "review_on": "special",
            "reviewed_at": "none",
            "reviewed_by": "personal",
            "worked": "special",
            "outcome": "special",
        }
        keep = "as long as the case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    case = InSchoolForeignKey(Case, related_name="restorative")
    decision = InSchoolForeignKey(Decision, related_name="restorative")
    agreed = models.TextField(max_length=4000)
    review_on = models.DateField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = InSchoolForeignKey(Person, null=True, related_name="+")
    worked = models.BooleanField(null=True)
    outcome = models.TextField(blank=True, max_length=2000)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("restorative"),
            models.UniqueConstraint(fields=["decision"], name="one_agreement_a_decision"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, worked__isnull=True, reviewed_by__isnull=True)
                | Q(reviewed_at__isnull=False, worked__isnull=False, reviewed_by__isnull=False),
                name="a_review_says_by_whom_and_whether_it_worked",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "review_on"], name="restorative_due", condition=Q(reviewed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return str(self.id)
