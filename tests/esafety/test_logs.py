"""An error in a page leaves its place in the log, and nothing that somebody typed."""

import logging

import pytest
from django.db import DatabaseError, connection

from esafety.logs import PlaceOnly


@pytest.mark.django_db
def test_what_postgres_quotes_of_a_row_is_not_logged() -> None:
    formatter = PlaceOnly("%(message)s")
    with pytest.raises(DatabaseError) as raised, connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb", ['{"story": "PLANTEDSTORY'])
    assert "PLANTEDSTORY" in str(raised.value), "Postgres quotes it"
    record = logging.makeLogRecord({"msg": "Internal Server Error: /report/", "exc_info": raised._excinfo})
    said = formatter.format(record)
    assert "PLANTEDSTORY" not in said
    assert "Internal Server Error: /report/" in said
    assert "django.db.utils.DataError, at" in said
    assert "psycopg2.errors.InvalidTextRepresentation, at" in said
    assert "test_logs.py:" in said


def test_a_failure_that_caused_itself_ends() -> None:
    first, second = ValueError("one"), ValueError("two")
    first.__cause__, second.__cause__ = second, first
    said = PlaceOnly().formatException((ValueError, first, None))
    assert said.count("builtins.ValueError, at") == 2
    assert "one" not in said
