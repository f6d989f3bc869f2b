"""Duties, framework and agreements of both packs."""

from collections import Counter
from datetime import date

import pytest

from packs import loader
from packs.schema import Pack, UnknownAgreement, UnknownDuty

DUTIES = {
    "reporting_and_routing": [f"R{number}" for number in range(1, 15)],
    "referral_pathway": [f"P{number}" for number in range(1, 16)],
    "agreements": [f"A{number}" for number in range(1, 8)],
    "sanctions": [f"S{number}" for number in range(1, 6)],
    "governance": [f"G{number}" for number in range(1, 6)],
    "registers": [f"L{number}" for number in range(1, 10)],
    "data_protection": [f"D{number}" for number in range(1, 5)],
    "information": [f"I{number}" for number in range(1, 5)],
}


def test_all_63_duties(pack: Pack) -> None:
    assert len(pack.duties) == 63
    found: dict[str, list[str]] = {}
    for duty in pack.duties:
        found.setdefault(duty.area, []).append(duty.id)
        assert duty.sources
        assert duty.text
    assert found == DUTIES


@pytest.mark.parametrize(
    ("duty_id", "words", "sources"),
    [
        ("R1", "reaches the co-ordinator first", ("CC 4.1", "CM 4.1", "NE")),
        ("R3", "within 24 hours", ("CC 5.1.3", "CC 5.1.4")),
        ("R5", "past the head teacher", ("CC 4.1", "CM 4.4")),
        ("P1", "police at once", ("PR flowchart", "CC 4.6")),
        ("P7", "no file of such an image is ever uploaded here", ("NS 11.2", "CM 4.6")),
        ("S5", "chair of governors stays out", ("CC 5.2.2",)),
        ("D2", "encrypted", ("CM 3.2", "NS 7.8")),
        ("I1", "step by step", ("CC 4", "CM 4", "NS 11", "PR flowchart")),
    ],
)
def test_a_duty_says_what_and_where_from(pack: Pack, duty_id: str, words: str, sources: tuple[str, ...]) -> None:
    assert words in pack.duty(duty_id).text
    assert pack.duty(duty_id).sources == sources


def test_an_unknown_duty_or_agreement_is_said(pack: Pack) -> None:
    with pytest.raises(UnknownDuty):
        pack.duty("Z9")
    with pytest.raises(UnknownAgreement):
        pack.agreement("dinner_ladies")


def test_what_the_packs_are() -> None:
    old, new = loader.editions()
    assert (old.key, old.edition, old.published) == (("camden_2012", 1), "appendix-4-2012", 2012)
    assert (new.key, new.edition, new.published) == (("camden_2021", 1), "appendix-3-2021", 2021)
    assert new.valid_from == date(2021, 1, 1)
    assert new.valid_until is None
    assert {each.code for each in new.sources} == {"CC", "CM", "NE", "NS", "PR"}
    assert "LGfL" in old.source


