"""Every code and label of both editions, typed here and not read from the packs or from where they came."""

import pytest

from packs import loader
from packs.schema import ANSWER_KINDS, Pack, UnknownField, UnknownOption

OLD, NEW = "camden_2012", "camden_2021"

TITLES = {OLD: "E-safety incident report form", NEW: "Online safety incident report form"}
OFFICERS = {OLD: "e-safety contact officer", NEW: "online safety co-ordinator"}

SECTIONS = [
    ("organisation", "School/organisation's details"),
    ("details", "Details of incident"),
    ("type", "Type of incident"),
    ("description", "Description of incident"),
    ("nature", "Nature of incident"),
    ("action_staff", "Action taken: staff"),
    ("action_child", "Action taken: child/young person"),
    ("outcome", "Outcome of incident/investigation"),
]

FIELDS: dict[str, list[tuple[str, str | dict[str, str], str]]] = {
    "organisation": [
        ("organisation_name", "Name of school/organisation", "text"),
        ("organisation_address", "Address", "text"),
        ("officer_name", {OLD: "Name of e-safety contact officer", NEW: "Name of online safety co-ordinator"}, "text"),
        ("officer_contact", "Contact details", "text"),
    ],
    "details": [
        ("happened_on", "Date happened", "date"),
        ("happened_at", "Time", "time"),
        ("reported_by", "Name of person reporting incident", "text"),
        ("identified_how", "If not reported, how was the incident identified?", "text"),
        ("location", "Where did the incident occur?", "choice"),
        ("involved", "Who was involved in the incident?", "multiple"),
    ],
    "type": [("types", "Type of incident", "multiple")],
    "description": [("description", "Description of incident", "long_text")],
    "nature": [
        ("deliberate", "Deliberate access", "tick"),
        ("deliberate_material", "Did the incident involve material being", "multiple"),
        ("deliberate_considered_as", "Could the incident be considered as", "multiple"),
        ("accidental", "Accidental access", "tick"),
        ("accidental_material", "Did the incident involve material being", "multiple"),
    ],
    "action_staff": [
        ("action_staff", "Action taken: staff", "multiple"),
        ("specific_action", "Please detail any specific action taken (i.e. removal of equipment)", "long_text"),
    ],
    "action_child": [("action_child", "Action taken: child/young person", "multiple")],
    "outcome": [("outcome", "Outcome of incident/investigation", "long_text")],
}

ALSO_RECORDED = [
    ("urls", "Website addresses (URLs)", "urls"),
    ("block_requested", "Asked IT to block the site / review filtering", "tick"),
    (
        "people",
        "Pupils and staff involved, each with the part they played (subject, affected, witness, reporter)",
        "people",
    ),
    ("safeguarding", "Safeguarding or child protection concern", "tick"),
    ("illegal_material", "Material may be illegal", "tick"),
    ("sexual_images", "Sexual images of anyone under 18 may be involved (nudes or semi-nudes)", "tick"),
    ("immediate_risk", "A child is at immediate risk", "tick"),
    ("evidence", "Equipment or evidence secured", "long_text"),
    ("audit_of_use", "Audit of use: who was responsible, what was accessed", "long_text"),
    ("on_school_equipment", "School equipment or network used", "yes_no"),
    ("risk_areas", "Area of risk: content, contact, conduct, commerce", "multiple"),
]

MATERIAL = [
    ("created", "created"),
    ("viewed", "viewed"),
    ("printed", "printed"),
    ("shown_to_others", "shown to others"),
    ("transmitted", "transmitted to others"),
    ("distributed", "distributed"),
]

