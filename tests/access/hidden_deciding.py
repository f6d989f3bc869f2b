"""What follows from a hidden case: facts, decisions, a warning, a sanction, an agreement, tasks and letters, each with
words in it that stand nowhere else.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from incidents.models import CaseOf
from incidents.services import deciding
from incidents.services.deciding import CaseSeen
from sanctions.models import Case, Restorative, Sanction, Task
from sanctions.rules.deciding import Choice, Wanted
from sanctions.services.cases import newest_proposal
from schools.models import Person
from schools.viewer import Viewer
from tests.access import incidents_letters
from tests.access.cases import CANARIES
from tests.access.incidents_deciding import MISSING, PARTS, confirmed

WORD = CANARIES[1]
STORY = f"It {WORD} again."


@dataclass(frozen=True, slots=True)
class Decided:
    """The incident, who decides in it, and the parent of its pupil who is written to."""

    decides: Viewer
    incident_id: UUID
    parent: Person

    def cases(self) -> list[Case]:
        """A case for each subject."""
        found = CaseOf.objects.filter(incident_id=self.incident_id).select_related("case__person")
        return [each.case for each in found.order_by("case__audience", "pk")]

    def live_in(self) -> dict[str, str]:
        """Decide all of it; the parts of the addresses of what was made, those of a pupil's case where there is one."""
        made = dict.fromkeys((*PARTS, *incidents_letters.PARTS), MISSING)
        for case in reversed(self.cases()):
            case = confirmed(self.decides, self.incident_id, case, note=STORY)
            of_case = self._about_a_pupil(case) if case.audience == "pupil" else self._about_staff(case)
            made |= {**of_case, "case_id": str(case.pk)}
        return made

    def _about_a_pupil(self, case: Case) -> dict[str, str]:
        today = timezone.localdate()
        right = Choice(grade="C", path="restorative", reason=STORY, agreed=STORY, review_on=today + timedelta(days=14))
        ban = Wanted("loss_of_internet", today, today + timedelta(days=5), detail=STORY)
        banned = Choice(grade="C", path="sanction", reason=STORY, sanctions=(ban,), warns=True)
        self._decide(case, right)
        deciding.revise(by=self.decides, incident_id=self.incident_id, case_id=case.pk, seen=1, choice=banned)
        task = Task.objects.get(case=case, code="parents_attend")
        deciding.do_task(by=self.decides, incident_id=self.incident_id, task_id=task.pk, how=STORY)
        body = f"Dear parent,\n\n{STORY}"
        return {
            "task_id": str(task.pk),
            "sanction_id": str(Sanction.objects.get(case=case).pk),
            "restorative_id": str(Restorative.objects.get(case=case).pk),
            **incidents_letters.make_letters(self.decides, self.incident_id, case.pk, self.parent, body),
        }

    def _about_staff(self, case: Case) -> dict[str, str]:
        action = Wanted("disciplinary_action", timezone.localdate(), detail=STORY)
        self._decide(case, Choice(grade="B", path="sanction", reason=STORY, sanctions=(action,), warns=True))
        return {"sanction_id": str(Sanction.objects.get(case=case).pk)}

    def _decide(self, case: Case, choice: Choice) -> None:
        seen = CaseSeen(case.pk, newest_proposal(case).pk)
        deciding.decide(by=self.decides, incident_id=self.incident_id, seen=seen, choice=choice)
