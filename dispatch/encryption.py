"""The PDF that leaves: AES-256 with the passphrase agreed with the officer (finding 13)."""

import io
import secrets
import unicodedata

import pikepdf

# PDF 2.0 reads no more than this much of a passphrase.
PASSPHRASE_MAX_BYTES = 127


class EncryptingFailed(RuntimeError):
    """The PDF could not be encrypted, or could be opened without the passphrase; nothing may be sent."""

    def __init__(self) -> None:
        super().__init__("The PDF could not be encrypted.")


def encrypt(pdf: bytes, *, passphrase: str) -> bytes:
    """The PDF, encrypted with AES-256 (revision 6), its title and other metadata included. Raises EncryptingFailed.

    The passphrase is normalised as PDF readers normalise what is typed into them. The owner's password is random and
    forgotten: it would open the file as well. Reading aloud, printing and copying stay allowed.
    """
    normal = unicodedata.normalize("NFKC", passphrase)
    if not normal or len(normal.encode()) > PASSPHRASE_MAX_BYTES:
        raise EncryptingFailed
    encrypted = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            opened.save(
                encrypted,
                encryption=pikepdf.Encryption(
                    user=normal, owner=secrets.token_urlsafe(32), R=6, aes=True, metadata=True
                ),
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
            )
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError):
        raise EncryptingFailed from None
    content = encrypted.getvalue()
    if _opens_without(content):
        raise EncryptingFailed
    return content


def _opens_without(content: bytes) -> bool:
    """Looks once more at what would leave: an empty passphrase must not open it."""
    try:
        pikepdf.open(io.BytesIO(content)).close()
    except pikepdf.PasswordError:
        return False
    except pikepdf.PdfError:
        raise EncryptingFailed from None
    return True
