"""``manage.py seed_demo``: fills the demonstration. Run again, it adds what is missing and changes nothing else."""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from aup.demo import fill_agreements
from incidents.demo.acts import Setting, acts_of
from incidents.demo.mailing import hand_over
from incidents.demo.people import everybody_of, holders_of
from incidents.demo.queueing import Desk, QueuedMail
from incidents.demo.stories import stories_of
from incidents.demo.writing import Writer
from incidents.models import Incident
from packs import loader
from schools.demo_calendar import school_days_before
from schools.demo_cast import SCHOOLS, DemoSchool
from schools.demo_people import demo_id, fill_schools, school_id_of
from schools.models import Person, School
from schools.wall import enter_school, in_school


class Command(BaseCommand):
    """Fills two fictional schools with people, agreements and the incidents of two school years."""

    help = "Fill the demonstration: two fictional schools, their people and incidents of two years. Needs DEBUG=1."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how much was added, in numbers only."""
        if not settings.DEBUG:
            raise CommandError("The demonstration is filled with DEBUG=1 only: its password is known to everybody.")
        # Sixty mails on their way would be told one by one.
        logging.disable(logging.INFO)
        try:
            self.fill(timezone.localtime())
        finally:
            logging.disable(logging.NOTSET)

    def fill(self, now: datetime) -> None:
        """Fill what is missing."""
        people_before = count_people()
        with in_school(None):
            fill_schools(today=now.date())
        with in_school(None):
            signatures = sign_all(now)
        # All or nothing: a run that is cut short leaves no story half told.
        with in_school(None):
            writers: list[Writer] = []
            mails = hand_over(write_all(now, writers))
        people = count_people() - people_before
        self.stdout.write(f"Added: {people} people, {len(writers)} incidents, {mails} mails, {signatures} signatures.")


def count_people() -> int:
    """Everybody in the schools of the demonstration. Three queries a school."""
    count = 0
    for school in SCHOOLS:
        with in_school(school_id_of(school)):
            count += Person.objects.count()
    return count


def sign_all(now: datetime) -> int:
    """Publish the agreements of every school of the demonstration, and have people sign; how many signatures."""
    count = 0
    for school in SCHOOLS:
        with in_school(school_id_of(school)):
            count += fill_agreements(school, now=now)
    return count


def write_all(now: datetime, writers: list[Writer]) -> Iterator[QueuedMail]:
    """Write what is missing, and give each mail on so that it is drawn while the next story is written."""
    for school in SCHOOLS:
        # Entered and not "in": what becomes of the mails is told in the same transaction, while this waits.
        enter_school(school_id_of(school))
        for writer in write_stories(school, now):
            writers.append(writer)
            yield from writer.mails


def write_stories(school: DemoSchool, now: datetime) -> Iterator[Writer]:
    """Write the school's stories that are not there yet, inside the caller's transaction."""
    setting = Setting(
        people=everybody_of(school),
        holders=holders_of(school),
        days=tuple(school_days_before(now.date())),
        now=now,
    )
    desk = Desk(
        school=School.objects.get(pk=school_id_of(school)),
        pack=loader.latest(school.pack_code),
        holders={post: setting.people[key] for post, key in setting.holders.items()},
    )
    ids = {demo_id(school.key, "incident", story.key): story for story in stories_of(school.key)}
    there = set(Incident.objects.filter(pk__in=ids).values_list("pk", flat=True))
    for incident_id, story in ids.items():
        if incident_id not in there:
            writer = Writer(desk, incident_id, setting.people[story.by], desk.holders[story.handled_by])
            for act in acts_of(story, setting):
                writer.write(act)
            yield writer
