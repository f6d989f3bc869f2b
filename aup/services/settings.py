"""How a school has its agreements signed. Duties A2 (CC 3.2, CM 3.3), A4 (CC 3.2)."""

from collections.abc import Iterable

from django.db import transaction

from audit import services as audit
from aup.models import AgreementSettings
from aup.rules.campaigns import tidy_days
from aup.rules.due import WhoSigns
from schools.roles import Permission
from schools.viewer import Viewer


def change_agreement_settings(*, by: Viewer, who_signs: WhoSigns, reminder_days: Iterable[int]) -> None:
    """Say whether one parent signs or each, and when people are reminded. Two queries. Raises NotAllowed.

    It counts from now on, for whoever has not signed yet; what is signed stays signed.
    """
    by.must(Permission.EDIT_AGREEMENTS)
    days = tidy_days(reminder_days)
    row = AgreementSettings(school_id=by.school_id, who_signs=who_signs.value, reminder_days=list(days))
    with transaction.atomic():
        AgreementSettings.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["school"],
            update_fields=["who_signs", "reminder_days"],
        )
        audit.record(
            "agreement.settings_changed",
            school_id=by.school_id,
            actor_id=by.user_id,
            object_type="school",
            object_id=by.school_id,
            detail={"who_signs": who_signs.value, "reminder_days": len(days)},
        )
