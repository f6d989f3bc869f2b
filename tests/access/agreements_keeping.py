"""Routes and traces. Class sessions, paper, signed agreements and bundles, follow-ups, posters."""

from tests.access.scene import Example

ROWS = """
"""
READS: dict[str, Example] = {}
WRITES: dict[tuple[str, str], Example] = {}
CHANGE_NOTHING: dict[str, str] = {}
