"""Every cell of the framework of both packs, typed from the policies by hand."""

from typing import NamedTuple

import pytest

from packs import loader
from packs.schema import Audience, Framework, Grade, Pack
from sanctions.rules.proposing import propose
from tests.policy.building import facts


class Cell(NamedTuple):
    """A breach: where it is listed, its words, the clauses that it breaks, and what it repeats."""

    audience: Audience
    grade: Grade
    code: str
    text: str
    clauses: str
    repeats: str | None = None


HATEFUL = (
    "Deliberately accessing, downloading or sharing material that is offensive, obscene, defamatory, racist, "
    "homophobic or violent"
)
COPYRIGHT = "Receiving or sending material that infringes copyright or data protection law"
DISREPUTE = "Bringing the school's name into disrepute"
SITES = "pupil_ks1.2 pupil_ks2.2 pupil_secondary.1"
MAIL = "pupil_ks1.5 pupil_ks2.8 pupil_secondary.2 pupil_secondary.11"
SOCIAL = "pupil_ks1.8 pupil_ks2.2 pupil_secondary.1"
BULLYING = "pupil_ks1.6 pupil_ks2.5 pupil_secondary.4 pupil_secondary.12"
CELLS = [
    Cell("pupil", "A", "non_educational_site", "Using non-educational sites during a lesson", SITES),
    Cell("pupil", "A", "unauthorised_email_phone", "Using email or a mobile phone without permission", MAIL),
    Cell("pupil", "A", "unauthorised_social", "Using prohibited messaging or social networking sites", SOCIAL),
    Cell(
        "pupil",
        "B",
        "continued_non_educational_site",
        "Keeps using non-educational or prohibited sites",
        SITES,
        "non_educational_site",
    ),
    Cell(
        "pupil",
        "B",
        "continued_email_phone",
        "Keeps using email or a phone without permission",
        MAIL,
        "unauthorised_email_phone",
    ),
    Cell(
        "pupil",
        "B",
        "continued_social",
        "Keeps using prohibited messaging or social networking",
        SOCIAL,
        "unauthorised_social",
    ),
    Cell(
        "pupil",
        "B",
        "file_sharing",
        "Using file-sharing software",
        "pupil_ks1.3 pupil_ks2.2 pupil_secondary.10",
    ),
    Cell(
        "pupil",
        "B",
        "accidental_data_loss",
        "Accidentally damaging or destroying other people's data and not telling staff",
        "pupil_ks1.4 pupil_ks2.4 pupil_secondary.3",
    ),
    Cell(
        "pupil",
        "B",
        "accidental_offensive",
        "Coming across offensive material by accident and not telling staff",
        "pupil_ks1.4 pupil_ks2.4 pupil_secondary.5",
    ),
    Cell(
        "pupil",
        "C",
        "bypass_security",
        "Deliberately bypassing security or access controls",
        "pupil_ks1.3 pupil_ks2.2 pupil_secondary.6",
    ),
    Cell(
        "pupil",
        "C",
        "deliberate_data_loss",
        "Deliberately damaging or destroying other people's data, or violating their privacy",
        "pupil_ks2.10 pupil_secondary.3 pupil_secondary.7",
    ),
    Cell("pupil", "C", "online_bullying", "Online bullying", BULLYING),
    Cell(
        "pupil",
        "C",
        "offensive_material",
        "Deliberately accessing, sending or sharing offensive or pornographic material",
        "pupil_ks1.2 pupil_ks2.2 pupil_secondary.4",
    ),
    Cell(
        "pupil",
        "C",
        "online_purchase",
        "Buying or ordering items over the internet",
        "pupil_ks1.3 pupil_ks2.2 pupil_secondary.1",
    ),
    Cell(
        "pupil",
        "C",
        "advertising",
        "Sending commercial or advertising material",
        "pupil_ks1.5 pupil_ks2.8 pupil_secondary.2",
    ),
    Cell("pupil", "D", "extreme_bullying", "Persistent or extreme online bullying", BULLYING, "online_bullying"),
    Cell(
        "pupil",
        "D",
        "obscene_hateful_material",
        HATEFUL,
        "pupil_ks1.2 pupil_ks2.2 pupil_secondary.4 pupil_secondary.8",
    ),
    Cell(
        "pupil",
        "D",
        "copyright_data_protection",
        COPYRIGHT,
        "pupil_ks2.10 pupil_secondary.7 pupil_secondary.10",
    ),
    Cell("pupil", "D", "disrepute", DISREPUTE, "pupil_secondary.4"),
    Cell(
        "staff",
        "A",
        "excessive_personal_use",
        "Excessive personal use of the internet",
        "staff.1 staff.18 governor.1",
    ),
    Cell("staff", "A", "unchecked_media", "Using personal storage media without a virus check", "staff.10"),
    Cell("staff", "A", "password_sharing", "Sharing a password, or using somebody else's", "staff.8 staff.12"),
    Cell(
        "staff",
        "A",
        "unlicensed_software",
        "Installing unlicensed software, in breach of copyright or licence",
        "staff.5 staff.11",
    ),
    Cell(
        "staff",
        "B",
        "serious_misuse",
        "Serious misuse of, or deliberate damage to, school hardware or software",
        "staff.2 staff.16 governor.2",
    ),
    Cell(
        "staff",
        "B",
        "security_breach",
        "Deliberate attempt to breach data protection or computer security",
        "staff.9 staff.12",
    ),
    Cell("staff", "B", "obscene_hateful_material", HATEFUL, "staff.15"),
    Cell("staff", "B", "copyright_data_protection", COPYRIGHT, "staff.5 staff.9"),
    Cell("staff", "B", "disrepute", DISREPUTE, "staff.17"),
]
CONDUCT = "Online conduct that compromises professional standing"
CONDUCT_CLAUSES = ("staff.6", "staff.7", "staff.17")
CONDUCT_GRADES: dict[str, Grade] = {"camden_2012": "B", "camden_2021": "A"}
# The clause of the policy that grades: the older edition has one for each category, the newer one a whole section.
SOURCE_2012 = {
    ("pupil", "A"): "CC 5.1.1",
    ("pupil", "B"): "CC 5.1.2",
    ("pupil", "C"): "CC 5.1.3",
    ("pupil", "D"): "CC 5.1.4",
    ("staff", "A"): "CC 5.2.1",
    ("staff", "B"): "CC 5.2.2",
}
MEANINGS = {
    ("pupil", "A"): "low-level breach of the acceptable use agreement",
    ("pupil", "B"): "persistent breach after warnings, or a serious breach that was not deliberate",
    ("pupil", "C"): "deliberate act that harms the school's systems, or a serious breach of the agreement or the "
    "anti-bullying policy",
    ("pupil", "D"): "serious breaches continued after warnings, or deliberate access to or sharing of banned or "
    "illegal material that may be a crime",
    ("staff", "A"): "minor breach amounting to misconduct, dealt with inside the school by the head teacher",
    ("staff", "B"): "deliberate act that undermines safety or calls into question suitability to work with children; "
    "gross misconduct",
    ("staff", "C"): "set by the school",
    ("staff", "D"): "set by the school",
}
SANCTIONS = {
    ("pupil", "A"): "refer_class_teacher refer_coordinator loss_of_free_time inform_parents",
    ("pupil", "B"): "refer_class_teacher refer_coordinator loss_of_free_time loss_of_internet phone_until_end_of_day "
    "inform_parents",
    ("pupil", "C"): "refer_class_teacher refer_coordinator refer_head loss_of_internet inform_parents "
    "internal_exclusion fixed_term_exclusion other_school_policy",
    ("pupil", "D"): "refer_head inform_parents fixed_term_exclusion possible_permanent_exclusion "
    "removal_of_equipment refer_police refer_la_officer",
    ("staff", "A"): "refer_head warning",
    ("staff", "B"): "refer_head removal_of_equipment refer_la_officer refer_lado refer_police "
    "suspension_pending_investigation disciplinary_action",
    ("staff", "C"): "",
    ("staff", "D"): "",
}


