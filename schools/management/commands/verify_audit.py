"""Is the audit trail what it was when it was written? ``manage.py verify_audit --anchors mails.txt``."""

import argparse
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.rules import SERVICE, TROUBLE_WORDS, Anchor, Trouble, anchors_in, chains_of
from audit.verifying import Found, schools_in_the_trail, unguarded, verify_chain
from schools.wall import in_school


class Command(BaseCommand):
    """Reads every entry and every link, and ends with an error where something is wrong. Changes nothing."""

    help = "Verify the audit trail: every entry, every link and, with --anchors, what was mailed outside."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anchors",
            type=argparse.FileType(encoding="utf-8", errors="replace"),
            action="append",
            default=[],
            help="A mail with the figures of a day, or its text, or many of them in one file. May be given again.",
        )

    def handle(self, *args: object, **options: Any) -> None:
        anchors = tuple(anchor for file in options["anchors"] for anchor in anchors_in(file.read()))
        if options["anchors"] and not anchors:
            raise CommandError("There is no anchor in what --anchors names.")
        off = unguarded()
        for name in off:
            self.stdout.write(f"{Trouble.UNGUARDED}: {TROUBLE_WORDS[Trouble.UNGUARDED]} ({name})")
        trouble_count = len(off)
        entries_count = chain_count = 0
        for school_id in _chains(anchors):
            with in_school(school_id):
                verified = verify_chain(school_id, anchors)
            entries_count += verified.entries_count
            chain_count += verified.head is not None or verified.entries_count > 0
            trouble_count += sum({each.trouble: each.count for each in verified.found}.values())
            for each in verified.found:
                self.stdout.write(_line(each))
        if trouble_count:
            raise CommandError(f"The trail is not what it was: {trouble_count} found in {entries_count} entries.")
        self.stdout.write(f"{entries_count} entries in {chain_count} chains: each is what was written, where it was.")
        if not anchors:
            self.stdout.write("Without --anchors nobody can tell whether the last entries were cut off.")


def _chains(anchors: tuple[Anchor, ...]) -> list[UUID | None]:
    """Every school's, the service's own, and those that only an anchor or a row speaks of."""
    with in_school(None):
        known = schools_in_the_trail() | chains_of(anchors)
    return [None, *sorted(each for each in known if each is not None)]


def _line(found: Found) -> str:
    where = f"chain {found.school_id or SERVICE}"
    place = f", link {found.seq}" if found.seq is not None else ""
    entry = f", entry {found.entry_id}" if found.entry_id else ""
    return f"{found.trouble}: {TROUBLE_WORDS[found.trouble]} ({where}{place}{entry}; {found.count} such)"
