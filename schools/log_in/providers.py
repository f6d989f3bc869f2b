"""Logging in with an account at Google or Microsoft, where the settings name one (see docs/log-in.md)."""

from dataclasses import dataclass

from allauth.socialaccount.providers.google import views as google
from allauth.socialaccount.providers.microsoft import views as microsoft
from django.conf import settings
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST, require_safe

from audit.traces import untraced

# How their log-ins end is put on record by schools.log_in.adapters.
_BEGIN = untraced("nothing: it leads on to the provider")
_BACK = untraced("nothing: it leads on into the service", writes=("log_in.done", "log_in.failed"))
_VIEWS = {"google": google, "microsoft": microsoft}
NAMES = {"google": "Google", "microsoft": "Microsoft"}


@dataclass(frozen=True, slots=True)
class Offered:
    """One that the log-in page offers."""

    code: str
    name: str

    @property
    def url_name(self) -> str:
        """Where the way there begins."""
        return f"{self.code}_login"


def offered() -> tuple[Offered, ...]:
    """Those that are set up."""
    return tuple(Offered(code, name) for code, name in NAMES.items() if code in settings.SOCIALACCOUNT_PROVIDERS)


def addresses() -> list[URLPattern]:
    """The two addresses of each that is set up. The way there is posted, so that no link can begin it."""
    return [
        each
        for code, views in _VIEWS.items()
        if code in settings.SOCIALACCOUNT_PROVIDERS
        for each in (
            path(f"log-in/{code}/", _BEGIN(require_POST(views.oauth2_login)), name=f"{code}_login"),
            path(f"log-in/{code}/back/", _BACK(require_safe(views.oauth2_callback)), name=f"{code}_callback"),
        )
    ]
