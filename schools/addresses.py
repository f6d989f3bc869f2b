"""Which addresses a report may be sent to (threat T19). Pure."""

import re

MAX_LENGTH = 254
MAX_LOCAL_LENGTH = 64
# Dot-atoms without % and !, by which old relays would send the mail on to somebody else.
_LOCAL = re.compile(r"[A-Za-z0-9#$&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9#$&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class UnsafeAddress(ValueError):
    """An address that no report may go to: not one plain address of one mailbox."""

    def __init__(self) -> None:
        super().__init__("This is not an e-mail address that a report can be sent to.")


def safe_address(address: str) -> str:
    """The address as it goes into the envelope and the To header: ASCII, one mailbox, its domain in lower case.

    An international domain is turned into its ASCII form. Pure; raises UnsafeAddress, without the address in it.
    """
    local, at, domain = address.rpartition("@")
    if not at or len(local) > MAX_LOCAL_LENGTH or not _LOCAL.fullmatch(local):
        raise UnsafeAddress
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise UnsafeAddress from None
    labels = ascii_domain.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        raise UnsafeAddress
    safe = f"{local}@{ascii_domain}"
    if len(safe) > MAX_LENGTH:
        raise UnsafeAddress
    return safe
