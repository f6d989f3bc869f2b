"""Worked cases, by hand from the policies: what somebody did, and what the framework comes to, step by step.

A step is written ``code`` or ``code:entry,entry``: the ids of the earlier entries that it rests on.
"""

from datetime import date
from typing import Any, NamedTuple

from sanctions.rules.facts import Facts
from tests.policy.building import decision, facts, warning

# What each outcome obliges the school to do.
OBLIGED = {
    "pupil A": "tell_class_teacher tell_coordinator incident_form",
    "pupil B": "tell_class_teacher inform_parents incident_form_together",
    "pupil C": "tell_head parents_attend report_la incident_form_together",
    "pupil D": "tell_head parents_attend report_la consider_police consider_support",
    "staff A": "tell_head",
    "staff B": "tell_head secure_equipment consider_lado tell_committee_chair",
    "no blame": "reassure class_discussion block_address",
    "nothing": "",
    "unanswered": "",
}


class Case(NamedTuple):
    """What is known, and what it comes to: a key of ``OBLIGED``, which says outcome and category too."""

    name: str
    known: Facts
    comes_to: str
    steps: str
    weigh: str = ""
    """Codes of what else is weighed, that are not in every case of the kind."""
    editions: str = "camden_2012 camden_2021"


def pupil(name: str, breaches: str, comes_to: str, steps: str, *earlier: Any, weigh: str = "", **more: Any) -> Case:
    return Case(name, facts("pupil", breaches, *earlier, **more), comes_to, steps, weigh)


def staff(name: str, breaches: str, comes_to: str, steps: str, *earlier: Any, weigh: str = "", **more: Any) -> Case:
    return Case(name, facts("staff", breaches, *earlier, **more), comes_to, steps, weigh)


OCTOBER, SEPTEMBER, JUNE, LAST_YEAR = date(2026, 10, 1), date(2026, 9, 1), date(2026, 6, 3), date(2025, 11, 10)
THE_DAY, THE_DAY_BEFORE, THE_DAY_AFTER = date(2026, 11, 10), date(2026, 11, 9), date(2026, 11, 11)
PHONE, SITE, SOCIAL = "unauthorised_email_phone", "non_educational_site", "unauthorised_social"
MEANT: dict[str, Any] = {"is_deliberate": True}
ACCIDENT: dict[str, Any] = {"is_accidental": True}
TOLD: dict[str, Any] = {"is_accidental": True, "told_staff_promptly": True}
NOT_TOLD: dict[str, Any] = {"is_accidental": True, "told_staff_promptly": False}
ILLEGAL: dict[str, Any] = {"is_illegal_material": True, "was_distributed": True, "is_deliberate": True}
BULLYING_WEIGHED = "first restorative harm"

