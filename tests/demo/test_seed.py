"""Filling the demonstration: what is there afterwards, and that filling again changes nothing."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from incidents import projection
from incidents.demo.stories import stories_of
from incidents.management.commands import seed_demo
from incidents.models import Incident
from schools.models import School

OURS = ("audit", "schools", "dispatch", "aup", "incidents", "sanctions")


def everything() -> dict[str, list[Any]]:
    """Every row of every table of ours."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.app_label in OURS
    }


def test_it_is_refused_without_debug(db: None, settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("seed_demo")
    assert not School.objects.exists()


def test_a_second_run_changes_nothing_and_both_print_numbers_only(seed: Callable[[], str]) -> None:
    first = seed().replace(",", "").replace(".", "").split()
    assert [each for each in first if not each.isdigit()] == ["Added:", "people", "incidents", "mails", "signatures"]
    before = everything()
    assert "0 people, 0 incidents, 0 mails, 0 signatures" in seed()
    assert everything() == before


def test_a_run_that_was_cut_short_is_completed(seed: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    calls = itertools.count()

    def involve(*args: Any, **options: Any) -> None:
        if next(calls) == 100:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(projection, "involve", involve)
        with pytest.raises(KeyboardInterrupt):
            seed()
    assert School.objects.count() == 2
    assert not Incident.objects.exists(), "no story is half told"
    seed()
    assert Incident.objects.count() > 55


def test_a_story_that_is_new_is_added(seed: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(seed_demo, "stories_of", lambda key: stories_of(key)[1:])
        seed()
    before = Incident.objects.count()
    assert "2 incidents" in seed()
    assert Incident.objects.count() == before + 2