class Must(NamedTuple):
    """An obligation, as the framework of either edition has it."""

    code: str
    text: str
    duties: str
    owner: str
    within_hours: int | None = None
    at_once: bool = False
    once: bool = False
    records_decision: bool = False


TEACHER = Must("tell_class_teacher", "Class teacher told at once", "S1", "coordinator", at_once=True)
FORM = Must(
    "incident_form_together",
    "Incident form completed, with the child and parent where possible",
    "R1",
    "coordinator",
    once=True,
)
HEAD = Must("tell_head", "Head teacher told at once", "S2", "coordinator", at_once=True, once=True)
COME_IN = Must("parents_attend", "Parents asked to come in at once", "R11", "head_teacher", at_once=True)
REPORT = Must(
    "report_la",
    "Incident report sent to the local authority officer",
    "R2 R3",
    "coordinator",
    within_hours=24,
    once=True,
)
STAFF_HEAD = Must("tell_head", "Referred to the head teacher", "R4", "coordinator", at_once=True, once=True)
OBLIGATIONS: dict[tuple[str, str], list[Must]] = {
    ("pupil", "A"): [
        TEACHER,
        Must("tell_coordinator", "Co-ordinator told", "R1", "coordinator", once=True),
        FORM._replace(code="incident_form", text="Incident form completed"),
    ],
    ("pupil", "B"): [TEACHER, Must("inform_parents", "Parents told", "R11", "coordinator"), FORM],
    ("pupil", "C"): [HEAD, COME_IN, REPORT, FORM],
    ("pupil", "D"): [
        HEAD,
        COME_IN,
        REPORT,
        Must(
            "consider_police",
            "Referral to the police considered and the decision recorded",
            "R6",
            "head_teacher",
            records_decision=True,
        ),
        Must(
            "consider_support",
            "Family and pupil support considered with the local authority officer",
            "S1",
            "dsl",
            records_decision=True,
        ),
    ],
    ("staff", "A"): [STAFF_HEAD],
    ("staff", "B"): [
        STAFF_HEAD,
        Must(
            "secure_equipment",
            "Equipment taken out of use and stored securely as evidence",
            "P14 L3",
            "head_teacher",
            at_once=True,
        ),
        Must(
            "consider_lado",
            "Advice from the LADO considered and the decision recorded",
            "R4",
            "head_teacher",
            records_decision=True,
        ),
        Must(
            "tell_committee_chair",
            "Chair of the resources committee told; the chair of governors is kept out of it, to stay independent "
            "for an appeal",
            "S5",
            "head_teacher",
        ),
    ],
    ("staff", "C"): [],
    ("staff", "D"): [],
}
NO_BLAME = [
    Must(
        "reassure",
        "The child reassured that nobody blames them, and thanked for telling",
        "R12",
        "coordinator",
        at_once=True,
    ),
    Must("class_discussion", "What happened talked about with the class where that helps", "R12", "coordinator"),
    Must("block_address", "The address blocked, and the filtering reviewed", "R12 L2", "coordinator", once=True),
]


