"""A request that another site has somebody's browser send is refused at every address, and leaves nothing behind."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.access.browsing import CSRF_SECRET, UNSAFE
from tests.access.conftest import Stage
from tests.access.personas import BY_KEY
from tests.access.table import body_of, routes, rows

pytestmark = pytest.mark.django_db

WRITES = ("INSERT", "UPDATE", "DELETE")
# What a refusal may leave: the trace of it.
TRACES = ("audit_",)
FORGERIES = {
    "without the token": {},
    "with another token": {"HTTP_X_CSRFTOKEN": "f" * 32},
    "from another site": {"HTTP_X_CSRFTOKEN": CSRF_SECRET, "HTTP_ORIGIN": "https://elsewhere.example.org"},
}


@pytest.mark.parametrize("name", routes())
def test_every_forged_request_is_refused(
    stage: Stage, name: str, record_property: Callable[[str, object], None]
) -> None:
    route, row, wrong = routes()[name], rows()[name], []
    # As somebody who may, so that nothing but the forgery is in the way.
    persona = next(iter(row.allowed("POST") or row.allowed("GET")), BY_KEY["coordinator"])
    browser, about = stage.as_persona(persona), row.object_for(persona)
    path = route.path(stage.world.made.get(about, {}))
    tried = [(how, extra, method) for how, extra in FORGERIES.items() for method in sorted(UNSAFE)]
    for how, extra, method in tried:
        body = body_of(name, stage.world, persona, about) if method == "POST" else None
        with CaptureQueriesContext(connection) as captured:
            answer = browser.ask(method, path, body, token=False, extra=extra)
        # A second answer to a method that is refused anyway is no less a refusal.
        if answer.status != 403 and not (name == "incidents:evidence_add" and answer.status == 405):
            wrong.append(f"{method} {how} as {persona.key}: {answer.status}")
        written = [each["sql"][:60] for each in captured if each["sql"].startswith(WRITES)]
        wrong += [f"{method} {how}: {sql}" for sql in written if not any(f'"{trace}' in sql for trace in TRACES)]
    record_property("forged", len(tried))
    assert wrong == [], "\n" + "\n".join(wrong)


def test_the_token_is_in_no_script_s_reach() -> None:
    assert settings.CSRF_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_SAMESITE == settings.SESSION_COOKIE_SAMESITE == "Lax"
