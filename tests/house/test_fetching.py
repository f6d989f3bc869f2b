"""Rows are fetched where it is asked who may see them, and nowhere else (threat T13)."""

import ast
import re
from collections.abc import Iterator

from tests.house.source import APPS, texts

PYTHON = {path: text for path, text in texts(".py", under=APPS).items() if "/migrations/" not in path}
# Where rows may be fetched: what takes a viewer, what describes tables, and what is run by hand.
LAYERS = re.compile(r"/(services|selectors|models|access)(\.py|/)|/management/commands/|/demo(\.py|/)|_demo\.py")
# Elsewhere, and why that lets nobody see what they may not.
ELSEWHERE = {
    "aup/mails.py": "the worker, when it makes a mail about what it was given the id of",
    "dispatch/claims.py": "the worker acts for nobody: it takes ids from the outbox and asks again before it sends",
    "dispatch/delivery.py": "the same",
    "dispatch/issuing.py": "the school of whoever issued it; who may see it was asked before, and the worker as above",
    "dispatch/notice_delivery.py": "the same",
    "dispatch/outbox.py": "the school of whoever queues",
    "dispatch/preparing.py": "the worker, as above",
    "schools/log_in/": "log-ins and sessions, each found by whose it is",
    "schools/notice_texts.py": "the worker, when it makes a mail about what it was given the id of",
}
# What narrows incidents to those of a viewer; everything about a case begins with one of these.
NARROWED = frozenset({"visible_to", "run_by", "own_of"})
# Where it does not, and why that lets nobody see what they may not.
UNNARROWED = {
    "incidents/services/reporting.py": "the writer's own row, by who started it; whether a reference is taken",
    "incidents/services/recording.py": "the writer's own row, found by who started it",
    "incidents/services/rerouting.py": "the rule itself, which decides who may know of a case",
    "incidents/services/cases.py": "cases for what was open before there were any, in the night",
    "incidents/selectors/at_sending.py": "whether a case still has nobody, when the officer is about to be told",
    "incidents/management/commands/seed_demo.py": "which stories of the demonstration are there already",
}
GETTERS = frozenset({"get", "first", "last", "latest", "earliest", "in_bulk"})


def fetched(source: str) -> Iterator[tuple[int, str, list[str]]]:
    """Line, model and the methods that are called in turn, for everything that begins with ``Model.objects``."""
    tree = ast.parse(source)
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in above:
        if isinstance(node, ast.Attribute) and node.attr == "objects" and isinstance(node.value, ast.Name):
            yield node.lineno, node.value.id, list(_called_on(node, above))


def _called_on(node: ast.AST, above: dict[ast.AST, ast.AST]) -> Iterator[str]:
    named = above.get(node)
    while isinstance(named, ast.Attribute) and isinstance(call := above.get(named), ast.Call) and call.func is named:
        yield named.attr
        named = above.get(call)


def test_nothing_is_fetched_by_a_bare_id_outside_of_the_layers_that_ask_who_may() -> None:
    elsewhere = [
        f"{path}:{line}: {model}.objects...{name}()"
        for path, text in PYTHON.items()
        if not LAYERS.search("/" + path) and not path.startswith(tuple(ELSEWHERE))
        for line, model, calls in fetched(text)
        for name in calls
        if name in GETTERS
    ]
    assert elsewhere == []


def test_no_shortcut_fetches_past_them_anywhere() -> None:
    shortcut = re.compile(r"get_(object|list)_or_404|_base_manager|\.raw\(")
    assert [path for path, text in PYTHON.items() if shortcut.search(text)] == []


def test_an_incident_is_fetched_through_who_may_know_of_it() -> None:
    bare = {
        path
        for path, text in PYTHON.items()
        for _, model, calls in fetched(text)
        if model == "Incident" and calls and calls[0] not in NARROWED
    }
    assert bare == set(UNNARROWED)


def test_what_is_said_of_a_file_is_said_of_one_that_is_there() -> None:
    assert [place for place in ELSEWHERE if not any(path.startswith(place) for path in PYTHON)] == []


def test_the_rule_would_notice() -> None:
    source = "row = Incident.objects.select_related('x').get(pk=1)\nok = Incident.objects.visible_to(v).get(pk=1)\n"
    assert sorted(fetched(source)) == [
        (1, "Incident", ["select_related", "get"]),
        (2, "Incident", ["visible_to", "get"]),
    ]
