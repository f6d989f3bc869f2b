"""What a letter is filled in with, and what may not stand in it. Duty R11 (CC 4.3, 4.5.3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, cast
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from packs import loader
from packs.schema import Framework, Grade, LetterTemplate, Pack
from sanctions.models import Case, Decision, FactsRecord, Restorative, Sanction
from sanctions.rules.facts import facts_from
from sanctions.rules.letters import Given, LetterFacts, Named, Standing, found_in_words
from sanctions.selectors.frameworks import framework_of
from schools.models import Person, Post, School, in_force
from schools.roles import ROLE_NAMES, Role


@dataclass(frozen=True, slots=True)
class Drafting:
    """A case as a letter sees it."""

    pack: Pack
    standing: Standing
    facts: LetterFacts
    decided_at: datetime | None = None
    """The moment of the decision that stands; None: nobody has decided."""


def drafting_of(case: Case, *, meeting: str = "") -> Drafting:
    """Everything that a letter of this case can be filled in with. Six queries at most.

    ``case`` comes with its person and framework. Words of the framework alone, never what somebody wrote about the
    matter: a reason, a detail or an agreement could name another child.
    """
    pack = loader.get(case.pack_code, case.pack_version)
    framework = framework_of(case.framework, case.pack_code, case.pack_version)
    decision = Decision.objects.filter(case=case).order_by("-number").first()
    record = FactsRecord.objects.filter(case=case).order_by("-number").first()
    facts = None if record is None else facts_from(record.content)
    today = timezone.localdate()
    given = () if decision is None else _given(decision, framework, today)
    review_on = None
    if decision is not None and decision.path == "restorative":
        review_on = Restorative.objects.values_list("review_on", flat=True).filter(decision=decision).first()
    school = School.objects.only("name", "phone").get(pk=case.school_id)
    is_told = facts is not None and facts.is_accident and facts.told_staff_promptly is True
    grade = case.proposed if decision is None else decision.grade
    standing = Standing(
        audience=cast(Literal["pupil", "staff"], case.audience),
        outcome=case.outcome,
        grade=cast(Grade, grade) if grade else None,
        decision="" if decision is None else cast(Literal["decided", "revised", "quashed"], decision.kind),
        path="" if decision is None else cast(Literal["sanction", "restorative", "none"], decision.path),
        is_confirmed=case.is_confirmed,
        is_accident_told=is_told,
        sanctions=given,
        is_warned=decision is not None and decision.warns,
    )
    letter_facts = LetterFacts(
        child=case.person.given_name,
        school=school.name,
        phone=school.phone,
        head=_head_of(case.school_id, today),
        happened_on=case.happened_on,
        meeting=meeting,
        breaches=() if decision is None else found_in_words(framework, decision.breaches, facts),
        sanctions=given,
        decided_on=None if decision is None else timezone.localdate(decision.at),
        review_on=review_on,
        is_warned=standing.is_warned,
    )
    return Drafting(pack, standing, letter_facts, None if decision is None else decision.at)


def template_of(case: Case, code: str) -> LetterTemplate:
    """The letter with this code in the policy of the case. No query. Raises packs.schema.UnknownLetter."""
    return loader.get(case.pack_code, case.pack_version).letter(code)


def named_of(case: Case, others: Collection[UUID]) -> tuple[Named, ...]:
    """Every pupil of the school but the child, as a letter may not name them. Two queries.

    Those of the same matter, and those among ``others`` (people whom the caller knows to be in it) who are or were
    pupils, are close: of them a given name alone is too much. A teacher may be named.
    """
    same = Case.objects.filter(school_id=case.school_id, reference=case.reference).values_list("person_id", flat=True)
    close = {*others, *same} - {case.person_id}
    is_here = Q(pupil__left_on__isnull=True) | Q(pupil__left_on__gte=timezone.localdate())
    rows = Person.objects.filter(is_here | Q(pk__in=close), school_id=case.school_id, pupil__isnull=False).exclude(
        pk=case.person_id
    )
    return tuple(
        Named(given, family, person_id in close)
        for person_id, given, family in rows.values_list("pk", "given_name", "family_name")
    )


def _given(decision: Decision, framework: Framework, today: date) -> tuple[Given, ...]:
    rows = Sanction.objects.filter(decision=decision, ended_at__isnull=True).order_by("starts_on", "code")
    specified = {each.code for each in framework.sanction_types if each.specify}
    return tuple(
        Given(each.code, each.text, each.starts_on, each.ends_on, each.code in specified)
        for each in rows
        # A letter that is read today says nothing of what was over yesterday.
        if each.ends_on is None or each.ends_on >= today
    )


def _head_of(school_id: UUID, today: date) -> str:
    name = ROLE_NAMES[Role.HEAD_TEACHER]
    post = (
        Post.objects.filter(in_force(today), school_id=school_id, post=Role.HEAD_TEACHER.value)
        .select_related("person")
        .order_by("starts_on", "pk")
        .first()
    )
    return f"the {name}" if post is None else f"the {name}, {post.person.full_name}"