class Rule(NamedTuple):
    """An escalation rule: what it is about, the sentence, and its clauses in either edition."""

    audience: str
    when: str
    becomes: str | None
    duties: str
    in_2012: str
    in_2021: str


RULES = {
    "repeated_after_warning": Rule(
        "pupil", "an A breach is repeated after a warning for the same breach", "B", "S4", "CC 5.1.2", "CM 5"
    ),
    "repeated_serious": Rule(
        "pupil", "a C breach is repeated after an earlier C or D decision", "D", "S4", "CC 5.1.4", "CM 5"
    ),
    "persistent_bullying": Rule(
        "pupil",
        "online bullying is persistent (a second decision inside the look-back) or marked extreme",
        "D",
        "S4 P13",
        "CC 5.1.4",
        "CM 4.5.2|CM 5",
    ),
    "illegal_distributed": Rule(
        "pupil", "material that may be illegal, deliberately accessed and distributed", "D", "S1", "CC 5.1.4", "CM 5"
    ),
    "accidental_and_told": Rule("pupil", "access was accidental and staff were told", None, "R12", "CC 4.2", "CM 4.2"),
    "accidental_not_told": Rule(
        "pupil", "access was accidental and staff were not told", "B", "S1", "CC 5.1.2", "CM 4.2|CM 5"
    ),
    "staff_repeated_after_warning": Rule(
        "staff", "an A breach is repeated after a warning", "B", "S4", "CC 5.2.1", "CM 5"
    ),
}
EVERY_CATEGORY = sorted(MEANINGS)


