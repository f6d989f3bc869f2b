"""The officer's page in a real browser, whose rules about the origin of a form no test client knows."""

from typing import Any

import pytest
from django.test.utils import override_settings
from playwright.sync_api import Browser

from dispatch import delivery
from tests import factories
from tests.dispatch.mail_servers import Sink
from tests.dispatch.outboxes import draw, fresh, link_token, queue_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_officer_presses_the_button(live_server: Any, mail_server: Sink, chromium: Browser) -> None:
    queued = queue_report(factories.viewer(factories.coordinator(factories.school())))
    delivery.deliver(school_id=queued.school_id, message_id=queued.pk, draw=draw)
    token = link_token(mail_server.mails[0].content)
    asked: list[tuple[str, str]] = []
    with override_settings(CSRF_TRUSTED_ORIGINS=[]), chromium.new_page(java_script_enabled=False) as page:
        page.on("request", lambda request: asked.append((request.url, request.headers.get("referer", ""))))
        page.goto(f"{live_server.url}/officer/{token}/")
        assert page.get_by_role("heading", level=1).inner_text() == "Has this report arrived?"
        page.get_by_label("Your name").fill("Alex Field")
        page.get_by_role("button", name="Yes, it has arrived").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Thank you"
    assert fresh(queued).acknowledged_by == "Alex Field"
    assert all(url.startswith(live_server.url) for url, _ in asked)
    assert not [referer for _, referer in asked if token in referer]
