"""A campaign whose worker is killed midway, twice: every parent has exactly one mail.

CAMPAIGN_PARENTS=2500 .venv/bin/pytest -m faults tests/faults/test_campaign_kill.py
"""

import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.utils import timezone

from aup.models import Invitation
from aup.rules.campaigns import MAILS_PER_MINUTE
from aup.selectors.campaigns import campaign_page
from aup.services.campaigns import open_campaign
from dispatch.models import Notice
from schools.models import Guardian, Person, Pupil
from tests.aup.asked import DAY, Asked
from tests.dispatch.mail_servers import Mail
from tests.dispatch.outboxes import parsed
from tests.faults.chain import Chain, NoRedis, running, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("stack"), pytest.mark.django_db(transaction=True)]
PARENTS = int(os.environ.get("CAMPAIGN_PARENTS", "200"))
# What the minutes allow, and then what a busy machine may need for a mail.
SECONDS = 60 * (PARENTS // MAILS_PER_MINUTE) + 60 + PARENTS


@pytest.fixture
def chain(django_db_setup: None, transactional_db: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    try:
        with running(tmp_path_factory.mktemp("campaign")) as chain:
            yield chain
    except NoRedis:
        pytest.skip("no Redis on this platform")


def families(there: Asked) -> None:
    """Parents of two children each, all at once."""
    today = timezone.localdate()
    parents = [
        Person(school=there.school, given_name="Grace", family_name="Olorun", email=f"parent{number}@example.org")
        for number in range(PARENTS)
    ]
    children = [Person(school=there.school, given_name="Sam", family_name="Olorun") for _ in range(2 * PARENTS)]
    Person.objects.bulk_create([*parents, *children])
    Pupil.objects.bulk_create(
        [Pupil(school=there.school, person=each, year_group="Year 5", class_name="5B") for each in children]
    )
    Guardian.objects.bulk_create(
        [
            Guardian(
                school=there.school, guardian=parents[number // 2], child=child, verified_by=there.jo,
                verified_at=timezone.now(), starts_on=today - DAY, relation="mother", has_parental_responsibility=True,
            )
            for number, child in enumerate(children)
        ]
    )  # fmt: skip


def numbers_by_parent(mails: list[Mail]) -> dict[str, Counter[str]]:
    """For each address the Message-IDs of what came, each with how often."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for mail in mails:
        [address] = mail.recipients
        found[address][str(parsed(mail.content)["Message-ID"])] += 1
    return found


def test_every_parent_has_exactly_one_mail(chain: Chain) -> None:
    with transaction.atomic():
        there = Asked()
        families(there)
    campaign = there.campaign()
    started = time.monotonic()
    open_campaign(by=there.by, campaign_id=campaign.pk)
    assert time.monotonic() - started < 5 + PARENTS / 200, "nobody waits for the mails"
    # Once while invitations are being queued, and once while mails are going out.
    for is_there_yet in (
        lambda: Notice.objects.exists(),
        lambda: len(chain.sink.mails) > PARENTS // 4,
    ):
        wait_for(is_there_yet, "nothing is sent", seconds=SECONDS)
        chain.kill_workers()
        chain.start_worker()
    taken = Notice.objects.filter(state="accepted")
    wait_for(lambda: taken.count() == PARENTS, "not all mails were taken", seconds=SECONDS)
    time.sleep(3)
    found = numbers_by_parent(chain.sink.mails)
    assert set(found) == {f"parent{number}@example.org" for number in range(PARENTS)}
    assert {len(each) for each in found.values()} == {1}, "one mail for each parent"
    # What was in a worker's hands when it was killed may come again; it is the same mail by its Message-ID.
    repeats = sum(sum(each.values()) - 1 for each in found.values())
    assert repeats <= 4, "two processes, killed twice"
    assert set(Invitation.objects.values_list("state", flat=True)) == {"queued"}
    assert Notice.objects.count() == PARENTS
    assert campaign_page(viewer=there.by, campaign_id=campaign.pk).counts == (("sent", PARENTS),)
    logs = chain.logs()
    for word in ("Olorun", "parent1@", "All of them"):
        assert word not in logs
    assert not re.search(r"/sign/[A-Za-z0-9_-]{8}", logs)
