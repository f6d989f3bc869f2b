"""What the texts of the mails are made of, when they are sent: nothing of it lies in the database before.

Each is called in the mail's school. What it gives fills in ``templates/emails/notices/<kind>.txt``.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from schools.log_in.passwords import mail_of
from schools.models import Appointment, EmergencyAccess, OfficerChange
from schools.notices import Facts, NotWanted, Text
from schools.rules.log_ins import UNUSED_DAYS
from schools.rules.officer import ChangeState, code_of
from schools.rules.posts import Decision
from schools.selectors.unused import has_unused
from schools.services.officer import code_key
from schools.templatetags.plain_words import clock, day_clock


def _page(name: str, *ids: object) -> str:
    return settings.BASE_URL + reverse(name, args=ids)


def something_waits(facts: Facts) -> Mapping[str, object]:
    """Where a second person finds what waits for them. Raises NotWanted once it is decided."""
    what, here = facts.params.get("what", ""), _here(facts)
    if what == "officer":
        _must_be_there(OfficerChange.objects.filter(**here, state=ChangeState.WAITING.value))
        return {"link": _page("schools:officer")}
    if what == "emergency":
        _must_be_there(EmergencyAccess.objects.filter(**here, approved_at__isnull=True, ended_at__isnull=True))
        return {"link": _page("service:emergency", facts.school_id, facts.object_id)}
    _must_be_there(Appointment.objects.filter(**here, state=Decision.WAITING.value))
    if facts.params.get("at") == "service":
        return {"link": _page("service:appointment", facts.school_id, facts.object_id)}
    return {"link": _page("schools:appointment", facts.object_id)}


def officer_code(facts: Facts) -> Mapping[str, object]:
    """The code for a new address: worked out now, and kept nowhere. Raises NotWanted for a change that is settled."""
    here = _here(facts)
    waiting = OfficerChange.objects.filter(**here, state=ChangeState.WAITING.value)
    _must_be_there(waiting.filter(code_given_at__isnull=True))
    code = code_of(here["pk"], key=code_key())
    return {"code": f"{code[:4]} {code[4:]}"}


def _here(facts: Facts) -> dict[str, UUID]:
    """The row that a mail is about, in its school."""
    if facts.school_id is None or facts.object_id is None:
        raise NotWanted
    return {"school_id": facts.school_id, "pk": facts.object_id}


def _must_be_there(rows: QuerySet[Any, Any]) -> None:
    if not rows.exists():
        raise NotWanted


def officer_change(facts: Facts) -> Mapping[str, object]:
    """From when reports no longer come to the old address."""
    row = OfficerChange.objects.get(**_here(facts))
    return {"applies_at": day_clock(row.takes_effect_at)}


def emergency_access(facts: Facts) -> Mapping[str, object]:
    """Until when a school's records are open."""
    row = EmergencyAccess.objects.defer("reason_sealed").get(**_here(facts))
    return {"until": clock(row.ends_at)}


def unused_log_ins(facts: Facts) -> Mapping[str, object]:
    """Where the log-ins are listed that nobody uses. Raises NotWanted once there are none."""
    if facts.school_id is None or not has_unused(school_id=facts.school_id, today=timezone.localdate()):
        raise NotWanted
    return {"link": f"{_page('schools:people')}?kind=unused", "days": UNUSED_DAYS}


TEXTS: Final[dict[str, Text]] = {
    "password_reset": mail_of,
    "appointment_waiting": something_waits,
    "officer_code": officer_code,
    "officer_change": officer_change,
    "emergency_access": emergency_access,
    "unused_log_ins": unused_log_ins,
}
