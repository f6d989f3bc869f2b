"""Production: every secret is required, nothing embedded starts, and Django's own check of a deployment is content."""

import os
import subprocess
import sys

import pytest

from tests.house.source import ROOT

PRODUCTION = {
    "SECRET_KEY": "0123456789-not-a-secret-but-long-enough-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
    "SEALING_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "BASE_URL": "https://online-safety.example.org",
    "ALLOWED_HOSTS": "online-safety.example.org",
    "DATABASE_URL": "postgres://esafety:password@127.0.0.1:1/esafety",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
    "MAIL_FROM": "online-safety@example.org",
    "AUDIT_ANCHOR_ADDRESS": "audit@elsewhere.example.org",
}


def run(*command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run Python in an environment that holds nothing of ours but this."""
    bare = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={**bare, **environment}, capture_output=True, text=True, check=False
    )


def load_settings(**environment: str) -> "subprocess.CompletedProcess[str]":
    return run("-c", "import esafety.settings", **environment)


def test_it_starts_with_everything() -> None:
    done = load_settings(**PRODUCTION)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("missing", PRODUCTION)
def test_it_refuses_to_start_without(missing: str) -> None:
    done = load_settings(**{name: value for name, value in PRODUCTION.items() if name != missing})
    assert done.returncode != 0
    assert f"{missing} is not set" in done.stderr
    assert "docs/deploy.md" in done.stderr


@pytest.mark.parametrize("empty", PRODUCTION)
def test_an_empty_value_is_none(empty: str) -> None:
    done = load_settings(**{**PRODUCTION, empty: ""})
    assert done.returncode != 0
    assert f"{empty} is not set" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EMAIL_URL", "filemail:///tmp/mails"),
        ("EMAIL_URL", "http://mail.example.org"),
        ("EMAIL_URL", "mail.example.org"),
    ],
)
def test_it_refuses_to_start_with(name: str, value: str) -> None:
    done = load_settings(**{**PRODUCTION, name: value})
    assert done.returncode != 0
    assert f"{name}" in done.stderr


def test_a_refusal_shows_no_secret() -> None:
    done = load_settings(**{**PRODUCTION, "MAIL_FROM": ""})
    assert PRODUCTION["SECRET_KEY"] not in done.stderr
    assert "password@" not in done.stderr


def test_nothing_embedded_starts_without_debug() -> None:
    start = "from pathlib import Path; from esafety import embedded; embedded.start_missing(Path('nowhere'))"
    done = run("-c", start, **PRODUCTION)
    assert done.returncode != 0
    assert "EmbeddedNotAllowed" in done.stderr


def test_django_s_check_of_a_deployment_warns_of_nothing() -> None:
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


def test_debug_is_off_unless_said() -> None:
    show = "import esafety.settings as s; print(s.DEBUG, s.DEMO, s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0)"
    assert run("-c", show, **PRODUCTION).stdout.split() == ["False", "False", "True", "True"]
