"""Once a week somebody of the school is told of the log-ins that nobody uses (threat T8)."""

from datetime import date
from uuid import UUID

from audit import services as audit
from schools.notices import notify
from schools.selectors.unused import has_unused, who_is_told_of_unused
from schools.wall import in_school


def tell_of_unused_log_ins(*, school_id: UUID, today: date) -> int:
    """Tell the head teacher where log-ins were unused for 90 days: a link, and nobody's name. Duty D1, threat T8.

    Three queries, and six for each mail. Returns how many mails there are.
    """
    with in_school(school_id):
        if not has_unused(school_id=school_id, today=today):
            return 0
        told = who_is_told_of_unused(school_id=school_id, today=today)
        for address in told:
            notify("unused_log_ins", school_id=school_id, to=address, object_id=school_id)
        audit.record(
            "log_ins.unused_told",
            school_id=school_id,
            actor_id=None,
            object_type="school",
            object_id=school_id,
            detail={"mails": len(told)},
        )
        return len(told)
