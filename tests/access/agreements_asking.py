"""Routes and traces. Campaigns, who is outstanding, who has no access yet, coverage."""

from tests.access.scene import Example

ROWS = """
"""
READS: dict[str, Example] = {}
WRITES: dict[tuple[str, str], Example] = {}
CHANGE_NOTHING: dict[str, str] = {}
