"""A school with families and published agreements, and campaigns among them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from aup.models import AgreementVersion, Campaign
from aup.services.campaigns import CampaignDetails, make_campaign, open_campaign
from packs.schema import Signer
from schools.models import Person, School
from schools.roles import Role
from schools.viewer import Viewer
from tests import factories

DAY = timedelta(days=1)


@dataclass
class Asked:
    """A school whose parents' agreement is published, with a co-ordinator; families are added as a test needs them."""

    school: School = field(default_factory=factories.school)

    def __post_init__(self) -> None:
        self.version: AgreementVersion = factories.published(self.school, now=timezone.now() - 30 * DAY)
        self.jo: Person = factories.coordinator(self.school)
        self.by: Viewer = factories.viewer(self.jo)

    def parent(self, name: str, *children: Person, email: str | None = None) -> Person:
        """A parent of these children, with an address unless ``email`` is empty."""
        given_name, _, family_name = name.partition(" ")
        made = Person.objects.create(
            school=self.school,
            given_name=given_name,
            family_name=family_name,
            email=f"{given_name}@example.org".lower() if email is None else email,
        )
        for child in children:
            factories.parent_of(child, made)
        return made

    def family(self, number: int, *, class_name: str = "5B", email: str | None = None) -> tuple[Person, Person]:
        """A parent and a child of their own: ParentA and ChildA with 0, and so on."""
        letter = chr(ord("A") + number)
        child = factories.pupil(self.school, f"Child{letter} Olorun", class_name=class_name)
        return self.parent(f"Parent{letter} Olorun", child, email=email), child

    def campaign(self, audience: Signer = "parent", *classes: str, **said: object) -> Campaign:
        """A prepared campaign."""
        today = timezone.localdate()
        details: dict[str, object] = {
            "name": "All of them",
            "audience": audience,
            "class_names": classes,
            "for_day": today,
            "reminder_days": (7, 14),
            "ends_on": today + 42 * DAY,
        }
        return make_campaign(by=self.by, details=CampaignDetails(**{**details, **said}))  # type: ignore[arg-type]

    def opened(self, audience: Signer = "parent", *classes: str, **said: object) -> Campaign:
        """The same, opened."""
        made = self.campaign(audience, *classes, **said)
        return open_campaign(by=self.by, campaign_id=made.pk)


def at(day: date, hour: int = 9) -> datetime:
    """A moment of a day."""
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))  # noqa: DTZ001


def staff(of: School, name: str) -> Person:
    return factories.person(of, name, Role.STAFF)