# None: this edition does not have the option. One text: both editions read so.
OPTIONS: dict[str, list[tuple[str, str | dict[str, str | None]]]] = {
    "location": [("in_setting", "In school/service setting"), ("outside_setting", "Outside school/service setting")],
    "involved": [("child", "child/young person"), ("staff", "staff member"), ("other", "other")],
    "types": [
        (
            "bullying",
            {OLD: "bullying or harassment (cyber bullying)", NEW: "bullying or harassment (online bullying)"},
        ),
        ("bypassing_security", "deliberately bypassing security or access"),
        ("hacking", "hacking or virus propagation"),
        (
            "hate_material",
            {
                OLD: "racist, sexist, homophobic, religious hate material",
                NEW: "racist, sexist, homophobic, transphobic, bi-phobic, religious hate material",
            },
        ),
        ("terrorist_material", "terrorist material"),
        ("drug_bomb_making", {OLD: "drug/bomb making material", NEW: None}),
        ("grooming", {OLD: None, NEW: "online grooming"}),
        ("radicalisation", {OLD: None, NEW: "online radicalisation"}),
        ("child_abuse_images", "child abuse images"),
        ("gambling", "on-line gambling"),
        ("soft_pornography", "soft core pornographic material"),
        ("illegal_pornography", "illegal hard core pornographic material"),
        ("other", "other"),
    ],
    "deliberate_material": list(MATERIAL),
    "deliberate_considered_as": [
        ("harassment", "harassment"),
        ("grooming", "grooming"),
        ("online_bullying", {OLD: "cyber bullying", NEW: "online bullying"}),
        ("breach_of_aup", "breach of AUP"),
    ],
    "accidental_material": list(MATERIAL),
    "action_staff": [
        ("head_informed", "incident reported to head teacher/senior manager"),
        ("advice_sought", {OLD: "advice sought from Safeguarding and Social Care", NEW: "advice sought from LADO"}),
        ("referral_made", {OLD: "referral made to Safeguarding and Social Care", NEW: "referral made to LADO"}),
        ("police", "incident reported to police"),
        ("iwf", "incident reported to Internet Watch Foundation"),
        ("it", "incident reported to IT"),
        ("disciplinary", "disciplinary action to be taken"),
        (
            "policy_review",
            {
                OLD: "e-safety policy to be reviewed/amended",
                NEW: "online safety policy to be reviewed/amended",
            },
        ),
    ],
    "action_child": [
        ("head_informed", "incident reported to head teacher/senior manager"),
        (
            "advice_sought",
            {
                OLD: "advice sought from Safeguarding and Social Care",
                NEW: "advice sought from Children's Safeguarding and Social Work",
            },
        ),
        (
            "referral_made",
            {
                OLD: "referral made to Safeguarding and Social Care",
                NEW: "referral made to Children's Safeguarding and Social Work",
            },
        ),
        ("police", "incident reported to police"),
        ("social_networking_site", "incident reported to social networking site"),
        ("it", "incident reported to IT"),
        ("parents_informed", "child's parents informed"),
        ("disciplinary", "disciplinary action to be taken"),
        ("child_debriefed", "child/young person debriefed"),
        (
            "policy_review",
            {
                OLD: "e-safety policy to be reviewed/amended",
                NEW: "online safety policy to be reviewed/amended",
            },
        ),
    ],
    "on_school_equipment": [("yes", "yes"), ("no", "no")],
    "risk_areas": [
        ("content", "content"),
        ("contact", "contact"),
        ("conduct", "conduct"),
        ("commerce", "commerce"),
    ],
}


def in_edition(words: str | dict[str, str] | dict[str, str | None], code: str) -> str | None:
    return words if isinstance(words, str) else words[code]


def test_titles_and_officer(pack: Pack) -> None:
    assert pack.form_title == pack.form.title == TITLES[pack.code]
    assert pack.officer_title == pack.form.officer_title == OFFICERS[pack.code]


def test_sections_stand_in_printed_order(pack: Pack) -> None:
    assert [(each.code, each.title) for each in pack.form.sections] == SECTIONS
    assert [each.code for each in pack.form.sections if not each.answered] == ["organisation"]


def test_fields_of_each_section(pack: Pack) -> None:
    for section in pack.form.sections:
        expected = [(key, in_edition(label, pack.code), kind) for key, label, kind in FIELDS[section.code]]
        assert [(each.key, each.label, each.kind) for each in section.fields] == expected


def test_fields_recorded_beside_the_form(pack: Pack) -> None:
    assert [(each.key, each.label, each.kind) for each in pack.form.also_recorded] == ALSO_RECORDED
    assert all(each.why for each in pack.form.also_recorded)


