# ruff: noqa: E501
"""Fill the peer with tickets and print, as JSON, who is logged in and which tickets to ask for.

Run by the peer's own Python; Django's test runner and the product are not involved.
"""

import json
import os
import random
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.peer.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from helpdesk.models import Queue, Ticket  # noqa: E402

from bench.words import story  # noqa: E402

QUEUES = 20


def fill(count: int) -> None:
    """Tickets over five years in 20 queues, the first with a tenth of all; the texts of the product's incidents.

    Every tenth ticket has four follow-ups with two changes, as the incidents of the first school have four revisions.
    """
    choose = random.Random(2)
    user = get_user_model().objects.create_superuser("keeper", "keeper@bench.example.org")
    queues = [
        Queue.objects.create(title=f"Bench queue {n}", slug=f"bench{n}", default_owner=user) for n in range(QUEUES)
    ]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE story (n int PRIMARY KEY, text text)")
        stories = [(n, story(choose, rare=n == 3000)) for n in range(3001)]
        cursor.executemany("INSERT INTO story VALUES (%s, %s)", stories)
        cursor.execute(
            """
            INSERT INTO helpdesk_ticket (title, queue_id, created, modified, submitter_email, assigned_to_id, status,
                on_hold, description, resolution, priority, secret_key)
            SELECT left(s.text, 60), %(queue)s + CASE WHEN g %% 10 = 0 THEN 0 ELSE 1 + g %% 19 END,
                now() - (%(count)s - g) * (interval '1825 days' / %(count)s), now(), 'reporter@bench.example.org', %(user)s,
                CASE WHEN g > %(count)s * 0.97 THEN 1 ELSE 4 END, false, s.text, 'Done.', 1 + g %% 5, md5(g::text)
            FROM generate_series(1, %(count)s) g
            JOIN story s ON s.n = CASE WHEN (g / 10) %% 1000 = 7 THEN 3000 ELSE (hashint4(g)::bigint & 2147483647) %% 3000 END
            ORDER BY g
            """,
            {"count": count, "queue": queues[0].pk, "user": user.pk},
        )
        cursor.execute(
            """
            INSERT INTO helpdesk_followup (ticket_id, date, title, comment, public, user_id, new_status)
            SELECT t.id, t.created + k * interval '1 hour', 'Comment', left(s.text, 200), false, %s, NULL
            FROM helpdesk_ticket t CROSS JOIN generate_series(1, 4) k
            JOIN story s ON s.n = (t.id * 7 + k) %% 3000
            WHERE k = 1 OR t.id %% 10 = 0 ORDER BY t.id, k
            """,
            [user.pk],
        )
    connection.cursor().execute("VACUUM (ANALYZE)")


def log_in() -> str:
    """A session of the keeper."""
    user = get_user_model().objects.get(username="keeper")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def main() -> None:
    """Migrate and fill what is missing, then say what there is."""
    count = int(sys.argv[1])
    call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    if Ticket.objects.count() < count:
        fill(count)
    tickets = list(Ticket.objects.filter(id__endswith="0").order_by("-id").values_list("id", flat=True)[200:400])
    print(json.dumps({"session": log_in(), "tickets": tickets, "queue": Queue.objects.order_by("pk")[0].pk}))


if __name__ == "__main__":
    main()
