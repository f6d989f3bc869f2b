"""An error in a page leaves its place in the log, and nothing that somebody typed."""

import logging
import os
import subprocess
import sys

import pytest
from django.db import DatabaseError, connection

from esafety.logs import PlaceOnly
from tests.house.source import ROOT


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


def test_the_line_itself_does_not_quote_the_failure_either() -> None:
    """As Celery and Django write theirs."""
    try:
        try:
            raise ValueError("PLANTEDCAUSE")
        except ValueError:
            raise LookupError("what PLANTEDSTORY said") from None
    except LookupError as failure:
        told = (type(failure), failure, failure.__traceback__)
        for line in (f"Task x raised unexpected: {failure!r}", f"Error calling x ({failure}, {failure.__context__})."):
            said = PlaceOnly("%(message)s").format(logging.makeLogRecord({"msg": line, "exc_info": told}))
            assert "PLANTED" not in said
            assert "LookupError" in said.splitlines()[0]


BREAK = """
import django
django.setup()
from esafety.celery import app
from django.db import connection

@app.task(name="tests.broken")
def broken():
    try:
        raise ValueError("PLANTEDCAUSE")
    except ValueError as cause:
        raise LookupError("what PLANTEDSTORY said") from cause

app.log.setup(loglevel="INFO")
broken.apply(task_id="7a57e000")
"""


def test_a_task_that_breaks_in_the_worker_leaves_its_place_alone() -> None:
    """Celery sets logging up by itself unless somebody else does; a task may break on a row that Postgres quotes."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "esafety.settings"}
    done = subprocess.run(
        [sys.executable, "-c", BREAK], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "tests.broken[7a57e000]" in done.stderr
    assert "builtins.LookupError, at" in done.stderr
    assert "PLANTED" not in done.stderr + done.stdout
