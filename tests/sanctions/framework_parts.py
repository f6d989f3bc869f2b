"""Frameworks that a test changes straight in their data, or by an edit."""

from dataclasses import replace
from typing import Any

from packs import loader
from packs.schema import Audience, Breach, Framework, Grade, Obligation, SanctionType, Suggestion
from sanctions.rules import editing
from sanctions.rules.frameworks import faults
from sanctions.selectors.frameworks import answer_fields, clause_texts, posts_that_carry_out

PACKS = {code: loader.get(code, 1) for code in ("camden_2012", "camden_2021")}
PACK = PACKS["camden_2021"]
POLICY = PACK.framework
CLAUSES = clause_texts(PACK)
ANSWERS = {(each.key, option.code) for each in answer_fields(PACK) for option in each.options}
RING = editing.TypedBreach("", "Filming in the changing rooms", ("pupil_ks2.9",), None, "C")


def found(framework: Framework) -> list[tuple[str, str]]:
    rows = faults(framework, clauses=CLAUSES, policy=POLICY, answers=ANSWERS, carriers=posts_that_carry_out())
    return [(each.part, each.message) for each in rows]


def category(framework: Framework, audience: Audience, grade: Grade, **changes: Any) -> Framework:
    """A framework with one category changed straight in its data."""
    rows = tuple(replace(each, **changes) if each.grade == grade else each for each in framework.categories(audience))
    return replace(framework, pupil=rows) if audience == "pupil" else replace(framework, staff=rows)


def breach(framework: Framework, audience: Audience, listed: str, /, **changes: Any) -> Framework:
    """A framework with one breach changed straight in its data."""
    grade = framework.grade_of(audience, listed)
    rows = framework.category(audience, grade).breaches
    return category(
        framework,
        audience,
        grade,
        breaches=tuple(replace(each, **changes) if each.code == listed else each for each in rows),
    )


def typed(audience: Audience, grade: Grade, framework: Framework = POLICY) -> editing.TypedCategory:
    return editing.typed_category(framework, audience, grade, policy=POLICY)


def edited(audience: Audience, grade: Grade, said: editing.TypedCategory, framework: Framework = POLICY) -> Framework:
    return editing.with_category(framework, audience, grade, said, policy=POLICY)


