"""Letters to parents: drafted from the policy's words, edited, approved, and only then issued. Duty R11 (CC 4.3, 5)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from sanctions.models.cases import Case
from schools.models import Person, School
from schools.tenancy import InSchoolForeignKey, unique_in_school


class Letter(models.Model):
    """One letter of one case. Nothing leaves unapproved; what was approved never changes: a correction is a new one."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "case": "none",
            "template": "special",
            "subject_line": "special",
            "body": "special",
            "edition": "none",
            "drafted_at": "none",
            "drafted_by": "personal",
            "approved_at": "none",
            "approved_by": "personal",
            "discarded_at": "none",
        }
        keep = "as long as the case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    case = InSchoolForeignKey(Case, related_name="letters")
    template = models.CharField(max_length=40)
    subject_line = models.CharField(max_length=200)
    body = models.TextField(max_length=10_000)
    edition = models.PositiveIntegerField(default=1)
    drafted_at = models.DateTimeField()
    drafted_by = InSchoolForeignKey(Person, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = InSchoolForeignKey(Person, null=True, related_name="+")
    discarded_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["drafted_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("letter"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False, discarded_at__isnull=True),
                name="an_approved_letter_says_by_whom",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "case"], name="letter_of_case"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class LetterCopy(models.Model):
    """One parent's copy: told of by a mail with a link, or printed and posted."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "letter": "none",
            "to": "personal",
            "queued_at": "none",
            "opened_at": "personal",
            "posted_at": "none",
            "posted_by": "personal",
        }
        keep = "as long as the letter"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    letter = InSchoolForeignKey(Letter, related_name="copies")
    to = InSchoolForeignKey(Person, related_name="+")
    queued_at = models.DateTimeField(null=True, help_text="Empty: no address, so it is printed and posted.")
    opened_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)
    posted_by = InSchoolForeignKey(Person, null=True, related_name="+")

    class Meta:
        verbose_name_plural = "letter copies"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("lettercopy"),
            models.UniqueConstraint(fields=["letter", "to"], name="one_copy_a_parent"),
            models.CheckConstraint(
                condition=Q(posted_at__isnull=True, posted_by__isnull=True)
                | Q(posted_at__isnull=False, posted_by__isnull=False),
                name="a_posted_copy_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class LetterLink(models.Model):
    """The link of one mail about one copy; its token is kept as a hash (threat T20).

    A mail that may not have arrived goes out again and brings another link: both are good for the same copy.
    """

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "copy": "none",
            "token_hash": "none",
            "made_at": "none",
            "expires_at": "none",
            "used_count": "personal",
        }
        keep = "as long as the letter"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    copy = InSchoolForeignKey(LetterCopy, related_name="links")
    token_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_count = models.PositiveSmallIntegerField(default=0, help_text="How often it has opened the letter.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("letterlink"),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("made_at")), name="letter_link_lasts"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "copy"], name="letter_link_of_copy"),
        ]

    def __str__(self) -> str:
        return str(self.id)
