"""Who asks the product's pages in the bench, and which incidents they open. Needs a process of the product."""

import itertools
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from django.utils import timezone

from incidents.models import Incident
from incidents.selectors.log import Filters, PageKey
from incidents.views import saved_views
from schools.log_in import marks
from schools.models import User
from schools.selectors import viewer_for
from schools.viewer import Viewer
from schools.wall import in_school


class Visitor:
    """Somebody who is logged in."""

    def __init__(self, email: str) -> None:
        user = User.objects.get(email=email)
        viewer = viewer_for(user_id=user.pk, today=timezone.localdate())
        if viewer is None:
            raise LookupError(f"{email} belongs to no school")
        self.viewer: Viewer = viewer
        self.session = SessionStore()
        self.session[SESSION_KEY] = str(user.pk)
        self.session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        self.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        # What a log-in by both steps leaves behind.
        marks.begin(self.session, now=time.time(), second_step="totp")
        self.session.create()

    def cookies(self) -> dict[str, str]:
        """What their browser sends."""
        return {settings.SESSION_COOKIE_NAME: str(self.session.session_key)}

    def log_narrowed(self, filters: Filters) -> str:
        """The address of the log, narrowed to this."""
        view = saved_views.keep(self.session, self.viewer, filters)
        self.session.save()
        return reverse("incidents:log") + "?" + urlencode({"view": view})

    def late_page(self) -> str:
        """The address of the last whole page of the log."""
        rows = Incident.objects.filter(school_id=self.viewer.school_id).exclude(status="draft")
        with in_school(self.viewer.school_id):
            oldest = list(rows.order_by("logged_at", "id").values_list("logged_at", "pk")[:51])
        key = PageKey("older", *oldest[-1]).encode()
        return reverse("incidents:log") + "?" + urlencode({"after": key})

    def incidents(self, status: str, *, most: int = 60) -> Iterator[Incident]:
        """The newest incidents of this status, again and again."""
        rows = Incident.objects.filter(school_id=self.viewer.school_id, status=status).order_by("-logged_at")
        with in_school(self.viewer.school_id):
            return itertools.cycle(list(rows[:most]))


def report_form(page: str) -> list[tuple[str, str]]:
    """What somebody posts who got this page of the report: its hidden fields, and a report with two people."""
    hidden = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page)
    form = []
    for each in hidden:
        name, value = re.search(r'name="([^"]*)"', each), re.search(r'value="([^"]*)"', each)
        if name and value:
            form.append((name[1], unescape(value[1])))
    day = timezone.localdate() - timedelta(days=1)
    return [
        *form,
        ("types", "bullying"),
        ("types", "hacking"),
        ("about", "nobody"),
        ("description", STORY),
        ("happened_on_day", str(day.day)),
        ("happened_on_month", str(day.month)),
        ("happened_on_year", str(day.year)),
        ("happened_at", "14:02"),
        ("location", "in_setting"),
        ("involved", "child"),
        ("people_subject", "Ada Thorne, 5R"),
        ("people_affected", "Wilf Usher, 5R"),
        ("specific_action", "The screen was turned off."),
        ("action", "send"),
    ]


STORY = (
    "In the computing lesson a pupil typed the password of another pupil, opened the shared account of the class and "
    "wrote a message to the others in it. The pupil whose account it is noticed it at once and told the class teacher. "
    "The message was covered, nobody forwarded it, and the account was locked until its password was changed."
)
