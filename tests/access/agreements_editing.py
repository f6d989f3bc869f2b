"""Routes and traces. Drafts, published versions, and how the school has them signed."""

from tests.access.scene import Example

ROWS = """
"""
READS: dict[str, Example] = {}
WRITES: dict[tuple[str, str], Example] = {}
CHANGE_NOTHING: dict[str, str] = {}
