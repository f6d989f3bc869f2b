"""The register of signatures: what was signed, acknowledged, refused or answered, by whom and about whom."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from aup.models.agreements import AgreementVersion
from aup.rules.due import Kind
from schools.models import Person, School
from schools.tenancy import InSchoolForeignKey, InSchoolOneToOneField, unique_in_school

IDENTIFIED_BY = {
    "log_in": "after logging in",
    "link": "by the link that was sent to them",
    "class": "in class, with the teacher as witness",
    "paper": "on paper",
    "reception": "at reception, with a member of staff",
}
# What the member of staff did who stands beside the signer's name.
WITNESS_WORDS = {"paper": "Recorded by", "class": "Witness", "reception": "Witness"}
KIND_NAMES = {
    Kind.SIGNED: "signed",
    Kind.ACKNOWLEDGED: "talked through and acknowledged",
    Kind.REFUSED: "refused",
    Kind.CONSENTS: "consents changed",
}


class Signature(models.Model):
    """One line of the register; only ever added, each holding the hash of the one before it (threats T20, T23)."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "number": "none",
            "kind": "personal",
            "version": "none",
            "text_sha256": "none",
            "language": "personal",
            "translation_sha256": "none",
            "signer": "personal",
            "about": "personal",
            "relation": "personal",
            "typed_name": "personal",
            "intent": "none",
            "consents": "personal",
            "reason_sealed": "special",
            "reason_sha256": "none",
            "signed_at": "none",
            "local_time": "none",
            "counts_until": "none",
            "identified_by": "none",
            "identified_id": "none",
            "witness": "personal",
            "address": "personal",
            "device": "personal",
            "previous_hash": "none",
            "hash": "none",
        }
        keep = "6 years after the person has left"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="agreement_signatures")
    number = models.PositiveIntegerField(help_text="Its place in the school's register, from 1 on.")
    kind = models.CharField(max_length=12, choices=[(kind.value, name) for kind, name in KIND_NAMES.items()])
    version = InSchoolForeignKey(AgreementVersion, related_name="signatures")
    text_sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=2, default="en", help_text="In which it was read beside the English text.")
    translation_sha256 = models.CharField(max_length=64, blank=True)
    signer = InSchoolForeignKey(Person, related_name="agreement_signatures")
    about = InSchoolForeignKey(Person, related_name="+", help_text="The child, or who signs for themselves.")
    relation = models.CharField(max_length=40, help_text="What the signer is to the child; self for themselves.")
    typed_name = models.CharField(max_length=120, blank=True)
    intent = models.CharField(max_length=300, help_text="The sentence that was ticked.")
    consents = models.JSONField(default=dict, help_text="Code of the consent to true or false.")
    reason_sealed = models.BinaryField(null=True, help_text="Why it was refused, if they said so.")
    reason_sha256 = models.CharField(max_length=64, blank=True)
    signed_at = models.DateTimeField()
    local_time = models.CharField(max_length=40, help_text="The same moment as a clock in the school shows it.")
    counts_until = models.DateField(help_text="The end of the school year that it was signed for.")
    identified_by = models.CharField(max_length=10, choices=list(IDENTIFIED_BY.items()))
    identified_id = models.UUIDField(null=True, help_text="The log-in, link or class session.")
    witness = InSchoolForeignKey(Person, null=True, related_name="+")
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=300, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("agreementsignature"),
            models.UniqueConstraint(fields=["school", "number"], name="signatures_are_numbered"),
            models.UniqueConstraint(
                fields=["school", "version", "signer", "about", "kind", "counts_until"],
                condition=~Q(kind=Kind.CONSENTS.value),
                name="one_signature_of_a_version_a_year",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.SIGNED.value) | ~Q(typed_name=""), name="signature_has_a_name"
            ),
            models.CheckConstraint(
                condition=Q(reason_sealed__isnull=True, reason_sha256="")
                | (Q(kind=Kind.REFUSED.value, reason_sealed__isnull=False) & ~Q(reason_sha256="")),
                name="only_a_refusal_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(identified_by__in=["class", "paper", "reception"]) | Q(witness__isnull=False),
                name="what_is_signed_before_somebody_says_before_whom",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Where everybody of a school stands: read whole, without the rows themselves.
            models.Index(
                fields=["school", "counts_until"],
                include=["version", "signer", "about", "kind", "signed_at"],
                name="signature_in_force",
            ),
            models.Index(fields=["school", "about", "-number"], name="signature_of_a_person"),
            models.Index(fields=["school", "signer", "-number"], name="signature_by_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class Scan(models.Model):
    """The scan of a paper that was signed by hand, sealed."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "signature": "none",
            "media_type": "none",
            "sha256": "none",
            "size_bytes": "none",
            "content_sealed": "special",
        }
        keep = "as long as the signature"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    signature = InSchoolOneToOneField(Signature, related_name="scan")
    media_type = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    content_sealed = models.BinaryField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [unique_in_school("agreementscan")]

    def __str__(self) -> str:
        return str(self.signature_id)