@pytest.mark.parametrize("key", sorted(OPTIONS))
def test_options_of_each_field(pack: Pack, key: str) -> None:
    expected = [(code, in_edition(label, pack.code)) for code, label in OPTIONS[key]]
    expected = [(code, label) for code, label in expected if label is not None]
    assert [(each.code, each.label) for each in pack.form.field(key).options] == expected
    for code, label in expected:
        assert pack.form.label(key, code) == label


def test_no_other_field_has_options(pack: Pack) -> None:
    assert {each.key for each in pack.form.fields() if each.options} == set(OPTIONS)


def test_an_edition_has_only_its_own_options() -> None:
    with pytest.raises(UnknownOption, match="grooming"):
        loader.get(OLD, 1).form.label("types", "grooming")
    with pytest.raises(UnknownOption, match="drug_bomb_making"):
        loader.get(NEW, 1).form.label("types", "drug_bomb_making")
    with pytest.raises(UnknownField, match="no_such_field"):
        loader.get(NEW, 1).form.field("no_such_field")


def test_what_must_be_filled(pack: Pack) -> None:
    form = pack.form
    assert {each.key for each in form.fields() if each.required} == {
        "happened_on",
        "location",
        "involved",
        "types",
        "description",
    }
    assert {each.key: each.required_unless for each in form.fields() if each.required_unless} == {
        "reported_by": "identified_how",
        "identified_how": "reported_by",
    }
    assert [each.key for each in form.fields() if each.not_in_future] == ["happened_on"]


def test_other_asks_for_its_text(pack: Pack) -> None:
    asking = {
        (each.key, option.code): option.specify_key
        for each in pack.form.fields()
        for option in each.options
        if option.specify_key
    }
    assert asking == {("involved", "other"): "involved_other", ("types", "other"): "types_other"}
    assert all(
        bool(option.specify_label) == bool(option.specify_key) for each in pack.form.fields() for option in each.options
    )


def test_lengths(pack: Pack) -> None:
    for each in pack.form.fields():
        expected = {"text": 200, "long_text": 20_000}.get(each.kind)
        assert each.max_length == (None if each.from_school else expected)


def test_keys_of_the_answers(pack: Pack) -> None:
    keys = pack.form.answer_keys
    assert len(keys) == len(set(keys))
    assert set(keys) == {*ANSWER_KINDS, "involved_other", "types_other"}
    assert [each.key for each in pack.form.fields() if each.from_school] == [
        "organisation_name",
        "organisation_address",
        "officer_name",
        "officer_contact",
    ]


def test_the_nature_section_has_two_boxes(pack: Pack) -> None:
    boxes = pack.form.section("nature").boxes
    assert [(box.code, box.label, [(group.key, group.group) for group in box.groups]) for box in boxes] == [
        (
            "deliberate",
            "Deliberate access",
            [("deliberate_material", "material"), ("deliberate_considered_as", "considered_as")],
        ),
        ("accidental", "Accidental access", [("accidental_material", "material")]),
    ]
    assert all(group.box == box.code == box.tick.key for box in boxes for group in box.groups)


UPLOADS_BARRED = {"child_abuse_images", "illegal_pornography"}
SERIOUS_TYPES = {
    OLD: UPLOADS_BARRED | {"terrorist_material", "drug_bomb_making"},
    NEW: UPLOADS_BARRED | {"terrorist_material", "grooming", "radicalisation"},
}


def test_marks_of_types_and_flags(pack: Pack) -> None:
    types, flags = pack.form.field("types").options, pack.form.flags
    assert {each.code for each in types if each.uploads_barred} == UPLOADS_BARRED
    assert {each.code for each in types if each.serious} == SERIOUS_TYPES[pack.code]
    assert [each.key for each in flags] == [
        "deliberate",
        "accidental",
        "block_requested",
        "safeguarding",
        "illegal_material",
        "sexual_images",
        "immediate_risk",
    ]
    assert {each.key for each in flags if each.uploads_barred} == {"illegal_material", "sexual_images"}
    assert {each.key for each in flags if each.serious} == {
        "safeguarding",
        "illegal_material",
        "sexual_images",
        "immediate_risk",
    }
