"""Where the static files are, looked up once a process."""

from functools import cache

from whitenoise.storage import CompressedManifestStaticFilesStorage


class RememberedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed and compressed files as whitenoise serves them. The head of each page names ten."""

    @cache  # noqa: B019  there is one storage a process, and it stays
    def url(self, name: str, force: bool = False) -> str:
        """The address of a file; it does not change while the process runs."""
        address: str = super().url(name, force)
        return address
