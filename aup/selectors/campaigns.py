"""Campaigns: who is asked in one, for whom, how far they have come, and who is to be asked on paper.

Duties A1, A4 (CM 3.3, CC 3.2).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from aup.models import AgreementSettings, Campaign, Invitation, Signature, SigningLink
from aup.rules.campaigns import (
    CAMPAIGN_STATE_NAMES,
    OUTSTANDING,
    PROGRESS_NAMES,
    REMINDER_DAYS,
    CampaignState,
    InvitationState,
    Progress,
    asked_by,
    is_asked_for,
    progress_of,
    tidy_days,
)
from aup.rules.due import Due, Kind, due_of
from aup.selectors.policy import SIGNERS
from aup.selectors.standing import StandingOf, standing_on
from dispatch.models import Notice
from packs.schema import Signer
from schools.addresses import UnsafeAddress, safe_address
from schools.models import Person, Pupil
from schools.roles import Permission
from schools.viewer import Viewer

WITHOUT_CLASS = "No class"
OVER = "over: its last day has passed"
PAPER_STATES = (InvitationState.NO_ADDRESS.value, InvitationState.BOUNCED.value)


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One campaign in the list."""

    campaign_id: UUID
    name: str
    audience: str
    for_day: date
    ends_on: date
    state: CampaignState
    state_name: str
    asked_count: int
    paper_count: int


@dataclass(frozen=True, slots=True)
class CampaignChoices:
    """What can be chosen for a new campaign, and what the school says unless somebody says otherwise."""

    classes: tuple[str, ...]
    reminder_days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One person who is asked: for which children, and how far it has come."""

    name: str
    children: tuple[str, ...]
    agreement_count: int
    progress: Progress | None
    said: str


@dataclass(frozen=True, slots=True)
class AskedGroup:
    """The people asked for a class, or all of an audience that is in no class."""

    name: str
    lines: tuple[AskedLine, ...]


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """A campaign whole. Before it is opened ``groups`` is everybody who would be asked; afterwards who still is."""

    campaign: Campaign
    audience: str
    state: CampaignState
    state_name: str
    is_prepared: bool
    is_open: bool
    is_over: bool
    asked_count: int
    mail_count: int
    amounts: tuple[tuple[int, int], ...]
    counts: tuple[tuple[str, int], ...]
    answered_count: int
    needed_count: int
    waiting_count: int
    again_count: int
    no_address: tuple[AskedGroup, ...]
    bounced: tuple[AskedGroup, ...]
    groups: tuple[AskedGroup, ...]
    group_counts: tuple[tuple[str, int], ...]
    chosen: str


def campaigns_page(*, viewer: Viewer) -> tuple[CampaignLine, ...]:
    """The school's campaigns, the newest first. One query. Raises NotAllowed."""
    viewer.must(Permission.RUN_CAMPAIGNS)
    today = timezone.localdate()
    rows = (
        Campaign.objects.filter(school_id=viewer.school_id)
        .annotate(
            asked_count=Count("invitations"),
            paper_count=Count("invitations", filter=Q(invitations__state__in=PAPER_STATES)),
        )
        .order_by("-made_at")
    )
    return tuple(
        CampaignLine(
            campaign_id=each.pk,
            name=each.name,
            audience=SIGNERS[each.audience],
            for_day=each.for_day,
            ends_on=each.ends_on,
            state=state_on(each, today)[0],
            state_name=state_on(each, today)[1],
            asked_count=each.asked_count,
            paper_count=each.paper_count,
        )
        for each in rows
    )


def campaign_choices(*, viewer: Viewer) -> CampaignChoices:
    """The classes that can be asked, and the school's own reminder days. Two queries. Raises NotAllowed."""
    viewer.must(Permission.RUN_CAMPAIGNS)
    said = AgreementSettings.objects.filter(school_id=viewer.school_id).values_list("reminder_days", flat=True).first()
    classes = class_names_at(viewer.school_id, timezone.localdate())
    return CampaignChoices(classes, tidy_days(said or REMINDER_DAYS))


def class_names_at(school_id: UUID, day: date) -> tuple[str, ...]:
    """The classes with pupils on roll on a day. One query."""
    rows = Pupil.objects.filter(Q(left_on__isnull=True) | Q(left_on__gte=day), school_id=school_id)
    return tuple(rows.exclude(class_name="").order_by("class_name").values_list("class_name", flat=True).distinct())


def classes_of(school_id: UUID, person_ids: Collection[UUID] | None = None) -> dict[UUID, str]:
    """The class of each pupil, or of each of these people who is one. One query."""
    rows = Pupil.objects.filter(school_id=school_id)
    if person_ids is not None:
        rows = rows.filter(person_id__in=list(person_ids))
    return dict(rows.values_list("person_id", "class_name"))


def counts_on(campaign: Campaign, today: date) -> date:
    """The day on which signatures must count: the campaign's, and after that the day it is. No query."""
    return max(campaign.for_day, today)


