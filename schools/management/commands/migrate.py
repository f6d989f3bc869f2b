"""``manage.py migrate``, as the owner of the tables."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate

from schools.ownership import NotReady, as_owner, must_be_ready


class Command(migrate.Command):
    """Django's own, logged in by DATABASE_OWNER_URL; it refuses where the walls could not be built."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, or say in a sentence why not."""
        try:
            with as_owner():
                must_be_ready()
                super().handle(*args, **options)
        except NotReady as refusal:
            raise CommandError(str(refusal)) from None
