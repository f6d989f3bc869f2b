"""Queries of the pages that are asked all day: put together by the ORM once a process, then only filled in.

The ORM takes up to two milliseconds to put a statement together, longer than Postgres takes to answer it.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from schools.viewer import Viewer

Given = Viewer | UUID | date | str


class NotFilledIn(TypeError):
    """A value does not reach the statement as it is, so the statement cannot be kept without it."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """``parameters``: the place of a given value, or the value itself where it is the same each time."""

    sql: str
    parameters: tuple[tuple[int | None, Any], ...]
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]
    column_count: int

    def filled_in(self, given: Sequence[Given]) -> list[Any]:
        """The parameters for this call."""
        values = _flat(given)
        return [same if place is None else values[place] for place, same in self.parameters]


class Prepared:
    """A query whose statement is kept. ``build`` makes it, with ``values_list``, from viewers, ids, days and words.

    A statement serves everybody who holds the same roles: of a viewer, ``build`` may look at roles and ids only, and
    it must not decide anything by one of the others. Nothing of what was given stays in it.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._statements: dict[Hashable, _Statement | None] = {}

    def rows(self, *given: Given) -> list[Sequence[Any]]:
        """What the query finds, as ``values_list`` gives it. One query, none where the viewer may see nothing."""
        statement = self._statement(given)
        if statement is None:
            return []
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.filled_in(given))
            rows: list[Sequence[Any]] = cursor.fetchall()
        return [_converted(row, statement) for row in rows] if statement.converters else rows

    def count(self, *given: Given) -> int:
        """How many rows it finds. One query, none where the viewer may see nothing."""
        statement = self._statement(given)
        if statement is None:
            return 0
        with connection.cursor() as cursor:
            counting = f"SELECT count(*) FROM ({statement.sql}) AS found"  # noqa: S608  the statement is the ORM's
            cursor.execute(counting, statement.filled_in(given))
            return int(cursor.fetchone()[0])

    def as_json(self, given: Sequence[Given]) -> tuple[str, list[Any]]:
        """The query as one value of another one, with its parameters: an array of rows, null without any. No query."""
        statement = self._statement(given)
        if statement is None:
            return "NULL::json", []
        columns = ", ".join(f"c{number}" for number in range(statement.column_count))
        part = f"(SELECT json_agg(json_build_array({columns})) FROM ({statement.sql}) AS found ({columns}))"  # noqa: S608  the ORM's
        return part, statement.filled_in(given)

    def _statement(self, given: Sequence[Given]) -> _Statement | None:
        roles = tuple(each.roles for each in given if isinstance(each, Viewer))
        if roles not in self._statements:
            self._statements[roles] = self._put_together(given)
        return self._statements[roles]

    def _put_together(self, given: Sequence[Given]) -> _Statement | None:
        stand_ins = [_stand_in(each, number) for number, each in enumerate(given)]
        values = _flat(stand_ins)
        compiler = self._build(*stand_ins).query.get_compiler(connection=connection)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return None
        places = tuple((values.index(each), None) if each in values else (None, each) for each in parameters)
        filled = {place for place, _ in places}
        if any(not isinstance(each, Viewer) and values.index(each) not in filled for each in stand_ins):
            raise NotFilledIn(f"not every value stands in: {sql}")
        shown = [each[0] for each in compiler.select[: compiler.col_count]]
        return _Statement(sql, places, compiler.get_converters(shown), len(shown))


def rows_at_once(*asked: tuple[Prepared, Sequence[Given]]) -> list[list[list[Any]]]:
    """The rows of several queries, each in its order. One query for all of them.

    Values come as JSON knows them: ids, days and moments are text.
    """
    parts, parameters = [], []
    for query, given in asked:
        part, said = query.as_json(given)
        parts.append(part)
        parameters += said
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", parameters)
        return [found or [] for found in cursor.fetchone()]


def _flat(given: Sequence[Given]) -> list[UUID | date | str]:
    flat: list[UUID | date | str] = []
    for each in given:
        flat += [each.user_id, each.school_id, each.person_id] if isinstance(each, Viewer) else [each]
    return flat


def _stand_in(given: Given, number: int) -> Given:
    """Something of the same kind that is found again among the statement's parameters."""
    if isinstance(given, Viewer):
        return replace(
            given, user_id=uuid4(), school_id=uuid4(), person_id=uuid4(), display_name="", school_name="",
            has_several_schools=False,
        )  # fmt: skip
    if isinstance(given, str):
        return uuid4().hex
    return uuid4() if isinstance(given, UUID) else date(1, 1, 1 + number)


def _converted(row: Sequence[Any], statement: _Statement) -> Sequence[Any]:
    converted = list(row)
    for column, (converters, expression) in statement.converters.items():
        for convert in converters:
            converted[column] = convert(converted[column], expression, connection)
    return converted
