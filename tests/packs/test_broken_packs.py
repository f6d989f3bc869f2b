"""Whatever is wrong in a pack is refused, with the file, the key and the reason."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from packs import loader
from packs.loader import PackError

Edit = Callable[[str, str, str], None]


class Broken(NamedTuple):
    name: str
    file: str
    old: str
    new: str
    key: str
    reason: str


EVERYTHING = """\
  - code: everything
    text: "Every concern goes to the online safety co-ordinator."
    handled_by: [coordinator, head_teacher, dsl, deputy_dsl, chair_of_governors, vice_chair, la_officer]
    decided_by: [head_teacher, chair_of_governors, vice_chair]
    read_by: [coordinator, head_teacher, dsl, deputy_dsl]
    duties: [R1, R7]
    source: [CM 4.1, NE]
"""
BROKEN = [
    # the text itself
    Broken("not yaml", "form.yaml", "sections:", "sections: [", "line ", "is not written as YAML"),
    Broken("tab", "form.yaml", "  - code: details", "\t- code: details", "line ", "is not written as YAML"),
    Broken("key twice", "pack.yaml", "version: 1", "version: 1\nversion: 1", "version", "is there twice"),
    Broken(
        "key twice, deep",
        "sanctions.yaml",
        "  warning: {text: Formal warning,",
        "  warning: {text: Formal warning, text: Warning,",
        "sanction_types.warning.text",
        "is there twice",
    ),
    Broken("tag", "pack.yaml", "authority: ", "authority: !!python/name:os.system ", "line ", "has a tag"),
    Broken("harmless tag", "pack.yaml", "version: 1", "version: !!int 1", "line ", "has a tag"),
    Broken("anchor", "pack.yaml", "authority: ", "authority: &a ", "line ", "has an anchor"),
    Broken("alias", "pack.yaml", "authority: ", "authority: *a #", "line ", "anchor"),
    Broken("merge", "pack.yaml", "version: 1", "<<: {version: 1}", "line ", "merge"),
    Broken("key is a list", "pack.yaml", "version: 1", "[version]: 1", "line ", "must be a word"),
    Broken("two documents", "pack.yaml", "version: 1", "version: 1\n---\nx: 1", "line ", "second document"),
    Broken("no such day", "pack.yaml", "2021-01-01", "2021-02-30", "line ", "not a day of the calendar"),
    Broken("nested too deep", "pack.yaml", "version: 1", f"version: {'[' * 20}{']' * 20}", "line ", "levels deep"),
    Broken("control character", "pack.yaml", "London", "Lon\x07don", "", "is not written as YAML"),
    Broken("hidden character", "pack.yaml", "London", "Lon\u202edon", "authority", "invisible character"),
    # pack.yaml
    Broken("unknown key", "pack.yaml", "title: Camden", "colour: red\ntitle: Camden", "colour", "misspelt"),
    Broken("missing key", "pack.yaml", "authority: London Borough of Camden\n", "", "authority", "is missing"),
    Broken("left empty", "pack.yaml", "authority: London Borough of Camden", "authority:", "authority", "left empty"),
    Broken("wrong code", "pack.yaml", "code: camden_2021", "code: camden_2031", "code", "folder is called"),
    Broken("wrong version", "pack.yaml", "version: 1", "version: 2", "version", "folder is called “v1”"),
    Broken("version is a text", "pack.yaml", "version: 1", 'version: "1"', "version", "must be a whole number"),
    Broken("version is true", "pack.yaml", "version: 1", "version: true", "version", "must be a whole number"),
    Broken("year", "pack.yaml", "published: 2021", "published: 21", "published", "between 1990 and 2100"),
    Broken("date", "pack.yaml", "{from: 2021-01-01}", "{from: spring}", "valid.from", "must be a date"),
    Broken(
        "ends before it begins",
        "pack.yaml",
        "{from: 2021-01-01}",
        "{from: 2021-01-01, until: 2020-01-01}",
        "valid.until",
        "before the day",
    ),
    Broken("source twice", "pack.yaml", "letters: CM", "letters: CC", "sources.CC.letters", "twice"),
    Broken("letters", "pack.yaml", "letters: CM", "letters: cm", "sources.cm.letters", "capital letters"),
    # form.yaml
    Broken("top is a list", "form.yaml", "# The incident", "- a\n# The incident", "line ", "is not written as YAML"),
    Broken(
        "kind", "form.yaml", "kind: date", "kind: datum", "sections.details.fields.happened_on.kind", "is not one of"
    ),
    Broken(
        "kind of another field",
        "form.yaml",
        "kind: date",
        "kind: text",
        "sections.details.fields.happened_on.kind",
        "is of kind “date”",
    ),
    Broken(
        "invented field",
        "form.yaml",
        "key: outcome,",
        "key: weather,",
        "sections.outcome.fields.weather.key",
        "no field that a record can hold",
    ),
    Broken(
        "dropped field",
        "form.yaml",
        "  - {key: block_requested, label: Asked IT to block the site / review filtering,"
        ' kind: tick, why: "4.2, 4.3"}\n',
        "",
        "sections",
        "no field “block_requested”",
    ),
    Broken(
        "field twice",
        "form.yaml",
        "{key: evidence,",
        "{key: audit_of_use,",
        "also_recorded.audit_of_use.key",
        "is there twice",
    ),
    Broken(
        "section twice",
        "form.yaml",
        "- code: description",
        "- code: type",
        "sections.type.code",
        "is there twice",
    ),
    Broken(
        "option twice",
        "form.yaml",
        "{code: hacking,",
        "{code: bullying,",
        "sections.type.fields.types.options.bullying.code",
        "is there twice",
    ),
    Broken(
        "option without label",
        "form.yaml",
        "{code: hacking, label: hacking or virus propagation}",
        "{code: hacking}",
        "sections.type.fields.types.options.hacking.label",
        "is missing",
    ),
    Broken(
        "option code",
        "form.yaml",
        "{code: hacking,",
        "{code: Hacking!,",
        "sections.type.fields.types.options.Hacking!.code",
        "is no code",
    ),
    Broken(
        "option with unknown key",
        "form.yaml",
        "code: child_abuse_images, label: child abuse images, uploads_barred: true",
        "code: child_abuse_images, label: child abuse images, upload_barred: true",
        "sections.type.fields.types.options.child_abuse_images.upload_barred",
        "misspelt",
    ),
    Broken(
        "flag is a word",
        "form.yaml",
        "uploads_barred: true",
        "uploads_barred: yes",
        "sections.type.fields.types.options.child_abuse_images.uploads_barred",
        "must be true or false",
    ),
    Broken(
        "label is a number",
        "form.yaml",
        "label: Time,",
        "label: 12,",
        "sections.details.fields.happened_at.label",
        "must be a text",
    ),
    Broken(
        "placeholder",
        "form.yaml",
        "{officer}",
        "{office}",
        "sections.organisation.fields.officer_name.label",
        "curly bracket",
    ),
    Broken(
        "not from the school",
        "form.yaml",
        "key: officer_contact",
        "key: officer_shoe_size",
        "sections.organisation.fields.officer_shoe_size.key",
        "not filled from the school's record",
    ),
    Broken(
        "required unless nothing",
        "form.yaml",
        "required_unless: identified_how",
        "required_unless: identified_who",
        "sections.details.fields.reported_by.required_unless",
        "no field “identified_who”",
    ),
    Broken(
        "options of a text",
        "form.yaml",
        "label: Time, kind: time",
        "label: Time, kind: time, options: [1]",
        "sections.details.fields.happened_at.options",
        "has no options",
    ),
    Broken(
        "future of a text",
        "form.yaml",
        "kind: text, required_unless: identified_how",
        "kind: text, not_in_future: true, required_unless: identified_how",
        "sections.details.fields.reported_by.not_in_future",
        "belongs only to a field of kind “date”",
    ),
    Broken(
        "yes and no",
        "form.yaml",
        '{code: "no", label: "no"}',
        "{code: perhaps, label: perhaps}",
        "also_recorded.on_school_equipment.options",
        "exactly the options yes and no",
    ),
    Broken(
        "group in a box",
        "form.yaml",
        "code: considered_as",
        "code: considered",
        "sections.nature.boxes.deliberate.groups.considered.code",
        "no field that a record can hold",
    ),
    # sanctions.yaml
    Broken(
        "undefined sanction",
        "sanctions.yaml",
        "sanctions: [refer_class_teacher, refer_coordinator,",
        "sanctions: [refer_class_teacher, detention,",
        "pupil.A.sanctions.2",
        "“detention” is not defined under sanction_types",
    ),
    Broken(
        "sanction twice",
        "sanctions.yaml",
        "sanctions: [refer_head, warning]",
        "sanctions: [refer_head, refer_head]",
        "staff.A.sanctions.2",
        "is there twice",
    ),
    Broken(
        "persists from nothing",
        "sanctions.yaml",
        "persists_from: online_bullying",
        "persists_from: offline_bullying",
        "pupil.D.breaches.extreme_bullying.persists_from",
        "no breach “offline_bullying” in a category below D",
    ),
    Broken(
        "persists from its own category",
        "sanctions.yaml",
        "persists_from: unauthorised_social",
        "persists_from: continued_email_phone",
        "pupil.B.breaches.continued_social.persists_from",
        "in a category below B",
    ),
    Broken(
        "breach twice",
        "sanctions.yaml",
        "{code: file_sharing,",
        "{code: unauthorised_social,",
        "pupil.B.breaches.unauthorised_social.code",
        "is there twice",
    ),
    Broken(
        "unknown duty",
        "sanctions.yaml",
        "duties: [R2, R3]",
        "duties: [R2, R33]",
        "pupil.C.obligations.report_la.duties.2",
        "no duty “R33”",
    ),
    Broken(
        "no duty",
        "sanctions.yaml",
        "duties: [R2, R3]",
        "duties: []",
        "pupil.C.obligations.report_la.duties",
        "must not be empty",
    ),
    Broken(
        "hours",
        "sanctions.yaml",
        "within_hours: 24",
        "within_hours: 0",
        "pupil.C.obligations.report_la.within_hours",
        "must lie between",
    ),
    Broken(
        "post",
        "sanctions.yaml",
        "tells: network_manager",
        "tells: caretaker",
        "sanction_types.loss_of_internet.tells",
        "is not one of",
    ),
    Broken(
        "becomes a switched off category",
        "sanctions.yaml",
        "when: an A breach is repeated after a warning, becomes: B",
        "when: an A breach is repeated after a warning, becomes: C",
        "escalation.rules.staff_repeated_after_warning.becomes",
        "not enabled for staff",
    ),
    Broken(
        "missing category",
        "sanctions.yaml",
        "  D: {meaning: set by the school, enabled: false}\n",
        "",
        "staff.D",
        "is missing",
    ),
    # agreements.yaml
    Broken(
        "based on nothing",
        "agreements.yaml",
        "based_on: staff",
        "based_on: stuff",
        "agreements.governor.based_on",
        "no agreement “stuff”",
    ),
    Broken(
        "replaces nothing",
        "agreements.yaml",
        "instead_of: staff.2",
        "instead_of: staff.99",
        "agreements.governor.replaces.governor.2.instead_of",
        "no clause of “staff”",
    ),
    Broken(
        "replaces twice",
        "agreements.yaml",
        "instead_of: staff.2",
        "instead_of: staff.1",
        "agreements.governor.replaces.governor.2.instead_of",
        "is replaced twice",
    ),
    Broken(
        "clause twice",
        "agreements.yaml",
        "id: pupil_ks2.3",
        "id: pupil_ks2.2",
        "agreements.pupil_ks2.clauses.pupil_ks2.2.id",
        "is there twice",
    ),
    Broken(
        "clause of another",
        "agreements.yaml",
        "id: pupil_ks2.3",
        "id: pupil_ks1.3",
        "agreements.pupil_ks2.clauses.pupil_ks1.3.id",
        "the agreement's code, a full stop and a number",
    ),
    Broken(
        "signer",
        "agreements.yaml",
        "signed_by: [visitor]",
        "signed_by: [guest]",
        "agreements.visitor.signed_by.1",
        "is not one of",
    ),
    Broken(
        "agreement twice", "agreements.yaml", "- code: visitor", "- code: parent", "agreements.parent.code", "twice"
    ),
    # duties.yaml
    Broken("duty twice", "duties.yaml", "id: R2,", "id: R1,", "reporting_and_routing.R1.id", "is there twice"),
    Broken("duty id", "duties.yaml", "id: R2,", "id: rule2,", "reporting_and_routing.rule2.id", "is no duty id"),
    Broken("duty without source", "duties.yaml", "from: [NS 3]", "from: []", "governance.G2.from", "must not be empty"),
    Broken(
        "unknown source",
        "duties.yaml",
        "from: [NE]",
        "from: [XX 4.1]",
        "reporting_and_routing.R7.from.1",
        "none of the sources in pack.yaml",
    ),
    Broken(
        "a duty that others cite is gone",
        "duties.yaml",
        "id: P9,",
        "id: P99,",
        "steps.prevent_advice.duties.1",
        "no duty “P9”",
    ),
    # guidance.yaml
    Broken("step twice", "guidance.yaml", "id: do_not_look", "id: call_999", "steps.call_999.id", "is there twice"),
    Broken(
        "urgency",
        "guidance.yaml",
        "    urgency: at_once",
        "    urgency: soonish",
        "steps.call_999.urgency",
        "is not one of",
    ),
    Broken("post of a step", "guidance.yaml", "post: dsl", "post: dls", "steps.tell_dsl.post", "is not one of"),
    Broken("no such step", "guidance.yaml", "other: [unsure]", "other: [unsura]", "types.other.1", "no step “unsura”"),
    Broken(
        "no such type",
        "guidance.yaml",
        "  other: [unsure]",
        "  others: [unsure]",
        "types.others",
        "no type of incident",
    ),
    Broken("type without steps", "guidance.yaml", "  other: [unsure]\n", "", "types.other", "needs its steps"),
    Broken("type with none", "guidance.yaml", "other: [unsure]", "other: []", "types.other", "must not be empty"),
    Broken("flag without steps", "guidance.yaml", "  block_requested: [", "  blocked: [", "flags.blocked", "no tick"),
    Broken(
        "step that nobody names",
        "guidance.yaml",
        "  hate_material: [screen_off, support_target,",
        "  hate_material: [screen_off,",
        "steps.support_target",
        "names this step",
    ),
    # routing.yaml
    Broken(
        "line twice",
        "routing.yaml",
        "code: staff_in_confidence",
        "code: chair_subject",
        "lines.chair_subject.code",
        "is there twice",
    ),
    Broken(
        "addition called like a line",
        "routing.yaml",
        "code: lado",
        "code: everything",
        "additions.everything.code",
        "is there twice",
    ),
    Broken(
        "line's code too long",
        "routing.yaml",
        "code: staff_in_confidence",
        f"code: {'s' * 41}",
        f"lines.{'s' * 41}.code",
        "longer than 40",
    ),
    Broken(
        "no such post",
        "routing.yaml",
        "handled_by: [vice_chair,",
        "handled_by: [vicar,",
        "lines.chair_subject.handled_by.1",
        "is not one of",
    ),
    Broken(
        "post twice in a line",
        "routing.yaml",
        "handled_by: [coordinator, head_teacher,",
        "handled_by: [coordinator, coordinator,",
        "lines.everything.handled_by.2",
        "is there twice",
    ),
    Broken(
        "line without an end",
        "routing.yaml",
        "handled_by: [vice_chair, la_officer]",
        "handled_by: [vice_chair]",
        "lines.chair_subject.handled_by.1",
        "only the last, is “la_officer”",
    ),
    Broken(
        "line that ends early",
        "routing.yaml",
        "handled_by: [vice_chair, la_officer]",
        "handled_by: [la_officer, vice_chair]",
        "lines.chair_subject.handled_by.1",
        "only the last, is “la_officer”",
    ),
    Broken(
        "line that nobody handles",
        "routing.yaml",
        "handled_by: [vice_chair, la_officer]",
        "handled_by: []",
        "lines.chair_subject.handled_by",
        "must not be empty",
    ),
    Broken(
        "officer reads",
        "routing.yaml",
        "read_by: [coordinator, head_teacher]",
        "read_by: [la_officer]",
        "lines.staff_subject.read_by.1",
        "is not one of",
    ),
    Broken(
        "handled by whom it is kept from",
        "routing.yaml",
        "handled_by: [chair_of_governors, vice_chair, la_officer]\n    decided_by: [chair_of_governors, vice_chair]",
        "handled_by: [coordinator, vice_chair, la_officer]\n    decided_by: [chair_of_governors, vice_chair]",
        "lines.head_or_governor_subject.handled_by.1",
        "kept from “coordinator”",
    ),
    Broken(
        "read by whom it is kept from",
        "routing.yaml",
        "read_by: [coordinator, head_teacher]\n    kept_from: [chair_of_governors]",
        "read_by: [coordinator, chair_of_governors]\n    kept_from: [chair_of_governors]",
        "lines.staff_subject.read_by.2",
        "kept from “chair_of_governors”",
    ),
    Broken(
        "not kept from the head",
        "routing.yaml",
        "kept_from: [head_teacher, coordinator]",
        "kept_from: [coordinator]",
        "lines.head_or_governor_subject.kept_from",
        "about the head_teacher must be kept from that post",
    ),
    Broken(
        "not kept from the chair",
        "routing.yaml",
        "    kept_from: [chair_of_governors, head_teacher, coordinator]\n",
        "",
        "lines.chair_subject.kept_from",
        "about the chair_of_governors must be kept",
    ),
    Broken(
        "no such subject",
        "routing.yaml",
        "subject: [chair_of_governors]",
        "subject: [caretaker]",
        "lines.chair_subject.when.subject.1",
        "is not one of",
    ),
    Broken(
        "condition that says nothing",
        "routing.yaml",
        "when: {in_confidence: true}",
        "when: {in_confidence: false}",
        "lines.staff_in_confidence.when",
        "says nothing",
    ),
    Broken(
        "line about the staff before the head's",
        "routing.yaml",
        "when: {subject: [chair_of_governors]}",
        "when: {subject: [staff]}",
        "lines.head_or_governor_subject.when.subject.1",
        "“chair_subject” above already takes every case about the head_teacher",
    ),
    Broken(
        "line that is never reached",
        "routing.yaml",
        "    when: {subject: [staff], in_confidence: true}\n",
        "",
        "lines.staff_in_confidence.when",
        "never reached: “staff_subject_in_confidence”",
    ),
    Broken(
        "last line is not for all",
        "routing.yaml",
        "handled_by: [coordinator, head_teacher, dsl,",
        "when: {in_confidence: true}\n    handled_by: [coordinator, head_teacher, dsl,",
        "lines.everything.when",
        "never reached: “staff_in_confidence”",
    ),
    Broken(
        "last line is for some only",
        "routing.yaml",
        EVERYTHING,
        "",
        "lines.staff_subject.when",
        "the last line must fit every case",
    ),
    Broken(
        "nothing for staff",
        "routing.yaml",
        "when: {subject: [staff]}\n    handled_by",
        "when: {subject: [staff], in_confidence: true}\n    handled_by",
        "lines.staff_subject.when.subject.1",
        "already takes every case about the staff",
    ),
    Broken(
        "nothing for governors",
        "routing.yaml",
        "subject: [head_teacher, governor]",
        "subject: [head_teacher]",
        "lines",
        "no line is for cases about the governor",
    ),
    Broken(
        "line without words",
        "routing.yaml",
        '    text: "Every concern goes to the online safety co-ordinator."\n',
        "",
        "lines.everything.text",
        "is missing",
    ),
    Broken(
        "line without duty",
        "routing.yaml",
        "duties: [R1, R7]",
        "duties: []",
        "lines.everything.duties",
        "must not be empty",
    ),
    Broken(
        "line with unknown duty",
        "routing.yaml",
        "duties: [R1, R7]",
        "duties: [R1, R77]",
        "lines.everything.duties.2",
        "no duty “R77”",
    ),
    Broken(
        "line with unknown source",
        "routing.yaml",
        "source: [CM 4.1, NE]",
        "source: [XX 4.1, NE]",
        "lines.everything.source.1",
        "none of the sources in pack.yaml",
    ),
    Broken(
        "misspelt key of a line",
        "routing.yaml",
        "kept_from: [head_teacher, coordinator]",
        "kept_form: [head_teacher, coordinator]",
        "lines.head_or_governor_subject.kept_from",
        "must be kept from that post",
    ),
    Broken(
        "misspelt condition",
        "routing.yaml",
        "when: {in_confidence: true}",
        "when: {in_confidence: true, types: [other]}",
        "lines.staff_in_confidence.when.types",
        "misspelt",
    ),
    Broken(
        "type of another edition",
        "routing.yaml",
        "type: [terrorist_material, radicalisation]",
        "type: [terrorist_material, drug_bomb_making]",
        "additions.extremism.when.type.2",
        "no type “drug_bomb_making”",
    ),
    Broken(
        "tick there is not",
        "routing.yaml",
        "tick: [illegal_material]",
        "tick: [illegal_images]",
        "additions.illegal_material.when.tick.1",
        "no tick “illegal_images”",
    ),
    Broken(
        "considered as what cannot be ticked",
        "routing.yaml",
        "considered_as: [grooming]",
        "considered_as: [gambling]",
        "additions.grooming.when.considered_as.1",
        "no considered as “gambling”",
    ),
    Broken(
        "line there is not",
        "routing.yaml",
        "line: [staff_subject,",
        "line: [staff_subjects,",
        "additions.staff_discipline.when.line.1",
        "no line “staff_subjects”",
    ),
    Broken(
        "addition that always holds",
        "routing.yaml",
        "when: {subject: [staff]}\n    decisions",
        "when: {}\n    decisions",
        "additions.lado.when",
        "must say when it holds",
    ),
    Broken(
        "addition that adds nothing",
        "routing.yaml",
        "    facts_to: [resources_chair]\n",
        "",
        "additions.staff_discipline.first_of",
        "adds nobody",
    ),
    Broken(
        "fact to whom it is not for",
        "routing.yaml",
        "facts_to: [resources_chair]",
        "facts_to: [parent]",
        "additions.staff_discipline.facts_to.1",
        "is not one of",
    ),
    Broken(
        "decision there is not",
        "routing.yaml",
        "decisions: [lado]",
        "decisions: [lad]",
        "additions.lado.decisions.1",
        "is not one of",
    ),
    Broken(
        "serious type that nobody is told of",
        "routing.yaml",
        "type: [terrorist_material, radicalisation]",
        "type: [terrorist_material]",
        "additions",
        "the type “radicalisation” is serious, but no addition tells anybody",
    ),
    Broken(
        "serious tick that is told in some lines only",
        "routing.yaml",
        "tick: [safeguarding, immediate_risk]",
        "tick: [safeguarding, immediate_risk], line: [everything]",
        "additions",
        "the tick “safeguarding” is serious",
    ),
    Broken(
        "barred tick without the police",
        "routing.yaml",
        "    first_of: [dsl, deputy_dsl]\n    decisions: [police]\n    duties: [P8, P14]",
        "    first_of: [dsl, deputy_dsl]\n    duties: [P8, P14]",
        "additions",
        "the tick “illegal_material” bars uploads, but no addition asks",
    ),
]


def test_the_table_is_long_enough() -> None:
    assert len({each.name for each in BROKEN}) == len(BROKEN) >= 100


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_pack_is_refused(root: Path, edit: Edit, broken: Broken) -> None:
    edit(broken.file, broken.old, broken.new)
    with pytest.raises(PackError) as caught:
        loader.editions(root=root)
    error = caught.value
    where = "guidance.yaml" if broken.key.startswith("steps.") else broken.file
    assert error.file == f"camden_2021/v1/{where}"
    assert error.key.startswith(broken.key) if broken.key == "line " else error.key == broken.key
    assert broken.reason in error.reason
    assert str(error).startswith(f"Policy pack {error.file}")
    assert error.key in str(error)
    assert str(error).endswith(error.reason)


@pytest.mark.parametrize("file", loader.FILES)
def test_a_missing_file_is_refused(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(PackError, match=f"camden_2021/v1/{file}: the file is missing"):
        loader.load_folder(folder)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "must be a table"),
        (b"- one\n- two\n", "must be a table of keys and values, but is a list"),
        (b"just words\n", "but is a text"),
        ("title: Überschrift\n".encode("latin-1"), "not saved as UTF-8"),
        ("title: a\n".encode("utf-16"), "not saved as UTF-8"),
        (b"a: 1\n" + b"#" * 300_000, "larger than 256 KB"),
        (b"a: &a [1]\nb: &b [*a,*a]\nc: [*b,*b]\n", "anchor"),
    ],
    ids=["empty", "list", "text", "latin-1", "utf-16", "large", "bomb"],
)
def test_a_file_of_the_wrong_sort_is_refused(folder: Path, content: bytes, reason: str) -> None:
    (folder / "guidance.yaml").write_bytes(content)
    with pytest.raises(PackError) as caught:
        loader.load_folder(folder)
    assert caught.value.file == "camden_2021/v1/guidance.yaml"
    assert reason in caught.value.reason


def test_a_file_that_does_not_belong_is_refused(folder: Path) -> None:
    (folder / "forms.yml").write_text("a: 1\n")
    with pytest.raises(PackError, match=r"forms\.yml: does not belong here"):
        loader.load_folder(folder)


def test_a_file_beside_the_folders_is_refused(root: Path) -> None:
    (root / "camden_2021" / "notes.txt").write_text("note")
    with pytest.raises(PackError, match="only folders belong"):
        loader.editions(root=root)


@pytest.mark.parametrize("name", ["1", "v01", "v1.0", "version1", "v0"])
def test_the_folder_of_a_version_is_named_for_it(folder: Path, name: str) -> None:
    renamed = folder.rename(folder.with_name(name))
    with pytest.raises(PackError, match="must be called v and the version"):
        loader.load_folder(renamed)


def test_the_folder_of_a_pack_is_a_code(root: Path) -> None:
    renamed = (root / "camden_2021").rename(root / "Camden 2021")
    with pytest.raises(PackError, match="is no code"):
        loader.load_folder(renamed / "v1")


def test_no_packs_at_all(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="no pack in this folder"):
        loader.editions(root=tmp_path)
    with pytest.raises(PackError, match="cannot be read"):
        loader.editions(root=tmp_path / "nowhere")
