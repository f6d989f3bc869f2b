"""One person's part in a matter, as far as sanctions go: the facts, what was proposed, what was decided.

Where the matter is told stands elsewhere: this app has never heard of an incident. Whoever asks for a case has been let
in by the app that keeps the matter; see ``incidents.models.CaseOf``.
"""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sanctions.models.frameworks import FrameworkVersion
from schools.models import Person, School
from schools.tenancy import InSchoolForeignKey, unique_in_school

LOOK_AGAIN = [
    ("unnamed", "the record does not name this person any more"),
    ("record", "the record says something else now"),
    ("earlier", "an earlier decision that it rests on was changed"),
]
DEPARTURES = [("none", "as proposed"), ("up", "up"), ("down", "down")]


class Case(models.Model):
    """That the framework is asked about one person. Its columns show the newest facts, proposal and decision."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "person": "special",
            "audience": "special",
            "reference": "none",
            "happened_on": "special",
            "recorded_at": "none",
            "opened_at": "none",
            "pack_code": "none",
            "pack_version": "none",
            "framework": "none",
            "facts_number": "none",
            "proposed": "special",
            "outcome": "special",
            "is_confirmed": "none",
            "decisions_count": "none",
            "decided": "special",
            "decided_at": "none",
            "departure": "special",
            "year_group": "personal",
            "needs": "special",
            "withdrawn_at": "none",
            "form_said": "special",
            "look_again": "special",
        }
        keep = "as long as the record it belongs to"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    person = InSchoolForeignKey(Person, related_name="+")
    audience = models.CharField(max_length=5, choices=[("pupil", "pupil"), ("staff", "staff")])
    reference = models.CharField(max_length=20, help_text="What people call the matter by.")
    happened_on = models.DateField()
    recorded_at = models.DateTimeField(help_text="When the matter was first recorded: every clock starts there.")
    opened_at = models.DateTimeField()
    pack_code = models.CharField(max_length=60)
    pack_version = models.PositiveSmallIntegerField()
    framework = InSchoolForeignKey(
        FrameworkVersion, null=True, related_name="+", help_text="Empty: the policy's own, as adopted."
    )
    facts_number = models.PositiveIntegerField(default=0)
    outcome = models.CharField(
        max_length=10,
        choices=[("graded", "graded"), ("nothing", "nothing to sanction"), ("unanswered", "a question is open")],
        blank=True,
    )
    proposed = models.CharField(max_length=1, blank=True)
    is_confirmed = models.BooleanField(default=False, help_text="A person has looked at the facts, not the form alone.")
    decisions_count = models.PositiveIntegerField(default=0, help_text="The number of the decision that stands.")
    decided = models.CharField(max_length=1, blank=True)
    decided_at = models.DateTimeField(null=True)
    departure = models.CharField(
        max_length=4, blank=True, choices=[("none", "as proposed"), ("up", "up"), ("down", "down")]
    )
    year_group = models.CharField(max_length=12, blank=True)
    needs = ArrayField(models.CharField(max_length=20), default=list)
    withdrawn_at = models.DateTimeField(
        null=True, help_text="The record does not name this person any more, and nothing was decided."
    )
    form_said = models.JSONField(default=dict, help_text="What the form said when it was last looked at.")
    look_again = models.CharField(
        max_length=8, blank=True, choices=LOOK_AGAIN, help_text="Why a decision wants looking at again."
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("case"),
            models.CheckConstraint(condition=Q(proposed__in=["", "A", "B", "C", "D"]), name="proposed_is_a_category"),
            models.CheckConstraint(condition=Q(decided__in=["", "A", "B", "C", "D"]), name="decided_is_a_category"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, departure="", decided="")
                | (Q(decided_at__isnull=False) & ~Q(departure="")),
                name="a_decided_case_says_when_and_how_far",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The earlier record of somebody.
            models.Index(fields=["school", "person", "happened_on"], name="case_of_person"),
            # The year's fairness figures.
            models.Index(
                fields=["school", "decided_at"],
                name="case_decided",
                condition=Q(decided_at__isnull=False),
                include=["audience", "proposed", "decided", "departure", "year_group"],
            ),
            models.Index(fields=["school"], name="case_to_look_at_again", condition=~Q(look_again="")),
            # What waits for a decision.
            models.Index(
                fields=["school", "recorded_at"],
                name="case_waiting",
                condition=Q(decided_at__isnull=True, withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class FactsRecord(models.Model):
    """What was taken for fact, by whom: the form's suggestion first, then what a person said. Only ever added to."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "case": "none",
            "number": "none",
            "content": "special",
            "is_confirmed": "none",
            "note": "special",
            "by": "personal",
            "at": "none",
        }
        keep = "as long as the case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    case = InSchoolForeignKey(Case, related_name="facts")
    number = models.PositiveIntegerField()
    content = models.JSONField(help_text="As sanctions.rules.facts writes it.")
    is_confirmed = models.BooleanField(default=False)
    note = models.TextField(blank=True, max_length=2000, help_text="Why they differ from what the form suggests.")
    by = InSchoolForeignKey(Person, null=True, related_name="+", help_text="Nobody: taken from the form.")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("factsrecord"),
            models.UniqueConstraint(fields=["case", "number"], name="facts_numbers_follow"),
            models.CheckConstraint(
                condition=Q(is_confirmed=False) | Q(by__isnull=False), name="somebody_confirmed_the_facts"
            ),
        ]

    def __str__(self) -> str:
        return f"facts {self.number}"


class Proposal(models.Model):
    """What the framework came to for certain facts, word for word. Only ever added to."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "case": "none",
            "facts": "none",
            "framework": "none",
            "grade": "special",
            "outcome": "special",
            "content": "special",
            "sha256": "none",
            "at": "none",
        }
        keep = "as long as the case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    case = InSchoolForeignKey(Case, related_name="proposals")
    facts = InSchoolForeignKey(FactsRecord, related_name="proposals")
    framework = InSchoolForeignKey(FrameworkVersion, null=True, related_name="+")
    grade = models.CharField(max_length=1, blank=True)
    outcome = models.CharField(max_length=10)
    content = models.TextField(help_text="The very bytes that sanctions.rules.proposing made, as text.")
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [unique_in_school("proposal")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "case", "-at"], name="proposal_of_case"),
        ]

    def __str__(self) -> str:
        return f"proposal of {self.case_id}"
