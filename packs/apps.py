"""A broken pack stops the start: no web server, worker or command runs on a policy that is not whole."""

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured

from packs import loader


class PacksConfig(AppConfig):
    name = "packs"
    verbose_name = "Policy packs"

    def ready(self) -> None:
        """Loads every pack (some 40 ms, kept for the process). Raises ImproperlyConfigured."""
        try:
            loader.latest(loader.DEFAULT_PACK)
        except (loader.PackError, loader.UnknownPack) as error:
            raise ImproperlyConfigured(str(error)) from None
