"""Mutants that no tool makes: one check taken out of a module, one operand of a rule, one element of a table."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# Calls whose keywords are conditions.
CONDITIONS = frozenset({"Q", "filter", "exclude", "get"})


@dataclass(frozen=True, slots=True)
class Site:
    """One place where a check can be taken out, and the act that does it to the tree."""

    line: int
    what: str
    take_out: Callable[[], None]


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """What is taken out, and the module without it; each check, operand, condition and element in turn."""
    for number in range(len(list(_sites(ast.parse(source))))):
        tree = ast.parse(source)
        site = list(_sites(tree))[number]
        place = _place(tree, site.line)
        site.take_out()
        yield f"{place}: {site.what}", ast.unparse(ast.fix_missing_locations(tree))


def _place(tree: ast.Module, line: int) -> str:
    """In which function a line stands, or at the top."""
    around = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return next((node.name for node in around if node.lineno <= line <= (node.end_lineno or 0)), f"line {line}")


def _sites(tree: ast.Module) -> Iterator[Site]:
    of_types = _of_types(tree)
    for node in ast.walk(tree):
        if id(node) in of_types:
            continue
        yield from _guards(node)
        yield from _operands(node)
        if isinstance(node, ast.Call) and _called(node) in CONDITIONS:
            yield from _elements(node.keywords, "the condition", node.lineno, len(node.keywords))
    for statement in tree.body:
        value = getattr(statement, "value", None) if isinstance(statement, ast.Assign | ast.AnnAssign) else None
        # The name of a type, such as a Literal, is no table.
        if value is not None and not isinstance(value, ast.Subscript) and id(value) not in of_types:
            yield from _of_a_table(value)


def _guards(node: ast.AST) -> Iterator[Site]:
    """``if ...: return`` and ``if ...: raise``, in a function."""
    body = getattr(node, "body", None)
    if not isinstance(body, list) or isinstance(node, ast.Module | ast.ClassDef):
        return
    for place, each in enumerate(body):
        if isinstance(each, ast.If) and not each.orelse and isinstance(each.body[-1], ast.Return | ast.Raise):
            yield Site(each.lineno, f"the check {ast.unparse(each.test)}", _replacing(body, place, ast.Pass()))


def _operands(node: ast.AST) -> Iterator[Site]:
    """The operands of ``and``, ``or``, ``&`` and ``|`` in conditions; ``|`` between types is none."""
    for name, value in ast.iter_fields(node):
        for at, each in enumerate(value) if isinstance(value, list) else ((None, value),):
            sides: list[ast.expr] = []
            if isinstance(each, ast.BoolOp):
                sides = each.values
            elif isinstance(each, ast.BinOp) and isinstance(each.op, ast.BitAnd | ast.BitOr) and name not in _OF_TYPES:
                sides = [each.left, each.right]
            for kept in sides:
                gone = " and ".join(ast.unparse(side) for side in sides if side is not kept)
                put = _replacing(value, at, kept) if at is not None else _setting(node, name, kept)
                yield Site(each.lineno, f"the operand {gone}", put)


_OF_TYPES = frozenset({"annotation", "returns"})


def _of_types(tree: ast.Module) -> frozenset[int]:
    """The nodes inside of annotations, and of what is another name of a type: what is said of a type is no check."""
    types = [getattr(node, name, None) for node in ast.walk(tree) for name in _OF_TYPES]
    types += [node for node in tree.body if isinstance(node, ast.AnnAssign) and _is_alias(node)]
    return frozenset(id(each) for found in types if isinstance(found, ast.AST) for each in ast.walk(found))


def _is_alias(node: ast.AnnAssign) -> bool:
    return isinstance(node.annotation, ast.Name) and node.annotation.id == "TypeAlias"


def _of_a_table(value: ast.expr) -> Iterator[Site]:
    """The elements of a tuple, list, set or dictionary at the top of a module, and those inside of it."""
    for node in ast.walk(value):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            yield from _elements(node.elts, "the element", node.lineno, 2)
        elif isinstance(node, ast.Dict):
            for place, key in enumerate(node.keys):
                if key is not None:
                    yield Site(key.lineno, f"the line {ast.unparse(key)}", _without_line(node, place))


def _elements(held: list[ast.expr] | list[ast.keyword], what: str, line: int, at_least: int) -> Iterator[Site]:
    if len(held) < min(at_least, 2) and what == "the element":
        return
    for place, each in enumerate(held):
        yield Site(getattr(each, "lineno", line), f"{what} {ast.unparse(each)}", _deleting(held, place))


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _replacing(held: list[ast.AST], place: int, by: ast.AST) -> Callable[[], None]:
    return lambda: held.__setitem__(place, by)


def _setting(node: ast.AST, name: str, by: ast.AST) -> Callable[[], None]:
    return lambda: setattr(node, name, by)


def _deleting(held: list[ast.expr] | list[ast.keyword], place: int) -> Callable[[], None]:
    return lambda: held.__delitem__(place)


def _without_line(node: ast.Dict, place: int) -> Callable[[], None]:
    def take_out() -> None:
        del node.keys[place], node.values[place]

    return take_out
