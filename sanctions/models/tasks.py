"""What must follow, whatever is decided: one task an obligation, with its owner and its clock. Duties S1, R3, R11."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sanctions.models.cases import Case
from schools.models import Person, School
from schools.tenancy import InSchoolForeignKey, unique_in_school


class Task(models.Model):
    """An obligation of the framework for one case. One that is no longer asked for is dropped, and stays on record."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "case": "none",
            "code": "special",
            "text": "special",
            "duties": "none",
            "owner_post": "none",
            "records_decision": "none",
            "made_at": "none",
            "due_at": "none",
            "done_at": "none",
            "done_by": "personal",
            "decision": "special",
            "how": "special",
            "dropped_at": "none",
        }
        keep = "as long as the case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    case = InSchoolForeignKey(Case, related_name="tasks")
    code = models.CharField(max_length=40)
    text = models.CharField(max_length=300)
    duties = ArrayField(models.CharField(max_length=4), default=list)
    owner_post = models.CharField(max_length=24)
    records_decision = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = InSchoolForeignKey(Person, null=True, related_name="+", help_text="Empty: the system saw it done.")
    decision = models.CharField(max_length=10, blank=True, choices=[("yes", "yes"), ("no", "no")])
    how = models.TextField(blank=True, max_length=2000)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["due_at", "code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("task"),
            models.UniqueConstraint(fields=["case", "code"], name="one_task_of_a_kind_in_a_case"),
            models.CheckConstraint(
                condition=Q(records_decision=False) | Q(done_at__isnull=True) | (~Q(decision="") & ~Q(how="")),
                name="what_is_considered_is_decided_with_a_reason",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["school", "due_at"],
                name="task_to_do",
                condition=Q(done_at__isnull=True, dropped_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
