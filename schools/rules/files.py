"""Which files may be kept as evidence: what a file says it is, what it begins with and how it parses must agree."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

FileKind = Literal["pdf", "png", "jpeg", "txt", "eml"]


@dataclass(frozen=True, slots=True)
class Allowed:
    """A kind of file that may be kept."""

    kind: FileKind
    media_type: str
    extensions: tuple[str, ...]
    magic: bytes


ALLOWED: tuple[Allowed, ...] = (
    Allowed("pdf", "application/pdf", ("pdf",), b"%PDF-"),
    Allowed("png", "image/png", ("png",), b"\x89PNG\r\n\x1a\n"),
    Allowed("jpeg", "image/jpeg", ("jpg", "jpeg"), b"\xff\xd8\xff"),
    Allowed("txt", "text/plain", ("txt",), b""),
    Allowed("eml", "message/rfc822", ("eml",), b""),
)


# What a text file must not begin with: archives, programs, pictures and old office files.
FOREIGN = (
    b"PK\x03\x04",
    b"MZ",
    b"\x7fELF",
    b"GIF8",
    b"RIFF",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\xd0\xcf\x11\xe0",
)


def kind_by_name(filename: str) -> Allowed | None:
    """The kind that a file's last extension names; None when it may not be kept."""
    extension = filename.rsplit(".", 1)[-1].lower() if "." in filename else ""
    return next((each for each in ALLOWED if extension in each.extensions), None)


def begins_right(allowed: Allowed, content: bytes) -> bool:
    """Whether a file begins as its kind does; a text must not begin like something else, nor hold a NUL anywhere."""
    if allowed.magic:
        return content.startswith(allowed.magic)
    others = [each.magic for each in ALLOWED if each.magic]
    return b"\x00" not in content and not content.startswith((*others, *FOREIGN))


def tidy_filename(filename: str) -> str:
    """The name to keep: no path, no control or direction characters, at most 120 characters with its extension."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(each for each in name if unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    name = " ".join(name.split()).strip(". ") or "file"
    stem, dot, extension = name.rpartition(".")
    return f"{stem[: 119 - len(extension)]}{dot}{extension}" if dot else name[:120]
