"""Files that somebody uploads: what they say they are, how they begin and how they parse must agree."""

import io
import struct
import zipfile
import zlib
from collections.abc import Container
from email import message_from_bytes, policy

import pikepdf
from django.conf import settings
from PIL import Image, ImageFile, UnidentifiedImageError

from schools.rules.files import ALLOWED, Allowed, begins_right, kind_by_name

EVERY_KIND = tuple(each.kind for each in ALLOWED)
MAX_PIXELS = 60_000_000
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


def check_file(filename: str, content: bytes, *, kinds: Container[str] = EVERY_KIND) -> Allowed:
    """What kind of file this is: its name, its first bytes and a real parse must agree. Raises FileRefused."""
    allowed = kind_by_name(filename)
    if allowed is None or allowed.kind not in kinds:
        *most, last = (each.kind.upper() for each in ALLOWED if each.kind in kinds)
        raise FileRefused(f"Only {', '.join(most)} and {last} files are kept.")
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