CASES = [
    # Pupils: one breach, nothing earlier
    pupil("a game in a lesson", SITE, "pupil A", "listed", weigh="first harm", **MEANT),
    pupil("a phone without asking", PHONE, "pupil A", "listed", weigh="first harm", **MEANT),
    pupil("a chat site", SOCIAL, "pupil A", "listed", weigh="first harm", **MEANT),
    pupil("nobody said whether on purpose", PHONE, "pupil A", "listed", weigh="nature first harm"),
    pupil("file sharing", "file_sharing", "pupil B", "listed", weigh="first harm", **MEANT),
    pupil("round the filter", "bypass_security", "pupil C", "listed", weigh="first harm", **MEANT),
    pupil("others' files", "deliberate_data_loss", "pupil C", "listed", weigh="first harm", **MEANT),
    pupil("bullying, the first time", "online_bullying", "pupil C", "listed", weigh=BULLYING_WEIGHED, **MEANT),
    pupil("a picture sent round", "offensive_material", "pupil C", "listed", weigh="first harm", **MEANT),
    pupil("something bought", "online_purchase", "pupil C", "listed", weigh="first harm", **MEANT),
    pupil("an advertisement", "advertising", "pupil C", "listed", weigh="first harm", **MEANT),
    pupil("hateful material", "obscene_hateful_material", "pupil D", "listed", weigh="first harm", **MEANT),
    pupil("films copied", "copyright_data_protection", "pupil D", "listed", weigh="first harm", **MEANT),
    pupil("the school's name", "disrepute", "pupil D", "listed", weigh="first harm", **MEANT),
    # Pupils: an A breach again
    pupil(
        "a phone again after a warning", PHONE, "pupil B", "listed repeated_after_warning:w1 gravest",
        warning("w1", OCTOBER, PHONE), weigh="harm", **MEANT,
    ),
    pupil(
        "a site again after a warning", SITE, "pupil B", "listed repeated_after_warning:w1 gravest",
        warning("w1", OCTOBER, SITE), weigh="harm", **MEANT,
    ),
    pupil(
        "a chat again after a warning", SOCIAL, "pupil B", "listed repeated_after_warning:w1 gravest",
        warning("w1", OCTOBER, SOCIAL), weigh="harm", **MEANT,
    ),
    pupil(
        "put down as continued, and the warning is there", "continued_email_phone", "pupil B",
        "treated_as repeated_after_warning:w1 gravest", warning("w1", OCTOBER, PHONE), weigh="harm", **MEANT,
    ),
    pupil(
        "put down as continued, and nothing shows it", "continued_email_phone", "pupil A", "treated_as",
        weigh="first harm", **MEANT,
    ),
    pupil(
        "a third time: the warning was about the continued breach", PHONE, "pupil B",
        "listed repeated_after_warning:w1 gravest", warning("w1", OCTOBER, "continued_email_phone"),
        weigh="harm", **MEANT,
    ),
    pupil(
        "two warnings", PHONE, "pupil B", "listed repeated_after_warning:w1,w2 gravest",
        warning("w2", date(2026, 11, 2), PHONE), warning("w1", OCTOBER, PHONE), weigh="harm", **MEANT,
    ),
    pupil(
        "a warning for something else", PHONE, "pupil A", "listed", warning("w1", OCTOBER, SITE),
        weigh="idle harm", **MEANT,
    ),
    pupil(
        "a decision without a warning", PHONE, "pupil A", "listed", decision("d1", OCTOBER, "A", PHONE),
        weigh="no_warning harm", **MEANT,
    ),
    pupil(
        "a decision with its warning", PHONE, "pupil B", "listed repeated_after_warning:w1 gravest",
        decision("d1", OCTOBER, "A", PHONE, reference="2026-0007"),
        warning("w1", OCTOBER, PHONE, reference="2026-0007"), weigh="harm", **MEANT,
    ),
    pupil(
        "an expired warning", PHONE, "pupil A", "listed", warning("w1", JUNE, PHONE),
        weigh="first expired harm", **MEANT,
    ),
    pupil(
        "a warning on the first day of the look-back", PHONE, "pupil B", "listed repeated_after_warning:w1 gravest",
        warning("w1", SEPTEMBER, PHONE), weigh="harm", **MEANT,
    ),
    pupil(
        "a warning on the day before the look-back", PHONE, "pupil A", "listed",
        warning("w1", date(2026, 8, 31), PHONE), weigh="first expired harm", **MEANT,
    ),
    pupil(
        "a warning on the day itself", PHONE, "pupil A", "listed", warning("w1", THE_DAY, PHONE),
        weigh="first same_day harm", **MEANT,
    ),
    pupil(
        "a warning on the day before", PHONE, "pupil B", "listed repeated_after_warning:w1 gravest",
        warning("w1", THE_DAY_BEFORE, PHONE), weigh="harm", **MEANT,
    ),
    pupil(
        "a warning on the day after", PHONE, "pupil A", "listed", warning("w1", THE_DAY_AFTER, PHONE),
        weigh="first same_day harm", **MEANT,
    ),
    pupil(
        "one expired, one the same day, one that counts", PHONE, "pupil B",
        "listed repeated_after_warning:w2 gravest", warning("w1", JUNE, PHONE), warning("w2", OCTOBER, PHONE),
        warning("w3", THE_DAY, PHONE), weigh="expired same_day harm", **MEANT,
    ),
    pupil(
        "last year's warning, the whole time counts", PHONE, "pupil B", "listed repeated_after_warning:w1 gravest",
        warning("w1", LAST_YEAR, PHONE), look_back_from=None, weigh="harm", **MEANT,
    ),
    pupil(
        "thirty days, the thirtieth day", PHONE, "pupil B", "listed repeated_after_warning:w1 gravest",
        warning("w1", date(2026, 10, 11), PHONE), look_back_from=date(2026, 10, 11), weigh="harm", **MEANT,
    ),
    pupil(
        "thirty days, the day before them", PHONE, "pupil A", "listed", warning("w1", date(2026, 10, 10), PHONE),
        look_back_from=date(2026, 10, 11), weigh="first expired harm", **MEANT,
    ),
    pupil(
        "a warning does not move a B breach", "file_sharing", "pupil B", "listed",
        warning("w1", OCTOBER, "file_sharing"), weigh="idle harm", **MEANT,
    ),
    pupil(
        "a B breach after a decision about the same, without a warning", "file_sharing", "pupil B", "listed",
        decision("d1", OCTOBER, "B", "file_sharing"), weigh="idle harm", **MEANT,
    ),
    # Pupils: a C breach again
    pupil(
        "round the filter after a C decision about something else", "bypass_security", "pupil D",
        "listed repeated_serious:d1 gravest", decision("d1", OCTOBER, "C", "advertising"), weigh="harm", **MEANT,
    ),
    pupil(
        "a purchase after a D decision", "online_purchase", "pupil D", "listed repeated_serious:d1 gravest",
        decision("d1", OCTOBER, "D", "disrepute"), weigh="harm", **MEANT,
    ),
    pupil(
        "a C breach after a B decision", "bypass_security", "pupil C", "listed",
        decision("d1", OCTOBER, "B", "file_sharing"), weigh="idle harm", **MEANT,
    ),
    pupil(
        "a C breach after a warning alone", "bypass_security", "pupil C", "listed",
        warning("w1", OCTOBER, "bypass_security"), weigh="idle harm", **MEANT,
    ),
    pupil(
        "a C breach after an expired C decision", "advertising", "pupil C", "listed",
        decision("d1", JUNE, "C", "advertising"), weigh="first expired harm", **MEANT,
    ),
    pupil(
        "an A breach after a C decision", SITE, "pupil A", "listed", decision("d1", OCTOBER, "C", "advertising"),
        weigh="idle harm", **MEANT,
    ),
    pupil(
        "two C breaches after one C decision", "advertising bypass_security", "pupil D",
        "listed listed repeated_serious:d1 repeated_serious:d1 gravest", decision("d1", OCTOBER, "C", "advertising"),
        weigh="harm", **MEANT,
    ),
    pupil(
        "a C decision of the same day", "advertising", "pupil C", "listed",
        decision("d1", THE_DAY, "C", "advertising"), weigh="first same_day harm", **MEANT,
    ),
    pupil(
        "a C decision that was quashed is not handed in", "advertising", "pupil C", "listed", weigh="first harm",
        **MEANT,
    ),
    # Pupils: bullying
    pupil(
        "bullying again", "online_bullying", "pupil D", "listed repeated_serious:d1 persistent_bullying:d1 gravest",
        decision("d1", OCTOBER, "C", "online_bullying"), weigh="restorative harm", **MEANT,
    ),
    pupil(
        "bullying after it was decided as B", "online_bullying", "pupil D", "listed persistent_bullying:d1 gravest",
        decision("d1", OCTOBER, "B", "online_bullying"), weigh="restorative harm", **MEANT,
    ),
    pupil(
        "bullying after a decision that it was extreme", "online_bullying", "pupil D",
        "listed repeated_serious:d1 persistent_bullying:d1 gravest",
        decision("d1", OCTOBER, "D", "extreme_bullying"), weigh="restorative harm", **MEANT,
    ),
    pupil(
        "bullying after a C decision about something else", "online_bullying", "pupil D",
        "listed repeated_serious:d1 gravest", decision("d1", OCTOBER, "C", "advertising"),
        weigh="restorative harm", **MEANT,
    ),
    pupil(
        "bullying after a warning about bullying", "online_bullying", "pupil C", "listed",
        warning("w1", OCTOBER, "online_bullying"), weigh="idle restorative harm", **MEANT,
    ),
    pupil(
        "bullying, decided the year before", "online_bullying", "pupil C", "listed",
        decision("d1", LAST_YEAR, "C", "online_bullying"), weigh="first expired restorative harm", **MEANT,
    ),
    pupil(
        "extreme bullying, the first time", "online_bullying", "pupil D", "listed persistent_bullying gravest",
        is_extreme=True, weigh=BULLYING_WEIGHED, **MEANT,
    ),
    pupil(
        "extreme and persistent", "online_bullying", "pupil D",
        "listed repeated_serious:d1 persistent_bullying:d1 gravest",
        decision("d1", OCTOBER, "C", "online_bullying"), is_extreme=True, weigh="restorative harm", **MEANT,
    ),
    pupil(
        "put down as extreme, and not marked", "extreme_bullying", "pupil C", "treated_as", weigh=BULLYING_WEIGHED,
        **MEANT,
    ),
    pupil(
        "put down as extreme, and marked", "extreme_bullying", "pupil D", "treated_as persistent_bullying gravest",
        is_extreme=True, weigh=BULLYING_WEIGHED, **MEANT,
    ),
    pupil(
        "put down as persistent, and the decision is there", "extreme_bullying", "pupil D",
        "treated_as repeated_serious:d1 persistent_bullying:d1 gravest",
        decision("d1", OCTOBER, "C", "online_bullying"), weigh="restorative harm", **MEANT,
    ),
    pupil(
        "extreme moves nothing but bullying", "bypass_security", "pupil C", "listed", is_extreme=True,
        weigh="first harm", **MEANT,
    ),
    pupil(
        "bullying, and putting it right was tried", "online_bullying", "pupil C", "listed", restorative_tried=True,
        weigh="first restorative_tried harm", **MEANT,
    ),
    # Pupils: material that may be illegal
    pupil(
        "illegal and passed on", "offensive_material", "pupil D", "listed illegal_distributed gravest",
        weigh="first harm", **ILLEGAL,
    ),
    pupil(
        "illegal and passed on, already D", "obscene_hateful_material", "pupil D", "listed illegal_distributed",
        weigh="first harm", **ILLEGAL,
    ),
    pupil(
        "illegal and passed on, no breach ticked", "", "pupil D", "illegal_distributed", weigh="first harm", **ILLEGAL,
    ),
    pupil(
        "illegal, kept to themselves", "offensive_material", "pupil C", "listed", weigh="first harm",
        **ILLEGAL | {"was_distributed": False},
    ),
    pupil(
        "passed on, but not illegal", "offensive_material", "pupil C", "listed", weigh="first harm",
        **ILLEGAL | {"is_illegal_material": False},
    ),
    pupil(
        "illegal and passed on, nobody says on purpose", "offensive_material", "pupil C", "listed",
        weigh="nature first harm", **ILLEGAL | {"is_deliberate": False},
    ),
    # Pupils: accidents
    pupil("an accident, told", "", "no blame", "accidental_and_told", weigh="first", **TOLD),
    pupil(
        "an accident, told, with its breach", "accidental_offensive", "no blame", "accidental_and_told",
        weigh="contradictory first", **TOLD,
    ),
    pupil(
        "an accident, told, with what would be a breach on purpose", SITE, "no blame", "accidental_and_told",
        weigh="ungraded first", **TOLD,
    ),
    pupil(
        "an accident, told, after a C decision", "offensive_material", "no blame", "accidental_and_told",
        decision("d1", OCTOBER, "C", "offensive_material"), weigh="ungraded idle", **TOLD,
    ),
    # Not telling is graded where something was broken: by itself it is no breach of any list.
    pupil("an accident, not told, and nothing broken", "", "nothing", "no_breach", weigh="first", **NOT_TOLD),
    pupil(
        "an accident, not told, nothing broken, after a D decision", "", "nothing", "no_breach",
        decision("d1", OCTOBER, "D", "disrepute"), weigh="idle", **NOT_TOLD,
    ),
    pupil(
        "an accident, not told, with its breach", "accidental_offensive", "pupil B", "accidental_not_told",
        weigh="first harm", **NOT_TOLD,
    ),
    pupil(
        "data lost by accident, not told", "accidental_data_loss", "pupil B", "accidental_not_told",
        weigh="first harm", **NOT_TOLD,
    ),
    pupil(
        "an accident, not told, of what a low-level breach would be", SITE, "pupil B", "accidental_not_told",
        weigh="not_telling first harm", **NOT_TOLD,
    ),
    pupil(
        "an accident, not told, of what would be B on purpose after its warning", SITE, "pupil B",
        "accidental_not_told", warning("w1", OCTOBER, SITE), weigh="idle harm", **NOT_TOLD,
    ),
    pupil(
        "an accident, not told, of what is put down as continued", "continued_email_phone", "pupil B",
        "accidental_not_told", weigh="not_telling first harm", **NOT_TOLD,
    ),
    # A breach that is an accident not told, where the facts say otherwise
    pupil(
        "come across by accident, staff were told, nobody said how", "accidental_offensive", "nothing", "not_graded",
        weigh="nature contradictory first", told_staff_promptly=True,
    ),
    pupil(
        "data lost, staff were told, nobody said how, after a warning", "accidental_data_loss", "nothing",
        "not_graded", warning("w1", OCTOBER, "accidental_data_loss"), weigh="nature contradictory idle",
        told_staff_promptly=True,
    ),
    pupil(
        "come across, staff were told, and another breach", f"accidental_offensive {SITE}", "pupil A",
        "not_graded listed", weigh="nature contradictory first harm", told_staff_promptly=True,
    ),
    pupil(
        "come across, staff were not told, nobody said how", "accidental_offensive", "pupil B", "listed",
        weigh="nature first harm", told_staff_promptly=False,
    ),
    pupil(
        "come across, nobody said anything", "accidental_offensive", "pupil B", "listed", weigh="nature first harm",
    ),
    pupil(
        "come across by accident, and done on purpose", "accidental_offensive", "pupil B", "listed",
        weigh="contradictory first harm", **MEANT,
    ),
    pupil(
        "come across, done on purpose, and told", "accidental_offensive", "pupil B", "listed",
        weigh="contradictory first harm", told_staff_promptly=True, **MEANT,
    ),
    pupil(
        "come across, told, and gone on with", "accidental_offensive", "pupil B", "listed",
        weigh="both contradictory first harm", **TOLD | MEANT,
    ),
    pupil(
        "come across, not told, and gone on with", "accidental_offensive", "pupil B", "listed accidental_not_told",
        weigh="both first harm", **NOT_TOLD | MEANT,
    ),
    pupil(
        "come across, nobody knows whether told", "accidental_offensive", "unanswered", "unanswered", weigh="first",
        **ACCIDENT,
    ),
    pupil(
        "an accident, not told, of what would be D", "obscene_hateful_material", "pupil B", "accidental_not_told",
        weigh="ungraded first harm", **NOT_TOLD,
    ),
    pupil(
        "an accident, not told, after a D decision", "offensive_material", "pupil B", "accidental_not_told",
        decision("d1", OCTOBER, "D", "disrepute"), weigh="ungraded idle harm", **NOT_TOLD,
    ),
    pupil("an accident, nobody knows whether told", "", "unanswered", "unanswered", weigh="first", **ACCIDENT),
    pupil(
        "an accident with a breach, nobody knows whether told", "offensive_material", "unanswered", "unanswered",
        weigh="ungraded first", **ACCIDENT,
    ),
    pupil(
        "an accident that was passed on", "offensive_material", "pupil B", "accidental_not_told",
        was_distributed=True, weigh="contradictory ungraded first harm", **NOT_TOLD,
    ),
    pupil(
        "illegal by accident, told", "", "no blame", "accidental_and_told", is_illegal_material=True, weigh="first",
        **TOLD,
    ),
    pupil(
        "bullying by accident", "online_bullying", "pupil B", "accidental_not_told", is_extreme=True,
        weigh="contradictory ungraded first restorative harm", **NOT_TOLD,
    ),
    pupil(
        "begun by accident, told, and gone on with", "offensive_material", "pupil C", "listed",
        weigh="both first harm", **TOLD | MEANT,
    ),
    pupil(
        "begun by accident, not told, and gone on with", "offensive_material", "pupil C",
        "listed accidental_not_told gravest", weigh="both first harm", **NOT_TOLD | MEANT,
    ),
    pupil(
        "begun by accident, not told, and gone on with at a low level", SITE, "pupil B",
        "listed accidental_not_told gravest", weigh="both first harm", **NOT_TOLD | MEANT,
    ),
    pupil(
        "begun by accident, unanswered, and gone on with", "offensive_material", "pupil C", "listed",
        weigh="both first harm", **ACCIDENT | MEANT,
    ),
    pupil(
        "begun by accident, not told, and nothing besides", "", "nothing", "no_breach", weigh="both first",
        **NOT_TOLD | MEANT,
    ),
    # Pupils: several breaches, none, and what else is weighed
    pupil("several breaches", f"{PHONE} file_sharing advertising", "pupil C", "listed listed listed gravest",
          weigh="first harm", **MEANT),
    pupil("two of one category", f"{PHONE} {SITE}", "pupil A", "listed listed", weigh="first harm", **MEANT),
    pupil(
        "two A breaches, one of them again", f"{PHONE} {SITE}", "pupil B",
        "listed listed repeated_after_warning:w1 gravest", warning("w1", OCTOBER, SITE), weigh="harm", **MEANT,
    ),
    pupil(
        "two A breaches, the other one again", f"{PHONE} {SITE}", "pupil B",
        "listed listed repeated_after_warning:w1 gravest", warning("w1", OCTOBER, PHONE), weigh="harm", **MEANT,
    ),
    pupil(
        "two A breaches, both again, warned of both at once", f"{PHONE} {SITE}", "pupil B",
        "listed listed repeated_after_warning:w1 repeated_after_warning:w1 gravest",
        warning("w1", OCTOBER, SITE, PHONE), weigh="harm", **MEANT,
    ),
    pupil(
        "an A breach put down as itself and as continued", f"{PHONE} continued_email_phone", "pupil B",
        "treated_as listed repeated_after_warning:w1 gravest", warning("w1", OCTOBER, PHONE), weigh="harm", **MEANT,
    ),
    pupil(
        "an A breach again beside a C breach", f"{PHONE} advertising", "pupil C",
        "listed listed repeated_after_warning:w1 gravest", warning("w1", OCTOBER, PHONE), weigh="harm", **MEANT,
    ),
    pupil("no breach", "", "nothing", "no_breach", weigh="first"),
    pupil("no breach, and an earlier decision", "", "nothing", "no_breach", decision("d1", OCTOBER, "C"),
          weigh="idle", **MEANT),
    pupil("no breach, told, no accident", "", "nothing", "no_breach", told_staff_promptly=True, weigh="first"),
    pupil(
        "needs and age are weighed and move nothing", PHONE, "pupil A", "listed",
        needs=frozenset({"sen", "disability"}), year_group="Year 2", weigh="first needs age harm", **MEANT,
    ),
    pupil(
        "needs do not hold a case down", "online_bullying", "pupil D", "listed persistent_bullying gravest",
        is_extreme=True, needs=frozenset({"in_care"}), weigh="first needs restorative harm", **MEANT,
    ),
    # Staff
    staff("too much private use", "excessive_personal_use", "staff A", "listed", weigh="nature first harm"),
    staff("a stick that nobody checked", "unchecked_media", "staff A", "listed", weigh="nature first harm"),
    staff("a password shared", "password_sharing", "staff A", "listed", weigh="nature first harm"),
    staff("a program without a licence", "unlicensed_software", "staff A", "listed", weigh="nature first harm"),
    staff("equipment damaged on purpose", "serious_misuse", "staff B", "listed", weigh="first harm", **MEANT),
    staff("into the records", "security_breach", "staff B", "listed", weigh="first harm", **MEANT),
    staff("hateful material, staff", "obscene_hateful_material", "staff B", "listed", weigh="first harm", **MEANT),
    staff("data sent out", "copyright_data_protection", "staff B", "listed", weigh="first harm", **MEANT),
    staff("the school's name, staff", "disrepute", "staff B", "listed", weigh="first harm", **MEANT),
    staff(
        "a password again after a warning", "password_sharing", "staff B",
        "listed staff_repeated_after_warning:w1 gravest", warning("w1", OCTOBER, "password_sharing"),
        weigh="nature harm",
    ),
    staff(
        "a password after a warning for something else", "password_sharing", "staff B",
        "listed staff_repeated_after_warning:w1 gravest", warning("w1", OCTOBER, "unchecked_media"),
        weigh="nature harm",
    ),
    staff(
        "a password after an expired warning", "password_sharing", "staff A", "listed",
        warning("w1", JUNE, "password_sharing"), weigh="nature first expired harm",
    ),
    staff(
        "a password after a warning of that day", "password_sharing", "staff A", "listed",
        warning("w1", THE_DAY, "password_sharing"), weigh="nature first same_day harm",
    ),
    staff(
        "a password after a decision without a warning", "password_sharing", "staff A", "listed",
        decision("d1", OCTOBER, "A", "unchecked_media"), weigh="nature no_warning harm",
    ),
    staff(
        "two A breaches after a warning", "password_sharing unchecked_media", "staff B",
        "listed listed staff_repeated_after_warning:w1 staff_repeated_after_warning:w1 gravest",
        warning("w1", OCTOBER, "password_sharing"), weigh="nature harm",
    ),
    staff(
        "a B breach after a warning", "serious_misuse", "staff B", "listed",
        warning("w1", OCTOBER, "password_sharing"), weigh="nature idle harm",
    ),
    staff("by accident, and told: staff have no such rule", "unchecked_media", "staff A", "listed",
          weigh="staff_accident first harm", **TOLD),
    staff("by accident, and nobody knows whether told", "obscene_hateful_material", "staff B", "listed",
          weigh="staff_accident first harm", **ACCIDENT),
    staff("by accident, and extreme", "unchecked_media", "staff A", "listed", is_extreme=True,
          weigh="contradictory staff_accident first harm", **ACCIDENT),
    staff("staff: no breach", "", "nothing", "no_breach", weigh="first"),
    staff("staff: illegal and passed on, no rule of the pupils'", "", "nothing", "no_breach", weigh="first", **ILLEGAL),
    staff("an A and a B breach", "password_sharing disrepute", "staff B", "listed listed gravest",
          weigh="nature first harm"),
    staff("the year group of staff is not weighed", "disrepute", "staff B", "listed", year_group="Year 5",
          weigh="nature first harm"),
    staff("online conduct, older edition", "online_conduct", "staff B", "listed", weigh="nature first harm")._replace(
        editions="camden_2012"
    ),
    staff("online conduct, newer edition", "online_conduct", "staff A", "listed", weigh="nature first harm")._replace(
        editions="camden_2021"
    ),
    staff(
        "online conduct after a warning, older edition", "online_conduct", "staff B", "listed",
        warning("w1", OCTOBER, "online_conduct"), weigh="nature idle harm",
    )._replace(editions="camden_2012"),
    staff(
        "online conduct after a warning, newer edition", "online_conduct", "staff B",
        "listed staff_repeated_after_warning:w1 gravest", warning("w1", OCTOBER, "online_conduct"), weigh="nature harm",
    )._replace(editions="camden_2021"),
]  # fmt: skip