def source_of(pack: Pack, audience: str, grade: str) -> tuple[str, ...]:
    """The clause of the policy that grades this category."""
    return (SOURCE_2012[audience, grade],) if pack.code == "camden_2012" else ("CM 5",)


@pytest.mark.parametrize("cell", CELLS, ids=[f"{each.audience}-{each.grade}-{each.code}" for each in CELLS])
def test_every_breach_stands_where_the_policy_grades_it(pack: Pack, cell: Cell) -> None:
    category = pack.framework.category(cell.audience, cell.grade)
    (found,) = [each for each in category.breaches if each.code == cell.code]
    assert found.text == cell.text
    assert found.clauses == tuple(cell.clauses.split())
    assert found.persists_from == cell.repeats
    assert found.source == source_of(pack, cell.audience, cell.grade)
    assert pack.framework.grade_of(cell.audience, cell.code) == cell.grade


@pytest.mark.parametrize("cell", CELLS, ids=[f"{each.audience}-{each.grade}-{each.code}" for each in CELLS])
def test_every_breach_alone_comes_to_its_category(pack: Pack, cell: Cell) -> None:
    proposal = propose(facts(cell.audience, cell.code, is_deliberate=True), pack.framework)
    listed: Grade = cell.grade
    if cell.repeats is not None:
        # Nothing earlier shows that it is repeated.
        listed = "A" if cell.grade == "B" else "C"
    assert (proposal.outcome, proposal.grade) == ("graded", listed)
    (found,) = proposal.found
    assert (found.code, found.grade) == (cell.code, cell.grade)
    assert found.clauses == tuple(cell.clauses.split())
    assert found.source == source_of(pack, cell.audience, cell.grade)
    assert proposal.sanctions == tuple(SANCTIONS[cell.audience, listed].split())
    assert [each.code for each in proposal.obligations] == [each.code for each in OBLIGATIONS[cell.audience, listed]]


@pytest.mark.parametrize(("audience", "grade"), EVERY_CATEGORY)
def test_nothing_is_listed_that_the_policy_does_not_list(pack: Pack, audience: Audience, grade: Grade) -> None:
    expected = [each.code for each in CELLS if (each.audience, each.grade) == (audience, grade)]
    if audience == "staff" and grade == CONDUCT_GRADES[pack.code]:
        expected.append("online_conduct")
    category = pack.framework.category(audience, grade)
    assert [each.code for each in category.breaches] == expected
    assert category.meaning == MEANINGS[audience, grade]
    assert category.sanctions == tuple(SANCTIONS[audience, grade].split())
    assert category.enabled == bool(expected)
    assert category.source == (source_of(pack, audience, grade) if expected else ())


def test_online_conduct_of_staff_follows_the_edition(pack: Pack) -> None:
    grade = CONDUCT_GRADES[pack.code]
    proposal = propose(facts("staff", "online_conduct"), pack.framework)
    assert proposal.grade == grade
    (found,) = proposal.found
    assert (found.text, found.clauses, found.grade) == (CONDUCT, CONDUCT_CLAUSES, grade)
    assert found.source == source_of(pack, "staff", grade)
    assert [each.code for each in proposal.obligations] == [each.code for each in OBLIGATIONS["staff", grade]]


