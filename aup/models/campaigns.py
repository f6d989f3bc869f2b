"""Asking many people at once, and reminding them."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from aup.rules.campaigns import CAMPAIGN_STATE_NAMES, INVITATION_STATE_NAMES, CampaignState, InvitationState
from packs.schema import SIGNERS
from schools.models import Person, School
from schools.tenancy import InSchoolForeignKey, unique_in_school


class Campaign(models.Model):
    """ "September 2026, all parents": who is asked, for which day, and when they are reminded."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "name": "none",
            "audience": "none",
            "class_names": "none",
            "for_day": "none",
            "reminder_days": "none",
            "ends_on": "none",
            "state": "none",
            "made_at": "none",
            "made_by": "personal",
            "opened_at": "none",
            "closed_at": "none",
        }
        keep = "as long as the school uses the service"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=80)
    audience = models.CharField(max_length=10, choices=[(each, each) for each in SIGNERS])
    class_names = ArrayField(
        models.CharField(max_length=20), default=list, help_text="Of these classes; empty for all."
    )
    for_day = models.DateField(help_text="The day on which the signatures are to count.")
    reminder_days = ArrayField(models.PositiveSmallIntegerField(), default=list)
    ends_on = models.DateField(help_text="No reminder goes out after this day, and links expire at its end.")
    state = models.CharField(
        max_length=8,
        choices=[(state.value, name) for state, name in CAMPAIGN_STATE_NAMES.items()],
        default=CampaignState.PREPARED.value,
    )
    made_at = models.DateTimeField()
    made_by = InSchoolForeignKey(Person, related_name="+")
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("campaign"),
            models.CheckConstraint(
                condition=Q(state=CampaignState.PREPARED.value) | Q(opened_at__isnull=False),
                name="open_campaign_says_since_when",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["school", "-made_at"], name="campaign_newest"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Invitation(models.Model):
    """That somebody is asked in a campaign, once, and what became of the mail."""

    class Privacy:
        fields: ClassVar[dict[str, str]] = {
            "id": "none",
            "school": "none",
            "campaign": "none",
            "person": "personal",
            "state": "personal",
            "notice_id": "none",
            "invited_at": "none",
            "reminded_count": "none",
            "last_reminded_on": "none",
        }
        keep = "as long as the campaign"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    campaign = InSchoolForeignKey(Campaign, related_name="invitations")
    person = InSchoolForeignKey(Person, related_name="invitations")
    state = models.CharField(
        max_length=10,
        choices=[(state.value, name) for state, name in INVITATION_STATE_NAMES.items()],
        default=InvitationState.WAITING.value,
    )
    # No key: notices are forgotten after 90 days, and invitations are not.
    notice_id = models.UUIDField(null=True, help_text="The newest mail about it.")
    invited_at = models.DateTimeField(null=True)
    reminded_count = models.PositiveSmallIntegerField(default=0)
    last_reminded_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            unique_in_school("invitation"),
            models.UniqueConstraint(fields=["campaign", "person"], name="one_invitation_a_person_and_campaign"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # What the sender takes next.
            models.Index(
                fields=["school", "campaign"],
                condition=Q(state=InvitationState.WAITING.value),
                name="invitation_to_send",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
