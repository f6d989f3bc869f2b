"""Routes and traces. Signing by a link and by log-in, consents, copies."""

from tests.access.scene import Example

ROWS = """
"""
READS: dict[str, Example] = {}
WRITES: dict[tuple[str, str], Example] = {}
CHANGE_NOTHING: dict[str, str] = {}