BREACHES = {
    ("pupil", "A"): ["non_educational_site", "unauthorised_email_phone", "unauthorised_social"],
    ("pupil", "B"): [
        "continued_non_educational_site",
        "continued_email_phone",
        "continued_social",
        "file_sharing",
        "accidental_data_loss",
        "accidental_offensive",
    ],
    ("pupil", "C"): [
        "bypass_security",
        "deliberate_data_loss",
        "online_bullying",
        "offensive_material",
        "online_purchase",
        "advertising",
    ],
    ("pupil", "D"): ["extreme_bullying", "obscene_hateful_material", "copyright_data_protection", "disrepute"],
    ("staff", "A"): ["excessive_personal_use", "unchecked_media", "password_sharing", "unlicensed_software"],
    ("staff", "B"): [
        "serious_misuse",
        "security_breach",
        "obscene_hateful_material",
        "copyright_data_protection",
        "disrepute",
    ],
    ("staff", "C"): [],
    ("staff", "D"): [],
}
SANCTIONS = {
    ("pupil", "A"): "refer_class_teacher refer_coordinator loss_of_free_time inform_parents",
    ("pupil", "B"): "refer_class_teacher refer_coordinator loss_of_free_time loss_of_internet"
    " phone_until_end_of_day inform_parents",
    ("pupil", "C"): "refer_class_teacher refer_coordinator refer_head loss_of_internet inform_parents"
    " internal_exclusion fixed_term_exclusion other_school_policy",
    ("pupil", "D"): "refer_head inform_parents fixed_term_exclusion possible_permanent_exclusion"
    " removal_of_equipment refer_police refer_la_officer",
    ("staff", "A"): "refer_head warning",
    ("staff", "B"): "refer_head removal_of_equipment refer_la_officer refer_lado refer_police"
    " suspension_pending_investigation disciplinary_action",
    ("staff", "C"): "",
    ("staff", "D"): "",
}
OBLIGATIONS = {
    ("pupil", "A"): "tell_class_teacher tell_coordinator incident_form",
    ("pupil", "B"): "tell_class_teacher inform_parents incident_form_together",
    ("pupil", "C"): "tell_head parents_attend report_la incident_form_together",
    ("pupil", "D"): "tell_head parents_attend report_la consider_police consider_support",
    ("staff", "A"): "tell_head",
    ("staff", "B"): "tell_head secure_equipment consider_lado tell_committee_chair",
    ("staff", "C"): "",
    ("staff", "D"): "",
}


@pytest.mark.parametrize(("audience", "grade"), sorted(BREACHES))
def test_categories(pack: Pack, audience: str, grade: str) -> None:
    category = pack.framework.category(audience, grade)  # type: ignore[arg-type]
    expected = list(BREACHES[audience, grade])
    if (audience, grade) == ("staff", "B" if pack.code == "camden_2012" else "A"):
        expected.append("online_conduct")
    assert [each.code for each in category.breaches] == expected
    assert list(category.sanctions) == SANCTIONS[audience, grade].split()
    assert [each.code for each in category.obligations] == OBLIGATIONS[audience, grade].split()
    assert category.enabled == bool(expected)


def test_online_conduct_of_staff_is_graded_by_the_edition() -> None:
    assert loader.get("camden_2012", 1).framework.grade_of("staff", "online_conduct") == "B"
    assert loader.get("camden_2021", 1).framework.grade_of("staff", "online_conduct") == "A"
    with pytest.raises(LookupError):
        loader.get("camden_2021", 1).framework.grade_of("pupil", "online_conduct")


def test_c_and_d_for_pupils_leave_within_24_hours(pack: Pack) -> None:
    due = {
        category.grade: each.within_hours
        for category in pack.framework.pupil
        for each in category.obligations
        if each.code == "report_la"
    }
    assert due == {"C": 24, "D": 24}


def test_what_persists_from_what(pack: Pack) -> None:
    links = {
        each.code: each.persists_from
        for category in pack.framework.pupil
        for each in category.breaches
        if each.persists_from
    }
    assert links == {
        "continued_non_educational_site": "non_educational_site",
        "continued_email_phone": "unauthorised_email_phone",
        "continued_social": "unauthorised_social",
        "extreme_bullying": "online_bullying",
    }


def test_escalation(pack: Pack) -> None:
    escalation = pack.framework.escalation
    assert [(each.code, each.audience, each.becomes) for each in escalation.rules] == [
        ("repeated_after_warning", "pupil", "B"),
        ("repeated_serious", "pupil", "D"),
        ("persistent_bullying", "pupil", "D"),
        ("illegal_distributed", "pupil", "D"),
        ("accidental_and_told", "pupil", None),
        ("accidental_not_told", "pupil", "B"),
        ("staff_repeated_after_warning", "staff", "B"),
    ]
    assert [each.code for each in escalation.rules if each.by_persists_from] == ["repeated_after_warning"]
    assert (escalation.look_back, escalation.look_back_choices) == ("school_year", ("days", "whole_time"))
    assert escalation.principle.startswith("The engine proposes and explains; the head teacher decides")


