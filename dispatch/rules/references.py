"""Which references may stand in a subject (threat T19)."""

import re

_REFERENCE = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")


def is_safe_reference(reference: str) -> bool:
    """Whether a reference may stand in a subject and a file name: letters, digits and single hyphens. Pure."""
    return len(reference) <= 20 and _REFERENCE.fullmatch(reference) is not None
