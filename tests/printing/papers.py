"""The two editions as they are on paper, copied by hand, and records to print. No label here comes from a pack."""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.rendering import DrawnPdf, draw
from incidents.printed import Snapshot
from incidents.printing import TEMPLATE, Organisation, snapshot_of
from packs import loader

SCHOOL = Organisation(
    name="Riverbank Primary School",
    address="12 Mill Lane\nLondon NW1 0AA",
    officer_name="Jo Marsh",
    officer_contact="020 7946 0123\ncoordinator@riverbank.example.org",
)
REFERENCE = "7KQ2-M4XD"

Options = list[tuple[str, str]]
MATERIAL: Options = [
    ("created", "created"),
    ("viewed", "viewed"),
    ("printed", "printed"),
    ("shown_to_others", "shown to others"),
    ("transmitted", "transmitted to others"),
    ("distributed", "distributed"),
]
LOCATION: Options = [
    ("in_setting", "In school/service setting"),
    ("outside_setting", "Outside school/service setting"),
]
INVOLVED: Options = [("child", "child/young person"), ("staff", "staff member"), ("other", "other")]
FLAGS: Options = [
    ("block_requested", "Asked IT to block the site / review filtering"),
    ("safeguarding", "Safeguarding or child protection concern"),
    ("illegal_material", "Material may be illegal"),
    ("sexual_images", "Sexual images of anyone under 18 may be involved (nudes or semi-nudes)"),
    ("immediate_risk", "A child is at immediate risk"),
]
EQUIPMENT: Options = [("yes", "yes"), ("no", "no")]
RISKS: Options = [("content", "content"), ("contact", "contact"), ("conduct", "conduct"), ("commerce", "commerce")]


@dataclass(frozen=True)
class Paper:
    """One edition: its code, words that differ, and every list of boxes in the order it is read."""

    code: str
    title: str
    officer: str
    types: Options
    considered_as: Options
    staff: Options
    child: Options

    @property
    def lists(self) -> list[tuple[str, str, Options]]:
        """(key of the answer, the printed words that stand before the boxes, the boxes)."""
        return [
            ("location", "Where did the incident occur?", LOCATION),
            ("involved", "Who was involved in the incident?", INVOLVED),
            ("types", "Type of incident", self.types),
            ("deliberate", "Nature of incident", [("deliberate", "Deliberate access")]),
            ("deliberate_material", "Did the incident involve material being", MATERIAL),
            ("deliberate_considered_as", "Could the incident be considered as", self.considered_as),
            # The second box begins right after the first one, without a heading in between.
            ("accidental", "", [("accidental", "Accidental access")]),
            ("accidental_material", "Did the incident involve material being", MATERIAL),
            ("action_staff", "Action taken: staff", self.staff),
            ("action_child", "Action taken: child/young person", self.child),
            ("flags", "Marked on the record", FLAGS),
            ("on_school_equipment", "School equipment or network used", EQUIPMENT),
            ("risk_areas", "Area of risk: content, contact, conduct, commerce", RISKS),
        ]


PAPER_2012 = Paper(
    code="camden_2012",
    title="E-safety incident report form",
    officer="e-safety contact officer",
    types=[
        ("bullying", "bullying or harassment (cyber bullying)"),
        ("bypassing_security", "deliberately bypassing security or access"),
        ("hacking", "hacking or virus propagation"),
        ("hate_material", "racist, sexist, homophobic, religious hate material"),
        ("terrorist_material", "terrorist material"),
        ("drug_bomb_making", "drug/bomb making material"),
        ("child_abuse_images", "child abuse images"),
        ("gambling", "on-line gambling"),
        ("soft_pornography", "soft core pornographic material"),
        ("illegal_pornography", "illegal hard core pornographic material"),
        ("other", "other"),
    ],
    considered_as=[
        ("harassment", "harassment"),
        ("grooming", "grooming"),
        ("online_bullying", "cyber bullying"),
        ("breach_of_aup", "breach of AUP"),
    ],
    staff=[
        ("head_informed", "incident reported to head teacher/senior manager"),
        ("advice_sought", "advice sought from Safeguarding and Social Care"),
        ("referral_made", "referral made to Safeguarding and Social Care"),
        ("police", "incident reported to police"),
        ("iwf", "incident reported to Internet Watch Foundation"),
        ("it", "incident reported to IT"),
        ("disciplinary", "disciplinary action to be taken"),
        ("policy_review", "e-safety policy to be reviewed/amended"),
    ],
    child=[
        ("head_informed", "incident reported to head teacher/senior manager"),
        ("advice_sought", "advice sought from Safeguarding and Social Care"),
        ("referral_made", "referral made to Safeguarding and Social Care"),
        ("police", "incident reported to police"),
        ("social_networking_site", "incident reported to social networking site"),
        ("it", "incident reported to IT"),
        ("parents_informed", "child's parents informed"),
        ("disciplinary", "disciplinary action to be taken"),
        ("child_debriefed", "child/young person debriefed"),
        ("policy_review", "e-safety policy to be reviewed/amended"),
    ],
)

