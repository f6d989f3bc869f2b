"""The copy of a signed agreement: issued with the line of the register, drawn by a worker, opened by who may. A4.

It shows the very text that was signed, with its hash, and how it is known who signed; never why somebody refused.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils import timezone

from audit import services as audit
from aup.models import Signature
from aup.models.signatures import IDENTIFIED_BY, WITNESS_WORDS
from aup.rules.content import LANGUAGES
from aup.rules.due import Kind
from dispatch import issuing
from dispatch.models import Document
from dispatch.preparing import PdfAltered
from schools.models import Person, School

log = logging.getLogger(__name__)
DOCUMENT_KIND = "agreement"
TEMPLATE = "pdf/aup/agreement_v1.html"
HEADINGS = {
    Kind.SIGNED: "Signed",
    Kind.ACKNOWLEDGED: "Talked through and said yes to",
    Kind.REFUSED: "Not agreed to",
    Kind.CONSENTS: "Answers changed",
}


class CopyNotReady(RuntimeError):
    """The PDF is still being made."""

    def __init__(self, words: str = "The copy is being made. Try again in a minute.") -> None:
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class OpenedCopy:
    """A copy taken out of its seal, with a name that says nothing of anybody."""

    content: bytes
    file_name: str


def reference_of(number: int) -> str:
    """What a line of the register is called: its number, to be said on the telephone and to stand in a file name."""
    return f"AUP-{number:06d}"


def issue_copy(signature: Signature) -> Document:
    """Issue the copy of a line of the register, in the caller's transaction; a worker draws it. Four queries.

    ``signature.version`` should be there already, or it is a fifth.
    """
    return issuing.issue(
        school_id=signature.school_id,
        kind=DOCUMENT_KIND,
        subject_id=signature.pk,
        revision=1,
        reference=reference_of(signature.number),
        template=TEMPLATE,
        snapshot=snapshot_of(signature),
        now=signature.signed_at,
    )


def open_copy(*, school_id: UUID, signature_id: UUID, actor_id: UUID | None) -> OpenedCopy:
    """The copy of a line of the register, and an entry on the trail. Three queries. Duties A4, A5.

    Whether whoever asks may have it was asked by the caller. Raises Signature.DoesNotExist, CopyNotReady,
    dispatch.preparing.PdfAltered.
    """
    signature = Signature.objects.select_related("version").get(school_id=school_id, pk=signature_id)
    try:
        document, content = issuing.issued(school_id=school_id, kind=DOCUMENT_KIND, subject_id=signature.pk)
    except Document.DoesNotExist:
        issue_copy(signature)
        raise CopyNotReady from None
    except issuing.DrawingGivenUp as given_up:
        raise CopyNotReady(str(given_up)) from None
    except issuing.NotDrawnYet:
        raise CopyNotReady from None
    except PdfAltered:
        # Whoever asked is told; whoever runs the service must hear of it too.
        log.error("The copy of line %s of the register is not what was drawn", signature.pk)
        raise
    audit.record(
        "agreement.copy_opened",
        school_id=school_id,
        actor_id=actor_id,
        object_type="agreement_signature",
        object_id=signature.pk,
        detail={"number": signature.number, "sha256": document.pdf_sha256},
    )
    return OpenedCopy(content, f"{document.reference}.pdf")


def snapshot_of(signature: Signature) -> dict[str, Any]:
    """All that the copy prints, in words. Two queries: the school, and the people that it names."""
    version, kind = signature.version, Kind(signature.kind)
    school_name = School.objects.values_list("name", flat=True).get(pk=signature.school_id)
    wanted = [each for each in (signature.signer_id, signature.about_id, signature.witness_id) if each]
    people = Person.objects.filter(school_id=signature.school_id, pk__in=wanted).select_related("pupil").in_bulk()
    content = version.content
    return {
        "lang": "en-GB",
        "school": school_name,
        "reference": reference_of(signature.number),
        "title": version.title,
        "version": f"Version {version.number}",
        "sha256": signature.text_sha256,
        "created": signature.signed_at.isoformat(timespec="seconds"),
        "heading": HEADINGS[kind],
        "is_refused": kind is Kind.REFUSED,
        "preamble": content.get("preamble", ""),
        "groups": [
            {"heading": heading, "clauses": [{"id": each["id"], "text": each["text"]} for each in clauses]}
            for heading, clauses in groupby(content["clauses"], lambda each: each.get("heading", ""))
        ],
        "consents": [
            {"text": each["text"], "answer": "Yes" if signature.consents[each["code"]] else "No"}
            for each in content.get("consents", ())
            if each["code"] in signature.consents
        ],
        "facts": [list(each) for each in _facts(signature, people)],
        "proof": [list(each) for each in _proof(signature)],
    }


def _facts(signature: Signature, people: Mapping[UUID, Person]) -> Iterator[tuple[str, str]]:
    signer, about = people[signature.signer_id], people[signature.about_id]
    yield "By", signer.full_name
    if signer.pk != about.pk:
        yield "For", f"{about.full_name}{_class_of(about)}"
        yield "Relation", signature.relation
    else:
        yield "For", f"themselves{_class_of(about)}"
    if signature.typed_name:
        yield "Name typed", signature.typed_name
    yield "Ticked or said", signature.intent
    local, utc = timezone.localtime(signature.signed_at), signature.signed_at.astimezone(UTC)
    yield "When", f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S %Z} ({utc:%Y-%m-%d %H:%M:%S} UTC)"
    until = signature.counts_until
    yield "Counts until", f"{until.day} {until:%B %Y}"
    how = IDENTIFIED_BY[signature.identified_by]
    yield "How it was signed", f"{how[0].upper()}{how[1:]}"
    if signature.witness_id:
        yield WITNESS_WORDS.get(signature.identified_by, "Witness"), people[signature.witness_id].full_name
    if signature.language != "en":
        language = LANGUAGES.get(signature.language, signature.language)
        yield "Read in", f"English, and beside it the school's {language} translation"


def _proof(signature: Signature) -> Iterator[tuple[str, str]]:
    yield "Line of the register", f"{signature.number}"
    yield "Hash of this line", signature.hash
    yield "Hash of the line before", signature.previous_hash
    yield "SHA-256 of the text", signature.text_sha256
    if signature.translation_sha256:
        yield "SHA-256 of the translation", signature.translation_sha256


def _class_of(person: Person) -> str:
    pupil = getattr(person, "pupil", None)
    return f", class {pupil.class_name}" if pupil is not None and pupil.class_name else ""
