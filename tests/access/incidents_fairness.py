"""Rows of the table of routes, and the requests that leave a trace: the fairness of decisions, and like cases."""

from tests.access.scene import Ask, Example

ROWS = """
incidents:fairness          |               | fairness_reader/403 200                   | 405
incidents:like_cases        |               | the_head/403 200                          | the_head/403 200
"""
READS: dict[str, Example] = {
    "incidents:like_cases": lambda world: Ask(world.head, "incidents:like_cases", data={"category": "C"}),
}
CHANGE_NOTHING: dict[str, str] = {}
