"""Is the register of signatures what it was when it was written? ``manage.py verify_signatures``."""

from django.core.management.base import BaseCommand, CommandError

from aup.services.verifying import unguarded, verify_register
from schools.wall import every_school


class Command(BaseCommand):
    """Reads every line and every published text, and ends with an error where something is wrong. Changes nothing."""

    help = "Verify every school's signed agreements: the chain, the texts, what is sealed, and the audit trail."

    def handle(self, *args: object, **options: object) -> None:
        off = unguarded()
        for name in off:
            self.stdout.write(f"a trigger that guards what was signed is off ({name})")
        trouble_count, lines_count, schools_count = len(off), 0, 0
        for school_id, _ in every_school():
            verified = verify_register(school_id)
            lines_count += verified.count
            schools_count += verified.count > 0
            trouble_count += len(verified.found)
            for each in verified.found:
                self.stdout.write(f"{each.words} (school {school_id}, {each.where})")
        if trouble_count:
            raise CommandError(f"What was signed is not what it was: {trouble_count} found in {lines_count} lines.")
        self.stdout.write(f"{lines_count} lines of {schools_count} schools: each is what was signed.")