PAPER_2021 = Paper(
    code="camden_2021",
    title="Online safety incident report form",
    officer="online safety co-ordinator",
    types=[
        ("bullying", "bullying or harassment (online bullying)"),
        ("bypassing_security", "deliberately bypassing security or access"),
        ("hacking", "hacking or virus propagation"),
        ("hate_material", "racist, sexist, homophobic, transphobic, bi-phobic, religious hate material"),
        ("terrorist_material", "terrorist material"),
        ("grooming", "online grooming"),
        ("radicalisation", "online radicalisation"),
        ("child_abuse_images", "child abuse images"),
        ("gambling", "on-line gambling"),
        ("soft_pornography", "soft core pornographic material"),
        ("illegal_pornography", "illegal hard core pornographic material"),
        ("other", "other"),
    ],
    considered_as=[
        ("harassment", "harassment"),
        ("grooming", "grooming"),
        ("online_bullying", "online bullying"),
        ("breach_of_aup", "breach of AUP"),
    ],
    staff=[
        ("head_informed", "incident reported to head teacher/senior manager"),
        ("advice_sought", "advice sought from LADO"),
        ("referral_made", "referral made to LADO"),
        ("police", "incident reported to police"),
        ("iwf", "incident reported to Internet Watch Foundation"),
        ("it", "incident reported to IT"),
        ("disciplinary", "disciplinary action to be taken"),
        ("policy_review", "online safety policy to be reviewed/amended"),
    ],
    child=[
        ("head_informed", "incident reported to head teacher/senior manager"),
        ("advice_sought", "advice sought from Children's Safeguarding and Social Work"),
        ("referral_made", "referral made to Children's Safeguarding and Social Work"),
        ("police", "incident reported to police"),
        ("social_networking_site", "incident reported to social networking site"),
        ("it", "incident reported to IT"),
        ("parents_informed", "child's parents informed"),
        ("disciplinary", "disciplinary action to be taken"),
        ("child_debriefed", "child/young person debriefed"),
        ("policy_review", "online safety policy to be reviewed/amended"),
    ],
)

PAPERS = [PAPER_2012, PAPER_2021]

STORY = (
    "At morning break two children of Year 6 showed a video on a school tablet to four others. "
    "One of them was upset and told the teaching assistant, who took the tablet and switched it off. "
    "The filter had let the page through because its address was new."
)
USUAL: dict[str, object] = {
    "happened_on": "2026-11-19",
    "happened_at": "10:45",
    "reported_by": "Sam Okafor, teaching assistant",
    "identified_how": "",
    "location": "in_setting",
    "involved": ["child", "other"],
    "involved_other": "a visiting sports coach",
    "types": ["bullying", "soft_pornography", "other"],
    "types_other": "filming without consent",
    "description": f"{STORY}\n\n{STORY}\n\n{STORY}",
    "deliberate": True,
    "deliberate_material": ["viewed", "shown_to_others"],
    "deliberate_considered_as": ["harassment", "breach_of_aup"],
    "accidental": False,
    "accidental_material": [],
    "action_staff": ["head_informed", "it", "policy_review"],
    "specific_action": "The tablet was taken out of use and locked in the office safe at 11:05.",
    "action_child": ["head_informed", "parents_informed", "child_debriefed"],
    "outcome": STORY,
    "urls": ["https://videos.example.org/watch?v=abc123"],
    "block_requested": True,
    "safeguarding": True,
    "people": [
        {"person_id": "", "name": "Robin Vale", "group": "6B", "kind": "pupil", "part": "subject"},
        {"person_id": "", "name": "Ash Quill", "group": "6A", "kind": "pupil", "part": "affected"},
        {"person_id": "", "name": "Sam Okafor", "group": "Teaching assistant", "kind": "staff", "part": "reporter"},
    ],
    "evidence": "Tablet 14, office safe, since 19 November 2026.",
    "audit_of_use": "",
    "on_school_equipment": "yes",
    "risk_areas": ["content", "conduct"],
}


def snapshot(
    answers: Mapping[str, object],
    paper: Paper = PAPER_2021,
    *,
    revision: int = 1,
    supersedes: int = 0,
    recorded_at: str = "2026-11-19T11:20:00+00:00",
) -> Snapshot:
    """The record as it is issued, at a fixed time."""
    return snapshot_of(
        pack=loader.get(paper.code, 1),
        answers=answers,
        organisation=SCHOOL,
        reference=REFERENCE,
        revision=revision,
        recorded_at=recorded_at,
        printed_at="2026-11-20T14:02:00+00:00",
        supersedes=supersedes,
    )


def print_record(answers: Mapping[str, object], paper: Paper = PAPER_2021) -> DrawnPdf:
    return draw(TEMPLATE, snapshot(answers, paper))
