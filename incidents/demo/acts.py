"""From a story to what people did and when, as they would do it on the pages. Pure; the clock is passed in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from uuid import UUID

from incidents.demo.stories import Advice, Course, Fate, Finding, KeptText, Story, cast_of
from schools.demo_people import DemoPerson
from schools.roles import Role
from schools.rules.school_years import school_year_start

OFFICE_ENDS = time(16, 30)
# So many school days a case takes from the report until it is closed.
TAKES_DAYS = 5


@dataclass(frozen=True, slots=True)
class Draft:
    """Something was typed into a report and not sent."""

    at: datetime
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """A member of staff reported."""

    at: datetime
    answers: Mapping[str, Any]
    about: str = ""
    in_confidence: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """The co-ordinator logged it straight onto the form."""

    at: datetime
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Save:
    """Whoever handles it saved a page of the record."""

    at: datetime
    page: str
    answers: Mapping[str, Any]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Keep:
    """Whoever handles it added a file."""

    at: datetime
    file: KeptText


@dataclass(frozen=True, slots=True)
class Send:
    """Whoever handles it sent the record to the authority, and what became of the mail."""

    at: datetime
    fate: Fate
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """Whoever handles it closed it."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Reopen:
    """Whoever handles it opened it again."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class HandOn:
    """Whoever handled it handed it on to another post, whose holder goes on with it."""

    at: datetime
    to_post: Role
    reason: str


@dataclass(frozen=True, slots=True)
class Advise:
    """Whoever handles it put on record what was decided about advice from the LADO or the police."""

    at: datetime
    advice: Advice


@dataclass(frozen=True, slots=True)
class Confirm:
    """Whoever handles it confirmed the facts about each person as the form suggests them."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Decide:
    """Whoever decides on sanctions confirmed the facts and decided about each person, as the story says.

    ``ban_ends``: the last day of the loss of the internet, where it is a certain one. Such a ban ends when the
    demonstration's clock runs, for all to see; everything else that was over before ``today`` ended on its day.
    """

    at: datetime
    findings: Mapping[UUID, Finding]
    ban_ends: date | None
    today: date


Act = Draft | Report | Open | Save | Keep | Send | Close | Reopen | HandOn | Advise | Confirm | Decide


@dataclass(frozen=True, slots=True)
class Setting:
    """Where stories play: the school's people, who of them holds which post, its school days, and now."""

    people: Mapping[str, DemoPerson]
    holders: Mapping[Role, str]
    days: tuple[date, ...] = field(repr=False)
    now: datetime

    @property
    def zone(self) -> tzinfo:
        """The zone of the school's clocks."""
        assert self.now.tzinfo is not None
        return self.now.tzinfo

    @property
    def this_year(self) -> tuple[date, ...]:
        """The school days of the school year that runs, newest first."""
        return tuple(day for day in self.days if day >= school_year_start(self.now.date()))

    @property
    def last_year(self) -> tuple[date, ...]:
        """The school days of the year before, from its first one."""
        return tuple(sorted(day for day in self.days if day < school_year_start(self.now.date())))


def acts_of(story: Story, setting: Setting) -> tuple[Act, ...]:
    """Everything that was done about a story, in order. Raises KeyError for somebody the school does not have."""
    return tuple(_Telling(story, setting).acts())