def test_sanction_types(pack: Pack) -> None:
    types = pack.framework.sanction_types
    assert len(types) == 18
    assert {each.code for each in types if each.ends} == {
        "loss_of_free_time",
        "loss_of_internet",
        "internal_exclusion",
        "fixed_term_exclusion",
        "suspension_pending_investigation",
    }
    assert {each.code for each in types if each.head_only} == {
        "internal_exclusion",
        "fixed_term_exclusion",
        "possible_permanent_exclusion",
        "refer_lado",
        "suspension_pending_investigation",
        "disciplinary_action",
    }
    assert {each.code: each.register for each in types if each.register} == {
        "phone_until_end_of_day": "confiscation",
        "removal_of_equipment": "evidence",
    }
    assert {each.code: each.tells for each in types if each.tells} == {"loss_of_internet": "network_manager"}
    assert [each.code for each in types if each.counts_as_warning] == ["warning"]
    assert [each.code for each in types if each.specify] == ["other_school_policy"]
    assert pack.framework.sanction_type("refer_lado").text == "Referral to the LADO"


def test_all_references_of_the_framework_are_duties(pack: Pack) -> None:
    ids = {duty.id for duty in pack.duties}
    for audience in (pack.framework.pupil, pack.framework.staff):
        for category in audience:
            assert bool(category.source) == category.enabled
            for obligation in category.obligations:
                assert set(obligation.duties) <= ids


def test_agreements(pack: Pack) -> None:
    assert {each.code: len(each.clauses) for each in pack.agreements} == {
        "pupil_ks1": 8,
        "pupil_ks2": 12,
        "pupil_secondary": 12,
        "parent": 4,
        "staff": 18,
        "governor": 19,
        "visitor": 3,
    }
    assert {each.code: each.signed_by for each in pack.agreements} == {
        "pupil_ks1": ("parent",),
        "pupil_ks2": ("parent",),
        "pupil_secondary": ("pupil", "parent"),
        "parent": ("parent",),
        "staff": ("staff",),
        "governor": ("governor",),
        "visitor": ("visitor",),
    }
    assert pack.agreement("pupil_ks1").stages == ("EYFS", "KS1")
    assert pack.agreement("pupil_ks1").acknowledged_by == ("pupil",)
    assert pack.agreement("pupil_secondary").reading_age == 12


def test_clauses_have_ids_that_stay(pack: Pack) -> None:
    clauses = {each.id: each for each in pack.agreement("pupil_ks2").clauses}
    assert clauses["pupil_ks2.3"].text == "If something frightens me or makes me uncomfortable, I tell my teacher."
    own = Counter(each.id for agreement in pack.agreements if not agreement.based_on for each in agreement.clauses)
    assert max(own.values()) == 1
    staff = pack.agreement("staff")
    assert staff.clauses[8].id == "staff.9"
    assert {each.heading for each in staff.clauses} == {
        "Access and professional use",
        "Data protection and security",
        "Personal use",
    }


def test_governors_sign_the_rules_of_staff_in_their_own_words(pack: Pack) -> None:
    staff, governor = pack.agreement("staff"), pack.agreement("governor")
    assert governor.based_on == "staff"
    assert [each.id for each in governor.clauses[:3]] == ["governor.1", "governor.2", "staff.3"]
    assert "governance" in governor.clauses[0].text
    assert "end my appointment" in governor.clauses[1].text
    assert governor.clauses[0].heading == staff.clauses[0].heading
    assert governor.clauses[2:-1] == staff.clauses[2:]
    assert governor.clauses[-1].id == "governor.3"


def test_consents_of_parents(pack: Pack) -> None:
    consents = pack.agreement("parent").consents
    assert [each.code for each in consents] == [
        "internet_access",
        "publish_work",
        "publish_photographs",
        "video_calls",
    ]
    assert [each.code for each in consents if each.needed_for_access] == ["internet_access"]


def test_rules_of_signing(pack: Pack) -> None:
    rules = pack.agreement_rules
    assert (rules.renewal_months, rules.aligned_to) == (12, "start of the school year")
    assert len(rules.evidence_kept) == 7
