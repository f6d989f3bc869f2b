"""What the mails about agreements are made of, when they are sent: each with a link that was made at that moment."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from aup.selectors.one_person import still_invited
from aup.selectors.standing import moment_of
from aup.services.leaving import has_something_here
from aup.services.links import LASTS, make_link
from dispatch.notices import NoLongerWanted, NoticeFacts
from dispatch.rules.notices import NoticeKind
from schools.templatetags.plain_words import day


def invitation(facts: NoticeFacts) -> Mapping[str, object]:
    """The link of an invitation or a reminder. Raises NoLongerWanted for who has signed, left or been taken off.

    Asked again here because hours may lie between the queue and the sending (threat T27). Three queries.
    """
    school_id, row_id = _of(facts)
    invited = still_invited(school_id, row_id, timezone.localdate())
    if invited is None:
        raise NoLongerWanted
    expires_at = moment_of(invited.ends_on)
    token = make_link(
        school_id=school_id,
        person_id=invited.person_id,
        expires_at=expires_at,
        invitation_id=row_id,
        version_ids=invited.version_ids,
    )
    return {"link": link_to(token), "until": day(timezone.localdate(expires_at))}


def own_link(facts: NoticeFacts) -> Mapping[str, object]:
    """A link that a person asked for anew, or that leads to their copies.

    Raises NoLongerWanted for a stranger, and for who has nothing to do with the school any more: hours may lie between
    the queue and the sending, and with them a court order (threat T27). Seven queries.
    """
    school_id, person_id = _of(facts)
    if not has_something_here(school_id, person_id, timezone.localdate()):
        raise NoLongerWanted
    expires_at = timezone.now() + LASTS
    token = make_link(school_id=school_id, person_id=person_id, expires_at=expires_at)
    return {"link": link_to(token), "until": day(timezone.localdate(expires_at))}


def sample(*, school_name: str, ends_on: date) -> str:
    """What an invitation says, with a link that leads nowhere: for whoever is about to send many. No query."""
    facts = {"school_name": school_name, "link": link_to("…"), "until": day(ends_on)}
    return render_to_string(f"emails/notices/{NoticeKind.AGREEMENT_INVITATION.value}.txt", facts).strip()


def link_to(token: str) -> str:
    """The address of the page behind a token."""
    return f"{settings.BASE_URL}/sign/{token}/"


def _of(facts: NoticeFacts) -> tuple[UUID, UUID]:
    if facts.school_id is None or facts.object_id is None:
        raise NoLongerWanted
    return facts.school_id, facts.object_id


KINDS = {
    "agreement_invitation": invitation,
    "agreement_reminder": invitation,
    "agreement_link": own_link,
    "agreement_signed": own_link,
}
