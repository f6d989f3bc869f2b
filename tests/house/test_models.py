"""Every model says what it holds about people, keys lean the way imports do, and migrations are up to date."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from tests.house.source import ORDER
from tests.house.test_walls import OURS, named

KINDS = {"none", "personal", "special"}


@pytest.mark.parametrize("model", OURS, ids=named)
def test_a_model_says_of_each_field_how_personal_it_is_and_how_long_it_is_kept(model: Any) -> None:
    sorted_fields = model.Privacy.fields
    names = {field.name for field in (*model._meta.fields, *model._meta.many_to_many)}
    assert set(sorted_fields) == names
    assert set(sorted_fields.values()) <= KINDS
    assert model.Privacy.keep.strip()


@pytest.mark.parametrize("model", OURS, ids=named)
def test_a_key_leans_the_way_imports_do(model: Any) -> None:
    own = ORDER.index(model._meta.app_label)
    for field in model._meta.fields:
        if isinstance(field, models.ForeignKey):
            label = field.related_model._meta.app_label
            assert label not in ORDER or ORDER.index(label) <= own, f"{named(field)} points to {label}"


@pytest.mark.parametrize("model", OURS, ids=named)
def test_a_key_protects_what_it_points_to(model: Any) -> None:
    for field in model._meta.fields:
        if isinstance(field, models.ForeignKey):
            assert field.remote_field.on_delete is models.PROTECT, f"{named(field)}: nothing vanishes by itself"


@pytest.mark.parametrize("model", OURS, ids=named)
def test_ids_cannot_be_counted(model: Any) -> None:
    assert model._meta.pk.get_internal_type() == "UUIDField"


@pytest.mark.parametrize("model", OURS, ids=named)
def test_constraints_and_indexes_are_named_for_a_fact(model: Any) -> None:
    for each in (*model._meta.constraints, *model._meta.indexes):
        assert each.name, named(model)
        assert not each.name.startswith(model._meta.db_table + "_"), f"{each.name} is a made-up name"


def test_every_app_of_ours_is_in_the_order_of_imports() -> None:
    labels = {
        model._meta.app_label for model in apps.get_models() if not model.__module__.startswith(("django.", "allauth."))
    }
    assert labels <= set(ORDER)


def test_migrations_are_up_to_date(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def test_every_migration_can_be_written_as_sql(db: None) -> None:
    for app in ORDER:
        config = apps.get_app_config(app)
        for name in sorted(config_migrations(config)):
            call_command("sqlmigrate", app, name, stdout=StringIO())


def config_migrations(config: Any) -> list[str]:
    return [path.stem for path in Path(config.path, "migrations").glob("0*.py")]