def test_both_editions_differ_in_that_alone() -> None:
    old, new = (loader.get(code, 1).framework for code in ("camden_2012", "camden_2021"))
    for audience in ("pupil", "staff"):
        grades = [
            {each.code: kept.grade for kept in framework.categories(audience) for each in kept.breaches}
            for framework in (old, new)
        ]
        differing = {code for code in grades[0] | grades[1] if grades[0].get(code) != grades[1].get(code)}
        assert differing == ({"online_conduct"} if audience == "staff" else set())


def musts(framework: Framework, audience: Audience, grade: Grade) -> list[Must]:
    """The obligations of a category, to be compared."""
    return [as_must(each) for each in framework.category(audience, grade).obligations]


def as_must(each: object) -> Must:
    """Every value of an obligation."""
    values = {name: getattr(each, name) for name in Must._fields}
    return Must(**values | {"duties": " ".join(values["duties"])})


@pytest.mark.parametrize(("audience", "grade"), EVERY_CATEGORY)
def test_every_obligation(framework: Framework, audience: Audience, grade: Grade) -> None:
    assert musts(framework, audience, grade) == OBLIGATIONS[audience, grade]


def test_what_follows_an_accident_that_was_told(framework: Framework) -> None:
    assert [as_must(each) for each in framework.no_blame] == NO_BLAME


def test_every_escalation_rule(pack: Pack) -> None:
    rules = {each.code: each for each in pack.framework.escalation.rules}
    assert list(rules) == list(RULES)
    for code, expected in RULES.items():
        rule = rules[code]
        source = expected.in_2012 if pack.code == "camden_2012" else expected.in_2021
        assert (rule.audience, rule.when, rule.becomes) == (expected.audience, expected.when, expected.becomes)
        assert (" ".join(rule.duties), "|".join(rule.source)) == (expected.duties, source)
    assert rules["accidental_and_told"].note == "no blame: nothing is sanctioned; the incident is still logged"
    assert pack.framework.escalation.look_back_note.startswith("The current school year")


def test_putting_it_right(pack: Pack) -> None:
    restorative = pack.framework.restorative
    assert restorative.breaches == ("online_bullying", "extreme_bullying")
    assert restorative.duties == ("P13", "S3")
    assert restorative.source == ("CC 4.5.2" if pack.code == "camden_2012" else "CM 4.5.2",)
    assert restorative.text == (
        "Bullying is answered in proportion, and by putting things right between the pupils where that is better."
    )


SANCTION_TYPES = {
    "refer_class_teacher": "Referral to class teacher or tutor",
    "refer_coordinator": "Referral to the online safety co-ordinator",
    "refer_head": "Referral to the head teacher",
    "loss_of_free_time": "Loss of free time (golden time)",
    "loss_of_internet": "Loss of internet or ICT access for a period",
    "phone_until_end_of_day": "Phone kept until the end of the day",
    "inform_parents": "Parents contacted",
    "internal_exclusion": "Internal exclusion",
    "fixed_term_exclusion": "Fixed-term exclusion (suspension)",
    "possible_permanent_exclusion": "Permanent exclusion considered",
    "removal_of_equipment": "Equipment removed",
    "refer_police": "Referral to the police",
    "refer_la_officer": "Referral to the local authority's online safety officer",
    "refer_lado": "Referral to the LADO",
    "warning": "Formal warning",
    "suspension_pending_investigation": "Suspension pending investigation",
    "disciplinary_action": "Disciplinary action under the school's policies",
    "other_school_policy": "Sanction agreed under another school policy",
}


def test_every_sanction_in_words(framework: Framework) -> None:
    assert {each.code: each.text for each in framework.sanction_types} == SANCTION_TYPES
    for audience, grade in EVERY_CATEGORY:
        assert set(SANCTIONS[audience, grade].split()) <= set(SANCTION_TYPES)
