"""Passwords are worked out quickly here, where it is not the time itself that is tested."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher


@pytest.fixture(autouse=True)
def quick_hash(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "real_hash" not in request.keywords:
        monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
        monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 64)
        monkeypatch.setattr(Argon2PasswordHasher, "parallelism", 1)
