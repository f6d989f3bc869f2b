"""What several tests of letters need: a school, a child with parents, and a case as it stands after a decision."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from dispatch import issuing, rendering
from dispatch.models import Document
from sanctions.models import Case, Decision, FactsRecord, Letter, LetterCopy, Proposal, Restorative, Sanction
from sanctions.rules.facts import Facts, content_of
from sanctions.services.letter_links import make_letter_link
from sanctions.services.letters import approve_letter, draft_letter, save_letter
from schools.models import Person, School
from schools.roles import Role
from schools.viewer import Viewer
from schools.wall import in_school
from tests import factories

REFERENCE = "7KQ2-M4XD"


@dataclass
class Home:
    """A school with a head teacher and a co-ordinator, and Sam Reed with a mother who has an address."""

    school: School = field(default_factory=factories.school)

    def __post_init__(self) -> None:
        self.sam: Person = factories.pupil(self.school, "Sam Reed")
        self.ann: Person = self.parent("Ann Reed", "ann@example.org")
        self.ada: Person = factories.person(self.school, "Ada Quill", Role.HEAD_TEACHER)
        self.jo: Person = factories.coordinator(self.school)
        self.head: Viewer = factories.viewer(self.ada)
        self.by: Viewer = factories.viewer(self.jo)

    def parent(self, name: str, email: str = "", child: Person | None = None, **changes: Any) -> Person:
        given, _, family = name.partition(" ")
        made = Person.objects.create(school=self.school, given_name=given, family_name=family, email=email)
        factories.parent_of(child or self.sam, made, **changes)
        return made

    def case(
        self,
        proposed: str = "C",
        *,
        of: Person | None = None,
        outcome: str = "graded",
        breaches: tuple[str, ...] = ("online_bullying",),
        accident_told: bool = False,
        **changes: Any,
    ) -> Case:
        now = timezone.now()
        said: dict[str, Any] = {
            "audience": "pupil",
            "reference": REFERENCE,
            "happened_on": date(2026, 11, 3),
            "recorded_at": now,
            "opened_at": now,
            "pack_code": "camden_2021",
            "pack_version": 1,
            "is_confirmed": True,
            "facts_number": 1,
        }
        case = Case.objects.create(
            school=self.school, person=of or self.sam, outcome=outcome, proposed=proposed, **{**said, **changes}
        )
        facts = Facts(
            audience=case.audience,
            happened_on=case.happened_on,
            breaches=frozenset(breaches),
            is_deliberate=not accident_told,
            is_accidental=accident_told,
            told_staff_promptly=True if accident_told else None,
        )
        record = FactsRecord.objects.create(
            school=self.school, case=case, number=1, content=content_of(facts), is_confirmed=True, by=self.ada, at=now
        )
        Proposal.objects.create(
            school=self.school, case=case, facts=record, grade=proposed, outcome=outcome, content="{}", sha256="0" * 64,
            at=now,
        )  # fmt: skip
        return case

    def decide(
        self,
        case: Case,
        grade: str = "C",
        *,
        path: str = "sanction",
        sanctions: tuple[tuple[str, str, date, date | None], ...] = (),
        warns: bool = False,
        at: datetime | None = None,
    ) -> Decision:
        number = case.decisions_count + 1
        at = at or timezone.now()
        kind = "decided" if number == 1 else "revised" if path != "quashed" else "quashed"
        decision = Decision.objects.create(
            school=self.school, case=case, number=number, kind=kind, proposal=case.proposals.get(), grade=grade,
            departure="none", reason="" if number == 1 else "A reason.", path="none" if kind == "quashed" else path,
            breaches=[] if kind == "quashed" else ["online_bullying"], warns=warns, by=self.ada,
            as_post="head_teacher", at=at,
        )  # fmt: skip
        for code, text, starts_on, ends_on in sanctions:
            Sanction.objects.create(
                school=self.school, case=case, decision=decision, code=code, text=text, starts_on=starts_on,
                ends_on=ends_on, detail="Because Kofi Mensah was hurt",
            )  # fmt: skip
        if path == "restorative":
            Restorative.objects.create(
                school=self.school, case=case, decision=decision, agreed="To say sorry to Kofi Mensah",
                review_on=date(2026, 12, 11),
            )  # fmt: skip
        case.decided, case.decided_at, case.departure, case.decisions_count = grade, at, "none", number
        case.save()
        return decision

    def ban(self, days: int = 5) -> tuple[str, str, date, date | None]:
        today = timezone.localdate()
        text = "Loss of internet or ICT access for a period"
        return ("loss_of_internet", text, today, today + timedelta(days=days))

    def draft(self, case: Case, template: str = "come_in", **said: Any) -> Letter:
        return draft_letter(by=self.by, case_id=case.pk, template=template, **said)

    def written(self, case: Case | None = None) -> Letter:
        """A letter that asks the parents to come in, with nothing left to be written."""
        return self.draft(case or self.case(), meeting="on Monday 9 November at 3.30 pm")

    def save(self, letter: Letter, body: str, *, edition: int | None = None, by: Viewer | None = None) -> Letter:
        return save_letter(
            by=by or self.by,
            letter_id=letter.pk,
            cases=[letter.case_id],
            edition=edition or letter.edition,
            subject_line=letter.subject_line,
            body=body,
        )

    def approve(self, letter: Letter, *, edition: int | None = None, by: Viewer | None = None) -> Letter:
        return approve_letter(
            by=by or self.head, letter_id=letter.pk, cases=[letter.case_id], edition=edition or letter.edition
        )

    def token(self, copy: LetterCopy, now: datetime | None = None) -> str:
        with in_school(self.school.pk):
            return make_letter_link(copy=copy, now=now)[0]


def draw_all() -> None:
    """Every document that waits, as the worker would draw it."""
    for document in Document.objects.filter(drawn_at=None):
        issuing.draw_document(
            school_id=document.school_id, document_id=document.pk, draw=rendering.draw, now=timezone.now()
        )