def asked_in(
    campaign: Campaign, day: date, *, person_ids: Collection[UUID] | None = None
) -> tuple[StandingOf, dict[UUID, str], dict[UUID, tuple[Due, ...]]]:
    """Where people stand on a day, the pupils' classes, and who is asked for what in a campaign. Eight queries."""
    standing = standing_on(campaign.school_id, day, person_ids=person_ids)
    classes = classes_of(campaign.school_id, person_ids)
    about = None
    if campaign.class_names:
        chosen = frozenset(campaign.class_names)
        about = {person_id for person_id, name in classes.items() if name in chosen}
    audiences = {each.version_id: each.audience for each in standing.papers}
    return standing, classes, asked_by(audience_of(campaign), due_of(standing.lines), audiences, about)


def audience_of(campaign: Campaign) -> Signer:
    """For whom a campaign is. No query."""
    return campaign.audience  # type: ignore[return-value]


def state_on(campaign: Campaign, today: date) -> tuple[CampaignState, str]:
    """Where a campaign stands as somebody sees it, with its name: past its last day an open one is over. No query.

    Nothing goes out of it then, whether or not somebody has closed it: ``open_campaigns`` leaves it out.
    """
    state = CampaignState(campaign.state)
    if state is CampaignState.OPEN and campaign.ends_on < today:
        return CampaignState.CLOSED, OVER
    return state, CAMPAIGN_STATE_NAMES[state]


def mailable(address: str) -> str:
    """The address as a mail can go to it; empty for none, and for one that no mail of ours goes to. No query."""
    try:
        return safe_address(address) if address else ""
    except UnsafeAddress:
        return ""


def campaign_page(*, viewer: Viewer, campaign_id: UUID, today: date | None = None, group: str = "") -> CampaignPage:
    """A campaign, with the lines of one group; of all of them where there are few. At most fourteen queries.

    Raises NotAllowed, Campaign.DoesNotExist.
    """
    viewer.must(Permission.RUN_CAMPAIGNS)
    today = today or timezone.localdate()
    campaign = Campaign.objects.get(school_id=viewer.school_id, pk=campaign_id)
    day = counts_on(campaign, today)
    standing, classes, asked = asked_in(campaign, day)
    rows = {each.person_id: each for each in Invitation.objects.filter(campaign=campaign, school_id=viewer.school_id)}
    is_prepared = campaign.state == CampaignState.PREPARED
    wanted = {*asked, *(due.about_id for each in asked.values() for due in each)}
    people = {each.pk: each for each in Person.objects.filter(school_id=viewer.school_id, pk__in=wanted)}
    if is_prepared:
        far: dict[UUID, Progress] = {}
        no_address = {each for each in asked if not mailable(people[each].email)}
        bounced: set[UUID] = set()
        here, asked_count, again_count = asked, len(asked), 0
    else:
        far = _progress(campaign, standing, asked, rows, day)
        here = {key: due for key, due in asked.items() if key in rows and far[key] in OUTSTANDING}
        no_address, bounced = (
            {key for key in here if rows[key].state == state}
            for state in (InvitationState.NO_ADDRESS, InvitationState.BOUNCED)
        )
        asked_count = len(rows)
        addresses = {key: people[key].email for key in asked}
        again_count = sum(len(each) for each in to_ask_again(viewer.school_id, asked, rows, addresses))
    make = _Groups(audience_of(campaign), classes, people, far)
    by_group = make.of(here)
    chosen = group if any(each.name == group for each in by_group) else ""
    counted = Counter(far.values())
    return CampaignPage(
        campaign=campaign,
        audience=SIGNERS[campaign.audience],
        state=state_on(campaign, today)[0],
        state_name=state_on(campaign, today)[1],
        is_prepared=is_prepared,
        is_open=campaign.state == CampaignState.OPEN,
        is_over=campaign.ends_on < today,
        asked_count=asked_count,
        mail_count=asked_count - len(no_address),
        amounts=tuple(sorted(Counter(len(each) for each in asked.values()).items())) if is_prepared else (),
        counts=tuple((PROGRESS_NAMES[each], counted[each]) for each in Progress if counted[each]),
        answered_count=counted[Progress.SIGNED] + counted[Progress.REFUSED],
        needed_count=asked_count - counted[Progress.NOT_NEEDED],
        waiting_count=counted[Progress.WAITING],
        again_count=again_count,
        no_address=make.of({key: due for key, due in here.items() if key in no_address}),
        bounced=make.of({key: due for key, due in here.items() if key in bounced}),
        groups=tuple(each for each in by_group if each.name == chosen or len(by_group) == 1),
        group_counts=tuple((each.name, len(each.lines)) for each in by_group),
        chosen=chosen,
    )