class _Telling:
    """One story with its names and its times."""

    def __init__(self, story: Story, setting: Setting) -> None:
        self.story = story
        self.setting = setting
        self.cast = cast_of(story, setting.people)
        self.names = [each.name for each in self.cast]
        self.began_at = self._began_at()
        # Different for each story and the same on every run.
        self.spread = sum(map(ord, story.key)) % 45

    def acts(self) -> Iterator[Act]:
        story = self.story
        if story.course is Course.DRAFT:
            yield Draft(self.began_at, self._reported())
            return
        if story.last_year:
            yield Open(self.began_at, self._everything())
            yield from self._sent_and_decided(self.began_at + timedelta(minutes=20 + self.spread))
            return
        is_direct = story.by == self.setting.holders[Role.COORDINATOR]
        yield (
            Open(self.began_at, self._opened())
            if is_direct
            else Report(self.began_at, self._reported(), story.about, story.in_confidence)
        )
        if story.course is Course.NEW:
            return
        at = self.began_at + timedelta(minutes=3 if is_direct else 20 + self.spread)
        if not is_direct:
            # Nothing to correct, but from here on it is a record and its clock runs.
            yield Save(at, "details", {})
        what = self._what_happened() | (self._what_was_reported() if is_direct else {})
        yield Save(at + timedelta(minutes=4), "what-happened", what)
        yield Save(at + timedelta(minutes=6), "people", {"people": self._people()})
        if story.handed_on is not None:
            yield HandOn(at + timedelta(minutes=8), story.handed_on.to, self._told(story.handed_on.reason))
        if story.course is Course.BEGUN:
            return
        yield from self._dealt_with(at + timedelta(minutes=11))

    def _dealt_with(self, at: datetime) -> Iterator[Act]:
        story = self.story
        is_settled = story.course in {Course.CLOSED, Course.REOPENED}
        yield Save(at, "action", self._action(with_audit=story.course is not Course.CORRECTED))
        for number, file in enumerate(story.files, start=1):
            yield Keep(at + timedelta(minutes=number), file)
        for number, advice in enumerate(story.advice, start=len(story.files) + 1):
            yield Advise(at + timedelta(minutes=number), advice)
        if story.confirmed:
            yield Confirm(at + timedelta(minutes=len(story.files) + len(story.advice) + 1))
        if story.course is Course.READY:
            return
        if is_settled:
            later = at + timedelta(hours=3, minutes=self.spread)
            at = later if later.timetz().replace(tzinfo=None) < OFFICE_ENDS else at + timedelta(minutes=20)
            yield Save(at, "action", self._outcome())
        at += timedelta(minutes=7)
        if story.course is Course.UPDATED:
            yield self._send(at, Fate.ACKNOWLEDGED)
            at = _workday(at, 3 + self.spread % 4, time(15, 10 + self.spread))
            yield Save(at, "action", self._outcome(), reason="The outcome is known.")
            at += timedelta(minutes=6)
        yield from self._sent_and_decided(at)

    def _sent_and_decided(self, at: datetime) -> Iterator[Act]:
        story = self.story
        sent = self._send(at, story.fate)
        yield sent
        if story.course is Course.CORRECTED:
            yield Save(
                _workday(at, 1, time(9, 40)), "action", {"audit_of_use": self._told(story.audit)}, reason=story.reason
            )
        decided_at = _workday(sent.acknowledged_at or at, 1, time(14, self.spread))
        if story.is_decided and decided_at < self.setting.now:
            yield self._decide(decided_at)
        if story.course in {Course.CLOSED, Course.REOPENED, Course.UPDATED}:
            closed_at = _workday(sent.acknowledged_at or at, 1, time(15, 35))
            yield Close(closed_at)
            if story.course is Course.REOPENED:
                yield Reopen(_workday(closed_at, 3, time(8, 50)), story.reason)

    def _send(self, at: datetime, fate: Fate) -> Send:
        if fate is not Fate.ACKNOWLEDGED:
            return Send(at, fate)
        answered_at = at + timedelta(minutes=25 + 3 * self.spread)
        if answered_at.timetz().replace(tzinfo=None) > OFFICE_ENDS:
            answered_at = _workday(at, 1, time(9, self.spread))
        return Send(at, fate, answered_at)

    def _decide(self, at: datetime) -> Decide:
        findings = zip(self.cast, (self.story.finding(key) for _, key in self.story.people), strict=True)
        today = self.setting.now.date()
        return Decide(
            at,
            {who.person_id: found for who, found in findings if who.person_id is not None},
            today + timedelta(days=self.story.ban_ends) if self.story.ban_ends else None,
            today,
        )

    def _began_at(self) -> datetime:
        if self.story.hours_ago:
            return (self.setting.now - timedelta(hours=self.story.hours_ago)).replace(second=0, microsecond=0)
        return datetime.combine(self._day(), time.fromisoformat(self.story.at), tzinfo=self.setting.zone)

    def _day(self) -> date:
        if self.story.last_year:
            return self.setting.last_year[self.story.last_year - 1]
        days_back = self.story.day
        if self.story.this_year and len(self.setting.this_year) >= TAKES_DAYS:
            days_back = min(days_back, len(self.setting.this_year))
        return self.setting.days[days_back - 1]

    def _told(self, text: str) -> str:
        return self.story.telling(text, self.names)

    def _details(self) -> dict[str, Any]:
        story = self.story
        happened_at = story.happened_at
        if not story.happened_days_before and happened_at > f"{self.began_at:%H:%M}":
            happened_at = ""
        return {
            "happened_on": (self.began_at.date() - timedelta(days=story.happened_days_before)).isoformat(),
            "happened_at": happened_at,
            "location": story.place,
            "involved": list(story.involved),
            "involved_other": story.involved_other,
            "reported_by": story.reported_by,
            "identified_how": story.identified_how,
        }

    def _reported(self) -> dict[str, Any]:
        return {
            **self._details(),
            **self._what_was_reported(),
            "specific_action": self._told(self.story.so_far),
            "people": self._named(),
        }

    def _what_was_reported(self) -> dict[str, Any]:
        story = self.story
        flags = ("immediate_risk", "safeguarding", "sexual_images", "illegal_material")
        return {
            "types": list(story.types),
            "types_other": story.types_other,
            "description": self._told(story.text),
            **{flag: flag in story.flags for flag in flags},
        }

    def _opened(self) -> dict[str, Any]:
        details = self._details()
        if not details["reported_by"] and not details["identified_how"]:
            details["reported_by"] = str(self.setting.people[self.story.by].name)
        return details

    def _everything(self) -> dict[str, Any]:
        """The whole form, as it is put down at one go."""
        pages = (self._what_was_reported(), self._what_happened(), self._action(with_audit=True), self._outcome())
        return {
            **self._opened(),
            "people": self._people(),
            **{key: said for page in pages for key, said in page.items()},
        }

    def _what_happened(self) -> dict[str, Any]:
        story = self.story
        return {
            "deliberate": story.deliberate is not None,
            "deliberate_material": list(story.deliberate or ()),
            "deliberate_considered_as": list(story.considered_as),
            "accidental": story.accidental is not None,
            "accidental_material": list(story.accidental or ()),
            "risk_areas": list(story.risk),
            "on_school_equipment": story.equipment,
            "urls": list(story.urls),
        }

    def _named(self) -> list[dict[str, str]]:
        """Everybody in it, as whoever reports types them: a line each, with class or job."""
        return [
            {
                "person_id": "",
                "name": ", ".join(filter(None, (str(each.name), each.group))),
                "group": "",
                "kind": "other",
                "part": each.part,
            }
            for each in self.cast
        ]

    def _people(self) -> list[dict[str, str]]:
        """Everybody in it, as the co-ordinator picks them from the school's own pupils and staff."""
        return [
            {
                "person_id": str(each.person_id or ""),
                "name": str(each.name),
                "group": each.group,
                "kind": each.kind,
                "part": each.part,
            }
            for each in self.cast
        ]

    def _action(self, *, with_audit: bool) -> dict[str, Any]:
        story = self.story
        answers: dict[str, Any] = {
            "action_staff": list(story.staff),
            "action_child": list(story.child),
            "specific_action": "\n\n".join(filter(None, (self._told(story.so_far), self._told(story.action)))),
            "block_requested": "block_requested" in story.flags,
            "evidence": self._told(story.evidence),
        }
        return answers | ({"audit_of_use": self._told(story.audit)} if with_audit else {})

    def _outcome(self) -> dict[str, Any]:
        return {"outcome": self._told(self.story.outcome)}


def _workday(at: datetime, days: int, clock: time) -> datetime:
    """So many days later, or on the Monday after that, at a time of day."""
    day = at.date() + timedelta(days=days)
    day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
    return datetime.combine(day, clock, tzinfo=at.tzinfo)
