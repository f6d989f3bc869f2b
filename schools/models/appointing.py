"""Posts that it takes two people to give or to end, and their holders' log-ins: what one asks for, another decides."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from schools.models.people import Person
from schools.models.school import School
from schools.models.users import Post
from schools.roles import POSTS, ROLE_NAMES, TWO_PERSON_POSTS
from schools.rules.posts import Decision, Kind
from schools.tenancy import InSchoolForeignKey, unique_in_school

_NAMES = {Decision.WAITING: "waiting", Decision.CONFIRMED: "agreed", Decision.REFUSED: "refused"}
_NAMES[Decision.WITHDRAWN] = "withdrawn"


class Appointment(models.Model):
    """One person asks that somebody be given a post, or lose it, or that the log-in of its holder begin anew; another
    agrees or refuses (threat T4)."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "kind": "none",
            "post": "none",
            "person": "personal",
            "person_user": "personal",
            "day": "personal",
            "ends": "none",
            "requested_by": "personal",
            "requested_at": "none",
            "state": "none",
            "decided_by": "personal",
            "decided_at": "none",
        }
        keep = "as long as the school uses the service"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="appointments")
    kind = models.CharField(
        max_length=8,
        choices=[
            (Kind.GIVE.value, "to be given"),
            (Kind.END.value, "to be ended"),
            (Kind.RENEW.value, "log-in to begin anew"),
        ],
    )
    post = models.CharField(
        max_length=24, choices=[(role.value, ROLE_NAMES[role]) for role in POSTS if role in TWO_PERSON_POSTS]
    )
    person = InSchoolForeignKey(Person, related_name="appointments")
    # Their log-in when it was asked for, so that the database itself can tell the three people apart.
    person_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    day = models.DateField(help_text="The first day of a post that is given, the last one of a post that is ended.")
    ends = InSchoolForeignKey(Post, null=True, related_name="+", help_text="Whose time in the post ends with it.")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    state = models.CharField(
        max_length=10,
        choices=[(each.value, _NAMES[each]) for each in Decision],
        default=Decision.WAITING.value,
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("appointment"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="decided_appointment_says_by_whom_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "refused"]) | ~Q(decided_by=F("requested_by")),
                name="appointment_takes_two_people",
            ),
            models.CheckConstraint(
                condition=Q(person_user__isnull=True) | ~Q(person_user=F("requested_by")),
                name="nobody_asks_for_a_post_of_their_own",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(person_user__isnull=True) | ~Q(person_user=F("decided_by")),
                name="nobody_agrees_to_a_post_of_their_own",
            ),
            models.CheckConstraint(
                condition=~Q(kind="end") | Q(ends__isnull=False), name="appointment_to_end_a_post_says_which"
            ),
            models.UniqueConstraint(
                fields=["school", "person", "post"],
                condition=Q(state="waiting"),
                name="one_appointment_waits_for_a_person_and_post",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.post}"