def to_ask_again(
    school_id: UUID,
    asked: Collection[UUID],
    rows: Mapping[UUID, Invitation],
    addresses: Mapping[UUID, str],
) -> tuple[set[UUID], set[UUID]]:
    """Who has something to sign and was never invited, and who could not be reached and has a new address since.

    One query where mails came back, else none.
    """
    newcomers = {key for key in asked if key not in rows}
    unreached = {key: rows[key] for key in asked if key in rows and rows[key].state in PAPER_STATES}
    tried: dict[UUID | None, str] = {}
    if notice_ids := [each.notice_id for each in unreached.values() if each.notice_id]:
        tried = dict(Notice.objects.filter(school_id=school_id, pk__in=notice_ids).values_list("pk", "to_address"))
    again = {
        key
        for key, row in unreached.items()
        if (address := mailable(addresses[key])) and address != tried.get(row.notice_id)
    }
    return newcomers, again


def waiting_campaigns(school_id: UUID, today: date) -> list[UUID]:
    """The open campaigns in which somebody still waits for the invitation. One query."""
    waiting = open_campaigns(school_id, today).filter(invitations__state=InvitationState.WAITING.value)
    return list(waiting.order_by("opened_at").values_list("pk", flat=True).distinct())


def open_campaigns(school_id: UUID, today: date) -> QuerySet[Campaign]:
    """The campaigns that are open and not past their last day. No query yet."""
    return Campaign.objects.filter(school_id=school_id, state=CampaignState.OPEN.value, ends_on__gte=today)


def last_day(today: date, lasts_days: int) -> date:
    """The last day of a campaign that begins today, unless somebody says another. No query."""
    return today + timedelta(days=lasts_days)


def _progress(
    campaign: Campaign,
    standing: StandingOf,
    asked: Mapping[UUID, tuple[Due, ...]],
    rows: Mapping[UUID, Invitation],
    day: date,
) -> dict[UUID, Progress]:
    """How far everybody who was invited has come. Two queries."""
    audience = audience_of(campaign)
    audiences = {each.version_id: each.audience for each in standing.papers}
    opened = set(
        SigningLink.objects.filter(
            school_id=campaign.school_id, invitation__campaign=campaign, first_opened_at__isnull=False
        ).values_list("person_id", flat=True)
    )
    said: dict[tuple[UUID, str], set[tuple[UUID, UUID]]] = defaultdict(set)
    lines = Signature.objects.filter(
        school_id=campaign.school_id,
        counts_until__gte=day,
        version_id__in=list(audiences),
        kind__in=[Kind.SIGNED.value, Kind.REFUSED.value],
    )
    for signer_id, kind, version_id, about_id in lines.values_list("signer_id", "kind", "version_id", "about_id"):
        if signer_id in rows and is_asked_for(
            audience=audience, version_audience=audiences[version_id], signer_id=signer_id, about_id=about_id
        ):
            said[signer_id, kind].add((version_id, about_id))
    return {
        person_id: progress_of(
            InvitationState(row.state),
            is_asked=person_id in asked,
            has_opened=person_id in opened,
            has_signed=bool(said[person_id, Kind.SIGNED]),
            # Whoever refused first and signed afterwards has signed.
            has_refused=bool(said[person_id, Kind.REFUSED] - said[person_id, Kind.SIGNED]),
        )
        for person_id, row in rows.items()
    }


@dataclass(frozen=True, slots=True)
class _Groups:
    """Puts the people who are asked under the classes they are asked for."""

    audience: Signer
    classes: Mapping[UUID, str]
    people: Mapping[UUID, Person]
    far: Mapping[UUID, Progress]

    def of(self, asked: Mapping[UUID, Iterable[Due]]) -> tuple[AskedGroup, ...]:
        """The groups in order of their names, the people in order of theirs."""
        found: dict[str, dict[UUID, list[Due]]] = defaultdict(lambda: defaultdict(list))
        for person_id, due in asked.items():
            for each in due:
                found[self._group_of(each)][person_id].append(each)
        return tuple(
            AskedGroup(name, tuple(self._line(key, due) for key, due in sorted(found[name].items(), key=self._order)))
            for name in sorted(found)
        )

    def _group_of(self, due: Due) -> str:
        if self.audience in ("parent", "pupil"):
            return self.classes.get(due.about_id) or WITHOUT_CLASS
        return SIGNERS[self.audience].capitalize()

    def _order(self, item: tuple[UUID, list[Due]]) -> tuple[str, str, str]:
        person = self.people[item[0]]
        return person.family_name, person.given_name, str(person.pk)

    def _line(self, person_id: UUID, due: list[Due]) -> AskedLine:
        children = dict.fromkeys(each.about_id for each in due if each.is_for_a_child)
        progress = self.far.get(person_id)
        return AskedLine(
            name=self.people[person_id].full_name,
            children=tuple(self.people[each].full_name for each in children),
            agreement_count=len(due),
            progress=progress,
            said=PROGRESS_NAMES[progress] if progress else "",
        )
