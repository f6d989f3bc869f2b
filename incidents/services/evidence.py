"""Evidence files: checked, sealed with their hash, served only as attachments. Never an indecent image."""

import hashlib
import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from email import message_from_bytes, policy
from uuid import UUID

import pikepdf
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageFile, UnidentifiedImageError

from audit import services as audit
from incidents.models import Evidence, EvidenceContent, Incident, Status
from incidents.rules.files import Allowed, begins_right, kind_by_name, tidy_filename
from incidents.services.problems import WrongStatus
from incidents.services.recording import locked
from packs import loader
from schools.roles import Permission
from schools.sealing import SealBroken, seal, unseal
from schools.viewer import Viewer

MAX_PIXELS = 60_000_000
# What qpdf's bindings raise on damaged files, beside their own errors (a wrong password is none of these).
_BROKEN_PDF = (ValueError, RuntimeError, TypeError, AttributeError)
# What Pillow's decoders raise on damaged bytes.
_BROKEN_IMAGE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    OverflowError,
    IndexError,
    KeyError,
    TypeError,
    struct.error,
    zlib.error,
)


class FileRefused(ValueError):
    """A file that may not be kept; the message says why and what to do."""


class UploadsBarred(FileRefused):
    """The incident may involve indecent images: nothing is taken, whatever it is. Duties P7, P8 (NS 11.2, 11.3)."""


class EvidenceAltered(RuntimeError):
    """The bytes no longer have the hash they were sealed with."""

    def __init__(self) -> None:
        super().__init__("This file is not what was stored. Tell the service's administrator.")


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file taken out of its seal."""

    filename: str
    media_type: str
    content: bytes


def refuse_when_barred(*, by: Viewer, incident_id: UUID) -> None:
    """Ask before reading a single byte of an upload, and put on record who tried where none may be added.

    One query. Raises UploadsBarred, Incident.DoesNotExist.
    """
    incident = Incident.objects.visible_to(by).get(pk=incident_id)
    if incident.uploads_barred:
        audit.refused(
            "evidence.barred",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="incident",
            object_id=incident.pk,
        )
    _refuse_barred(incident)


def add_evidence(*, by: Viewer, incident_id: UUID, filename: str, content: bytes) -> Evidence:
    """Check, seal and keep a file. Duties P14, L3 (CM 4.4). Nine queries at most.

    Raises NotAllowed, Incident.DoesNotExist, WrongStatus (closed), UploadsBarred, FileRefused.
    """
    by.must(Permission.HANDLE_INCIDENTS)
    with transaction.atomic():
        incident = locked(by, incident_id)
        _refuse_barred(incident)
        if incident.status == Status.CLOSED:
            raise WrongStatus("This incident is closed. Open it again to add evidence.")
        allowed = check_file(filename, content)
        if incident.evidence.count() >= settings.EVIDENCE_MAX_FILES:
            raise FileRefused(f"An incident keeps at most {settings.EVIDENCE_MAX_FILES} files.")
        digest = hashlib.sha256(content).hexdigest()
        if incident.evidence.filter(sha256=digest).exists():
            raise FileRefused("This file is already kept with the incident.")
        evidence = Evidence.objects.create(
            school_id=by.school_id,
            incident=incident,
            filename=tidy_filename(filename),
            media_type=allowed.media_type,
            size_bytes=len(content),
            sha256=digest,
            added_by_id=by.person_id,
            added_at=timezone.now(),
        )
        EvidenceContent.objects.create(school_id=by.school_id, evidence=evidence, sealed=seal(content))
        audit.record(
            "evidence.added",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="incident",
            object_id=incident.pk,
            detail={"evidence": str(evidence.pk), "sha256": digest},
        )
    return evidence


def open_evidence(*, by: Viewer, incident_id: UUID, evidence_id: UUID) -> OpenedFile:
    """Take a file out of its seal, for download. Audited. Four queries.

    What was kept before the incident was marked as one with indecent images is not opened any more: nobody views it
    here. Raises Incident.DoesNotExist, UploadsBarred, Evidence.DoesNotExist, EvidenceAltered.
    """
    with transaction.atomic():
        incident = Incident.objects.visible_to(by).get(pk=incident_id)
        _refuse_barred(incident)
        evidence = incident.evidence.select_related("content").get(pk=evidence_id)
        try:
            content = unseal(evidence.content.sealed)
        except SealBroken:
            raise EvidenceAltered from None
        if hashlib.sha256(content).hexdigest() != evidence.sha256:
            raise EvidenceAltered
        audit.record(
            "evidence.opened",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="incident",
            object_id=incident.pk,
            detail={"evidence": str(evidence.pk)},
        )
    return OpenedFile(evidence.filename, evidence.media_type, content)


def _refuse_barred(incident: Incident) -> None:
    if incident.uploads_barred:
        raise UploadsBarred(loader.get(incident.pack_code, incident.pack_version).form.uploads_barred_reason)


def check_file(filename: str, content: bytes) -> Allowed:
    """What kind of file this is: its name, its first bytes and a real parse must agree. Raises FileRefused."""
    allowed = kind_by_name(filename)
    if allowed is None:
        raise FileRefused("Only PDF, PNG, JPEG, TXT and EML files are kept.")
    if not content:
        raise FileRefused("This file is empty.")
    if len(content) > settings.EVIDENCE_MAX_BYTES:
        raise FileRefused(f"A file may have at most {settings.EVIDENCE_MAX_BYTES // 1024 // 1024} MB.")
    # An archive may be hidden behind any other file, for its table of contents stands at the end.
    if not begins_right(allowed, content) or zipfile.is_zipfile(io.BytesIO(content)) or not _parses(allowed, content):
        raise FileRefused("This file is not what its name says, or it is damaged.")
    return allowed


def _parses(allowed: Allowed, content: bytes) -> bool:
    match allowed.kind:
        case "pdf":
            return _is_pdf(content)
        case "png" | "jpeg":
            return _is_image(allowed, content)
        case "txt":
            return _is_text(content)
        case "eml":
            return _is_mail(content)


def _is_pdf(content: bytes) -> bool:
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            return len(pdf.pages) > 0 and not _carries_files(pdf)
    except (
        pikepdf.PdfError,
        pikepdf.PasswordError,
        ValueError,
        RuntimeError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        return False


def _carries_files(pdf: pikepdf.Pdf) -> bool:
    """Whether other files are embedded in it: in its list of names, beside the whole of it, or pinned to a page."""
    if "/EmbeddedFiles" in pdf.Root.get("/Names", {}) or "/AF" in pdf.Root or "/Collection" in pdf.Root:
        return True
    notes = (note for page in pdf.pages for note in page.obj.get("/Annots", []))
    return any(note.get("/Subtype") == "/FileAttachment" for note in notes)


def _is_image(allowed: Allowed, content: bytes) -> bool:
    # WeasyPrint, once loaded into a process, has every image that is cut off pass as whole.
    lenient = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(content), formats=[allowed.kind.upper()]) as image:
            if image.width * image.height > MAX_PIXELS:
                return False
            image.load()
            return True
    except (UnidentifiedImageError, Image.DecompressionBombError, *_BROKEN_IMAGE):
        return False
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient


def _is_text(content: bytes) -> bool:
    for encoding in ("utf-8", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return all(each.isprintable() or each.isspace() for each in text) or encoding == "utf-8"
    return False


def _is_mail(content: bytes) -> bool:
    # The older policy reads headers as they are; the newer one stumbles over some that are broken.
    mail = message_from_bytes(content, policy=policy.compat32)
    return not mail.defects and mail["From"] is not None and (mail["Date"] is not None or mail["Subject"] is not None)
