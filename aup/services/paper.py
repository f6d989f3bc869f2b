"""What was signed on paper, put into the register with its scan. Duties A3, A4 (CC 3.2, CM 3.1, CM 3.3); threat T20.

The line is written, and counts, from now on: nobody can put one in between two others. The day on the paper stands
in what was ticked, and it is for that day's school year that it counts.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from aup.models import AgreementVersion, Scan, Signature
from aup.rules.stages import counts_until
from aup.selectors.paper import PaperChoice, PaperPage, find_signers, paper_page
from aup.services.problems import NotSignable
from aup.services.signing import Intent, Signer, sign
from schools.files import FileRefused, check_file
from schools.roles import Permission
from schools.sealing import SealBroken, seal, unseal
from schools.selectors import PersonFound
from schools.viewer import Viewer

KINDS = frozenset({"pdf", "png", "jpeg"})
EXTENSIONS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
TELEPHONE = (".heic", ".heif")
LETTERS_MIN = 2


class NotYetThatDay(NotSignable):
    """The day on the paper is in the future, before there was such a text, or in a year that is over."""

    def __init__(self, words: str) -> None:
        super().__init__(words)


class NotOutstanding(NotSignable):
    """It cannot be recorded any more: signed meanwhile, or another text is in force, or it is not theirs to sign."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was added: that agreement does not wait for this signature any more. It was signed meanwhile, "
            "another version was published, or somebody has moved or left. Here is what waits now."
        )


class InTheRegister(NotSignable):
    """It was signed meanwhile, by link or by somebody else's hand."""

    def __init__(self) -> None:
        super().__init__("This is in the register already, so nothing was added and the scan was not kept.")


class ScanAltered(RuntimeError):
    """The scan is not what was kept."""

    def __init__(self) -> None:
        super().__init__("This scan is not what was stored. Tell whoever runs this service.")


@dataclass(frozen=True, slots=True)
class OnPaper:
    """What stands on the paper."""

    version_id: UUID
    signer_id: UUID
    about_id: UUID
    name: str
    signed_on: date
    consents: Mapping[str, bool]
    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OpenedScan:
    """A scan out of its seal."""

    content: bytes
    media_type: str
    file_name: str


def search_signers(*, by: Viewer, words: str) -> tuple[PersonFound, ...]:
    """Whom these words fit; too few letters fit nobody. Two queries. The words are on no trail. Raises NotAllowed."""
    with transaction.atomic():
        found = find_signers(viewer=by, words=words if len(words) >= LETTERS_MIN else "")
        _record(by, "people.searched", "person", None, {"found": len(found)})
    return found


def open_paper_page(*, by: Viewer, person_id: UUID) -> PaperPage:
    """What is outstanding of somebody. Thirteen queries. Raises NotAllowed, Person.DoesNotExist."""
    with transaction.atomic():
        shown = paper_page(viewer=by, person_id=person_id, today=timezone.localdate())
        _record(by, "agreement.paper_opened", "person", person_id)
    return shown


def open_paper_choice(*, by: Viewer, version_id: UUID, signer_id: UUID, about_id: UUID) -> PaperChoice:
    """One of them, for the form. At most sixteen queries. Raises NotAllowed, NotOutstanding for what does not wait
    any more, Person.DoesNotExist and AgreementVersion.DoesNotExist for what the school never had."""
    with transaction.atomic():
        today = timezone.localdate()
        # By way of the signer's page: what a second parent may sign besides stands there alone.
        for person_id in dict.fromkeys((signer_id, about_id)):
            for each in paper_page(viewer=by, person_id=person_id, today=today).choices:
                if (each.version.pk, each.signer_id, each.about_id) == (version_id, signer_id, about_id):
                    _record(by, "agreement.paper_opened", "person", about_id)
                    return each
        AgreementVersion.objects.get(school_id=by.school_id, pk=version_id)
    raise NotOutstanding


def record_paper(*, by: Viewer, paper: OnPaper, now: datetime | None = None) -> Signature:
    """Put a paper into the register, with its scan sealed beside it. Twenty-one queries.

    Raises NotAllowed, schools.files.FileRefused, NotYetThatDay, InTheRegister, and what ``sign`` raises.
    """
    by.must(Permission.RECORD_SIGNATURES)
    now = now or timezone.now()
    if paper.file_name.lower().endswith(TELEPHONE):
        raise FileRefused(
            "This is a HEIC photograph, as some telephones make them, and it cannot be kept. Save it as JPEG, or scan "
            "the paper as PDF."
        )
    allowed = check_file(paper.file_name, paper.content, kinds=KINDS)
    with transaction.atomic():
        version = AgreementVersion.objects.get(school_id=by.school_id, pk=paper.version_id)
        if paper.signed_on > timezone.localdate(now):
            raise NotYetThatDay("The day on the paper is still to come. Look at it again.")
        if paper.signed_on < timezone.localdate(version.published_at):
            raise NotYetThatDay(
                "This text was published after the day on the paper, so another one was signed. Have this one signed."
            )
        if counts_until(paper.signed_on) < timezone.localdate(now):
            raise NotYetThatDay("This was signed for a school year that is over. Have it signed for this one.")
        day = f"{paper.signed_on.day} {paper.signed_on:%B %Y}"
        done = sign(
            by=Signer(
                school_id=by.school_id,
                person_id=paper.signer_id,
                how="paper",
                user_id=by.user_id,
                witness_id=by.person_id,
            ),
            intent=Intent(
                version_id=paper.version_id,
                about_id=paper.about_id,
                typed_name=paper.name,
                consents=paper.consents,
                also=f"Signed on paper on {day}.",
                signed_on=paper.signed_on,
            ),
            now=now,
        )
        if not done.is_new:
            raise InTheRegister
        digest = hashlib.sha256(paper.content).hexdigest()
        Scan.objects.create(
            school_id=by.school_id,
            signature=done.signature,
            media_type=allowed.media_type,
            sha256=digest,
            size_bytes=len(paper.content),
            content_sealed=seal(paper.content),
        )
        detail: audit.Detail = {"number": done.signature.number, "sha256": digest}
        _record(by, "agreement.scan_kept", "agreement_signature", done.signature.pk, detail)
    return done.signature


def open_scan(*, by: Viewer, signature_id: UUID) -> OpenedScan:
    """The scan of a paper, with an entry on the trail. Two queries. Raises NotAllowed, Scan.DoesNotExist,
    ScanAltered."""
    by.must(Permission.READ_SIGNATURES)
    with transaction.atomic():
        row = Scan.objects.select_related("signature").get(school_id=by.school_id, signature_id=signature_id)
        try:
            content = unseal(row.content_sealed)
        except SealBroken:
            raise ScanAltered from None
        if hashlib.sha256(content).hexdigest() != row.sha256:
            raise ScanAltered
        number = row.signature.number
        _record(by, "agreement.scan_opened", "agreement_signature", signature_id, {"number": number})
    return OpenedScan(content, row.media_type, f"AUP-{number:06d}-paper.{EXTENSIONS[row.media_type]}")


def _record(
    by: Viewer, action: str, object_type: str, object_id: UUID | None, detail: audit.Detail | None = None
) -> None:
    audit.record(
        action,
        school_id=by.school_id,
        actor_id=by.user_id,
        object_type=object_type,
        object_id=object_id,
        detail=detail,
    )
