"""A lost phone where no school can help: a service administrator's own, or a log-in that opens several schools."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from schools.log_in.backends import as_kept
from schools.log_in.passwords import send_link
from schools.log_in.revoking import revoke_everything
from schools.models import User
from schools.wall import in_school


class Command(BaseCommand):
    """Asks for the address, because what stands in a command line is seen by everybody on the machine."""

    help = "Take everything a log-in logs in with, and send it the link to begin anew. Make sure first who asks for it."

    def handle(self, *args: object, **options: Any) -> None:
        address = as_kept(input("Email address of the log-in: "))
        with in_school(None):
            user = User.objects.filter(email=address, is_active=True).first()
            if user is None:
                raise CommandError("No open log-in has this address. A school opens a closed one under People.")
            done = revoke_everything(user.pk)
            send_link(user.email)
        self.stdout.write(
            f"{done.sessions} sessions ended, {done.second_steps} second steps taken away; the link was sent."
        )
