"""The embedded services: for demo and tests only, idempotent, stopped cleanly."""

from pathlib import Path

import psycopg2
import pytest
import redis

from esafety import embedded


def test_nothing_embedded_starts_without_debug(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DEBUG", "0")
    for start in (
        lambda: embedded.start_missing(tmp_path),
        lambda: embedded.Postgres(tmp_path / "postgres").start(),
        lambda: embedded.Redis(tmp_path / "redis").start(),
    ):
        with pytest.raises(embedded.EmbeddedNotAllowed):
            start()
    assert list(tmp_path.iterdir()) == []


def test_what_the_environment_names_is_left_alone(tmp_path: Path) -> None:
    named = {"DATABASE_URL": "postgres://elsewhere/x", "REDIS_URL": "redis://elsewhere/0"}
    assert embedded.start_missing(tmp_path, environment=named) == {}
    assert list(tmp_path.iterdir()) == []


def test_what_is_started_is_named_for_the_pages_and_for_migrations(tmp_path: Path) -> None:
    try:
        found = embedded.start_missing(tmp_path, environment={"REDIS_URL": "redis://elsewhere/0"}, durable=False)
        assert sorted(found) == ["DATABASE_OWNER_URL", "DATABASE_URL"]
        for name, role in (("DATABASE_URL", "esafety_app"), ("DATABASE_OWNER_URL", "esafety_owner")):
            assert found[name].startswith(f"postgres://{role}@/esafety?host=")
    finally:
        embedded.stop_all(tmp_path)


def test_redis_starts_twice_keeps_its_data_and_stops(tmp_path: Path) -> None:
    server = embedded.Redis(tmp_path / "redis", durable=True)
    url = server.start()
    if url is None:
        assert embedded.start_missing(tmp_path, environment={"DATABASE_URL": "x"}) == {"REDIS_URL": "filesystem://"}
        return
    try:
        redis.Redis.from_url(url).set("kept", "yes")
        assert embedded.Redis(tmp_path / "redis").start() == url
        server.stop()
        assert not server.is_running()
        assert server.start() == url
        assert redis.Redis.from_url(url).get("kept") == b"yes"
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(url.replace(url.split("@")[0], "redis://")).ping()
    finally:
        server.stop()
    assert not server.is_running()


def test_postgres_is_18_and_found_again(tmp_path: Path) -> None:
    server = embedded.Postgres(tmp_path / "a folder", durable=False)
    try:
        url = server.start("first")
        assert embedded.Postgres(tmp_path / "a folder").start("first") == url
        with psycopg2.connect(url.replace("postgres://", "postgresql://")) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
            assert cursor.fetchone() == (18,)
    finally:
        server.stop()
    assert not server.is_running()
