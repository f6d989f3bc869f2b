"""What must follow becomes tasks, with an owner and a clock. Duties S1, R3, R5, R7, R11 (CC 5, CM 5, NE)."""

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from packs.schema import Obligation
from sanctions.models import Case, Task
from sanctions.rules.clocks import due_at
from sanctions.services.matters import Matter
from schools.roles import Role

TELL_HEAD = "tell_head"
# The policy keeps the chair out of a matter about staff, for an appeal; where the head is concerned the chair decides.
WHERE_THE_CHAIR_DECIDES = {"tell_committee_chair": "Chair of the resources committee told"}
# What is done as soon as there is a record, whoever wrote it.
DONE_WITH_THE_RECORD = frozenset({"incident_form", "tell_coordinator"})


def sync_tasks(case: Case, obligations: Collection[Obligation], matter: Matter, now: datetime) -> None:
    """Make what must follow into tasks; what is no longer asked for is dropped, what was done stays. Five queries.

    What nobody in a post may know of any more goes to whoever runs the case. A head teacher who may not know of the
    case is not told of it. Duties R5, R7.
    """
    there = {each.code: each for each in case.tasks.all()}
    knows = Role.HEAD_TEACHER.value in matter.posts
    wanted = {each.code: each for each in obligations if knows or each.code != TELL_HEAD}
    recorded_at = timezone.localtime(case.recorded_at)
    Task.objects.bulk_create(
        Task(
            school_id=case.school_id,
            case=case,
            code=code,
            text=WHERE_THE_CHAIR_DECIDES.get(code, each.text)
            if matter.decider_post == Role.CHAIR_OF_GOVERNORS
            else each.text,
            duties=list(each.duties),
            owner_post=each.owner if each.owner in matter.posts else matter.handler_post,
            records_decision=each.records_decision,
            made_at=now,
            due_at=due_at(each, recorded_at),
            done_at=now if code in DONE_WITH_THE_RECORD else None,
        )
        for code, each in wanted.items()
        if code not in there
    )
    again = [each.pk for code, each in there.items() if code in wanted and each.dropped_at is not None]
    not_done = {code: each for code, each in there.items() if each.done_at is None and each.dropped_at is None}
    gone = [each.pk for code, each in not_done.items() if code not in wanted]
    orphaned = [each.pk for code, each in not_done.items() if code in wanted and each.owner_post not in matter.posts]
    if orphaned:
        Task.objects.filter(pk__in=orphaned).update(owner_post=matter.handler_post)
    if again:
        Task.objects.filter(pk__in=again).update(dropped_at=None)
    if gone:
        Task.objects.filter(pk__in=gone).update(dropped_at=now)
