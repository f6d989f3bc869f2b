"""Prints docs/traces.md: which page leaves which entry in the audit trail."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.urls import URLPattern, URLResolver, get_resolver

from audit.traces import EITHER_WAY, HANDING_OUT, READING, trace_of

HOW = {READING: "", HANDING_OUT: " (by a form)", EITHER_WAY: " (also by a form)"}
HEAD = """# What each page leaves in the audit trail

Printed by `manage.py print_traces > docs/traces.md`; a test keeps it fresh. *Shown* is recorded each time the page,
file or list is given to somebody, exactly once; *changed* when a form on it is saved. What is refused is recorded as
well: 403 as `request.refused`, an address with an id that leads nowhere as `request.missed`.

| page | shown | changed | leaves no trace when shown, because it shows |
|---|---|---|---|"""


class Command(BaseCommand):
    """Walks through every address and writes down what its view says of itself."""

    help = "Print the table of traces (docs/traces.md)."

    def handle(self, *args: object, **options: Any) -> None:
        for line in lines():
            self.stdout.write(line)


def lines() -> Iterator[str]:
    """The document, line by line, sorted by name."""
    yield HEAD
    for name, view in sorted(_views(get_resolver().url_patterns, ()), key=lambda each: each[0]):
        trace = trace_of(view)
        if trace is not None:
            shown = _codes(trace.reads) + (HOW[trace.methods] if trace.reads else "")
            yield f"| {name} | {shown} | {_codes(trace.writes)} | {trace.why} |"


def _codes(actions: tuple[str, ...]) -> str:
    return ", ".join(f"`{action}`" for action in actions)


def _views(patterns: Any, spaces: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from _views(each.url_patterns, (*spaces, each.namespace) if each.namespace else spaces)
        elif isinstance(each, URLPattern):
            yield ":".join((*spaces, each.name or str(each.pattern))), each.callback