BAN = SanctionType("own_1", "No tablets", tells="network_manager")
AGAIN = Breach("own_1", "Sharing files again", "file_sharing", ("pupil_ks2.2",))
OWN_TASK = Obligation("own_1", "Talk it through in circle time", ("S1",))
FAULTY: dict[str, tuple[Framework, str, str]] = {
    "no words": (breach(POLICY, "pupil", "advertising", text=" "), "pupil-C", "a breach has no words yet"),
    "too long": (breach(POLICY, "pupil", "advertising", text="x" * 301), "pupil-C", "shorten"),
    "odd characters": (breach(POLICY, "pupil", "advertising", text="a\x07b"), "pupil-C", "cannot be kept"),
    "no clause": (breach(POLICY, "pupil", "advertising", clauses=()), "pupil-C", "names no clause"),
    "unknown clause": (breach(POLICY, "pupil", "advertising", clauses=("x.1",)), "pupil-C", "no agreement has (“x.1”)"),
    "code twice": (breach(POLICY, "pupil", "disrepute", code="advertising"), "pupil-D", "“advertising” is there twice"),
    "words twice": (
        breach(POLICY, "pupil", "disrepute", text="Online  BULLYING"),
        "pupil-D",
        "in the same words",
    ),
    "repeats its own category": (
        breach(POLICY, "pupil", "advertising", persists_from="online_bullying"),
        "pupil-C",
        "can only repeat one of a lower category",
    ),
    "repeats a graver one": (
        breach(POLICY, "pupil", "advertising", persists_from="disrepute"),
        "pupil-C",
        "repeats a breach of category D",
    ),
    "repeats what is gone": (
        breach(POLICY, "pupil", "advertising", persists_from="long_gone"),
        "pupil-C",
        "is not listed any more",
    ),
    "unknown sanction": (category(POLICY, "pupil", "A", sanctions=("detention",)), "pupil-A", "(“detention”)"),
    "sanction twice": (category(POLICY, "pupil", "A", sanctions=("warning",) * 2), "pupil-A", "same sanction twice"),
    "no sanction": (category(POLICY, "staff", "A", sanctions=()), "staff-A", "no sanction may follow it yet"),
    "no breach": (category(POLICY, "pupil", "D", breaches=()), "pupil-D", "no breach belongs to it yet"),
    "switched on and empty": (category(POLICY, "staff", "C", enabled=True), "staff-C", "no breach belongs to it yet"),
    "switched off": (category(POLICY, "pupil", "A", enabled=False), "pupil-A", "stays switched on"),
    "switched off and not empty": (
        category(POLICY, "staff", "D", sanctions=("refer_head",)),
        "staff-D",
        "it is switched off and not empty",
    ),
    "another meaning": (category(POLICY, "pupil", "A", meaning="whatever"), "pupil-A", "its meaning is the policy's"),
    "obligation taken out": (category(POLICY, "pupil", "C", obligations=()), "pupil-C", "cannot be taken out"),
    "own obligation empty": (
        category(
            POLICY,
            "pupil",
            "A",
            obligations=(*POLICY.category("pupil", "A").obligations, replace(OWN_TASK, text="")),
        ),
        "pupil-A",
        "an obligation has no words yet",
    ),
    "own obligation never due": (
        category(
            POLICY,
            "pupil",
            "A",
            obligations=(*POLICY.category("pupil", "A").obligations, replace(OWN_TASK, within_hours=0)),
        ),
        "pupil-A",
        "needs a number of hours",
    ),
    "obligation twice": (
        category(POLICY, "pupil", "A", obligations=(*POLICY.category("pupil", "A").obligations, OWN_TASK, OWN_TASK)),
        "pupil-A",
        "the obligation “own_1” is there twice",
    ),
    "policy's sanction changed": (
        replace(POLICY, sanction_types=(replace(POLICY.sanction_types[0], text="Ask"), *POLICY.sanction_types[1:])),
        "policy",
        "is the policy's and stays as it is",
    ),
    "own sanction empty": (
        replace(
            POLICY, sanction_types=(*POLICY.sanction_types, replace(POLICY.sanction_types[0], code="own_1", text=""))
        ),
        "sanction-own_1",
        "one of your own has no words yet",
    ),
    "sanction type twice": (
        replace(POLICY, sanction_types=(*POLICY.sanction_types, POLICY.sanction_types[0])),
        "sanction-refer_class_teacher",
        "is there twice",
    ),
    "own sanction that tells and does not end": (
        replace(POLICY, sanction_types=(*POLICY.sanction_types, BAN)),
        "sanction-own_1",
        "“No tablets” tells a post and has no last day",
    ),
    "own sanction that tells a post without a page": (
        replace(POLICY, sanction_types=(*POLICY.sanction_types, replace(BAN, ends=True, tells="senco"))),
        "sanction-own_1",
        "“No tablets” tells a post that has no page of running sanctions",
    ),
    "own repetition that could never count": (
        category(POLICY, "pupil", "C", breaches=(*POLICY.category("pupil", "C").breaches, AGAIN)),
        "pupil-C",
        "“Sharing files again” could never count: no rule of the policy moves “Using file-sharing software” up",
    ),
    "graver than the policy's gravest, without its duties": (
        category(
            POLICY,
            "staff",
            "D",
            enabled=True,
            breaches=(replace(AGAIN, persists_from=None),),
            sanctions=("refer_head",),
        ),
        "staff-D",
        "“Equipment taken out of use and stored securely as evidence” follows in category B already, and so here",
    ),
    "rules": (
        replace(POLICY, escalation=replace(POLICY.escalation, rules=POLICY.escalation.rules[1:])),
        "policy",
        "What moves a case",
    ),
    "a breach that a rule rests on": (
        category(
            POLICY,
            "pupil",
            "C",
            breaches=tuple(each for each in POLICY.category("pupil", "C").breaches if each.code != "online_bullying"),
        ),
        "pupil-C",
        "“Online bullying” cannot be taken out",
    ),
    "look-back without days": (editing.with_look_back(POLICY, "days", None), "look-back", "give a number of days"),
    "look-back of no days": (editing.with_look_back(POLICY, "days", 0), "look-back", "give a number of days"),
    "look-back not offered": (
        replace(POLICY, escalation=replace(POLICY.escalation, look_back="days", look_back_choices=())),
        "policy",
        "What moves a case",
    ),
    "restorative": (
        replace(POLICY, restorative=replace(POLICY.restorative, breaches=())),
        "policy",
        "Putting things right",
    ),
    "no blame": (replace(POLICY, no_blame=()), "policy", "an accident that was told"),
    "the form names a breach that is gone": (
        replace(POLICY, staff_form=(Suggestion("types", "bullying", ("long_gone",)),)),
        "form-staff",
        "not listed any more (“long_gone”)",
    ),
    "the form has no such answer": (
        replace(POLICY, pupil_form=(Suggestion("types", "weather", ("advertising",)),)),
        "form-pupil",
        "choose what the form says",
    ),
    "a line without a breach": (
        replace(POLICY, pupil_form=(Suggestion("types", "bullying", ("",)),)),
        "form-pupil",
        "choose a breach",
    ),
}
