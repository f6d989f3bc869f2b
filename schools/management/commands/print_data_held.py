"""``manage.py print_data_held > docs/data-held.md``: what is kept about people, from the models themselves."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db.models import Model

KINDS = ("special", "personal", "none")
INTRODUCTION = """\
# What is held about people

Printed from the `Privacy` class of each model by `manage.py print_data_held`; a test fails when it is not fresh.

*Special* is what may reveal the health, sex life, belief, origin or wellbeing of a child, or that somebody is said to
have done wrong; *personal* is what else is about a person; the remaining fields are neither. Files, PDFs, mails and
passphrases are sealed (encrypted) in the database. Nothing is deleted by itself yet."""


class Command(BaseCommand):
    """Prints every model's fields by how personal they are, as Markdown."""

    help = "Print what is kept about people, as Markdown: manage.py print_data_held > docs/data-held.md"
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write("\n".join(lines()))


def models_with_privacy() -> list[type[Model]]:
    """Our own models, by app and name."""
    ours = [model for model in apps.get_models() if hasattr(model, "Privacy")]
    return sorted(ours, key=lambda model: model._meta.label)


def lines() -> Iterator[str]:
    """The page, line by line."""
    yield from INTRODUCTION.splitlines()
    for model in models_with_privacy():
        privacy: Any = model.Privacy  # type: ignore[attr-defined]
        yield ""
        yield f"## {model._meta.label}"
        yield ""
        yield (model.__doc__ or "").strip().splitlines()[0]
        yield ""
        yield f"Kept: {privacy.keep}."
        yield ""
        yield "| kind | fields |"
        yield "|---|---|"
        for kind in KINDS:
            names = [name for name, given in privacy.fields.items() if given == kind]
            if names:
                yield f"| {kind} | {', '.join(names)} |"
