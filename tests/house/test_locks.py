"""Rows are locked so that whoever refers to them does not wait: else commits could wait in a ring (ADR 12)."""

import ast

from tests.house.source import texts


def test_every_lock_lets_others_refer_to_the_row() -> None:
    found = [
        f"{path}:{call.lineno}"
        for path, text in texts(".py").items()
        if not path.startswith("tests/")
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "select_for_update"
        and not any(word.arg == "no_key" for word in call.keywords)
    ]
    assert found == [], "select_for_update(no_key=True)"
