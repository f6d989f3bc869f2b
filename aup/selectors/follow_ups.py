"""What somebody of the school must do because of what was signed, refused or changed. Duty A5 (CC 3.5.8, CM 3.6.6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aup.models import FollowUp
from aup.rules.consents import FOLLOW_UPS
from schools.roles import Permission
from schools.viewer import Viewer

SHOWN = 100
DONE_SHOWN = 20
REFUSED = "refused"
REFUSED_WORDS = "They do not agree, so access waits. Speak with them."


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do, about whom, and because of which line of the register. The reason is still sealed."""

    follow_up_id: UUID
    signature_id: UUID
    code: str
    about: str
    group: str
    signer: str
    relation: str
    title: str
    made_at: datetime
    reason_sealed: bytes | None
    done_at: datetime | None
    done_by: str

    @property
    def words(self) -> str:
        """What is to be done."""
        return REFUSED_WORDS if self.code == REFUSED else FOLLOW_UPS.get(self.code, "Speak with the parent.")

    @property
    def is_own(self) -> bool:
        """Whether it is about who signed, and not about their child."""
        return self.relation == "self"


@dataclass(frozen=True, slots=True)
class FollowUpsPage:
    """What is to be done, oldest first, and what was done lately."""

    open: tuple[Task, ...]
    done: tuple[Task, ...]
    has_more: bool


def follow_ups_page(*, viewer: Viewer) -> FollowUpsPage:
    """The tasks of the school. Two queries. Raises NotAllowed."""
    viewer.must(Permission.READ_SIGNATURES)
    rows = FollowUp.objects.filter(school_id=viewer.school_id).select_related(
        "signature__signer", "signature__version", "about__pupil", "done_by"
    )
    waiting = list(rows.filter(done_at=None).order_by("made_at", "pk")[: SHOWN + 1])
    done = rows.filter(done_at__isnull=False).order_by("-done_at")[:DONE_SHOWN]
    return FollowUpsPage(_tasks(waiting[:SHOWN]), _tasks(done), len(waiting) > SHOWN)


def _tasks(rows: Iterable[FollowUp]) -> tuple[Task, ...]:
    return tuple(_task(each) for each in rows)


def _task(row: FollowUp) -> Task:
    signature, pupil = row.signature, getattr(row.about, "pupil", None)
    return Task(
        follow_up_id=row.pk,
        signature_id=signature.pk,
        code=row.code,
        about=row.about.full_name,
        group=pupil.class_name if pupil is not None else "",
        signer=signature.signer.full_name,
        relation=signature.relation,
        title=signature.version.title,
        made_at=row.made_at,
        reason_sealed=bytes(signature.reason_sealed) if signature.reason_sealed and row.code == REFUSED else None,
        done_at=row.done_at,
        done_by=row.done_by.full_name if row.done_by else "",
    )
