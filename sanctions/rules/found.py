"""What a decision finds: the letter says it, and later cases rest on it. Duties S3, S4, R12 (CC 4.2, 5). Pure."""

from packs.schema import Audience, Breach, Framework, Grade
from sanctions.rules.departing import height
from sanctions.rules.facts import Facts


def root_of(framework: Framework, audience: Audience, code: str) -> Breach:
    """The breach that this one repeats in the end, or itself. Pure; raises LookupError where it is not listed."""
    breach = framework.breach(audience, code)
    while breach.persists_from is not None:
        breach = framework.breach(audience, breach.persists_from)
    return breach


def is_denied(framework: Framework, facts: Facts, code: str) -> bool:
    """Whether the facts say that this is not what happened: an accident not told, where staff were told. Duty R12.

    What was done on purpose stays graded as it was put down, so that a graver fact never lowers the category. Pure.
    """
    told = facts.holds("told") and not facts.is_deliberate
    return told and root_of(framework, facts.audience, code).nature == "accidental"


def breaches_found(facts: Facts, framework: Framework, grade: Grade | None) -> tuple[str, ...]:
    """Codes of the breaches that a decision for this category finds, sorted. Duties S3, S4, R12 (CC 4.2, CM 4.2). Pure.

    None where nothing is found, and none that the facts deny. An accident is no intent: where a rule of accidents
    settles it, what the framework lists in a graver category than the decision's was not found, and neither a letter
    nor a later case may say so. Raises LookupError for a breach that is not listed.
    """
    if grade is None:
        return ()
    is_settled = facts.is_accident and any(
        rule.audience == facts.audience and rule.needs.kind == "accident" and all(map(facts.holds, rule.needs.facts))
        for rule in framework.escalation.rules
    )
    return tuple(
        code
        for code in sorted(facts.breaches)
        if not is_denied(framework, facts, code)
        if not is_settled or height(framework.grade_of(facts.audience, code)) <= height(grade)
    )
