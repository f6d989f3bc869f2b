"""The routing tables of both packs, typed from the policies, and the document that is printed from them."""

import pytest

from incidents.management.commands.print_routing import lines, may_read
from packs.schema import Pack
from packs.schema.routing import OFFICER, ROUTED_POSTS, SUBJECT_IS_ALSO, SUBJECTS, UnknownLine
from schools.roles import Role
from tests.house.source import ROOT

LINES = {
    "chair_subject": ("vice_chair la_officer", "", "chair_of_governors head_teacher coordinator"),
    "head_or_governor_subject": ("chair_of_governors vice_chair la_officer", "", "head_teacher coordinator"),
    "staff_subject_in_confidence": ("head_teacher vice_chair la_officer", "", "chair_of_governors"),
    "staff_in_confidence": ("head_teacher chair_of_governors vice_chair la_officer", "", ""),
    "staff_subject": ("head_teacher vice_chair la_officer", "coordinator head_teacher", "chair_of_governors"),
    "everything": (
        "coordinator head_teacher dsl deputy_dsl chair_of_governors vice_chair la_officer",
        "coordinator head_teacher dsl deputy_dsl",
        "",
    ),
}
# The head teacher decides on sanctions; where the head is a subject the chair of governors, and where the chair is, the
# vice chair. Of staff the chair of governors decides nothing, to stay independent for an appeal.
DECIDED_BY = {
    "chair_subject": "vice_chair",
    "head_or_governor_subject": "chair_of_governors vice_chair",
    "staff_subject_in_confidence": "head_teacher vice_chair",
    "staff_in_confidence": "head_teacher chair_of_governors vice_chair",
    "staff_subject": "head_teacher vice_chair",
    "everything": "head_teacher chair_of_governors vice_chair",
}
SUBJECTS_OF = {
    "chair_subject": ("chair_of_governors",),
    "head_or_governor_subject": ("head_teacher", "governor"),
    "staff_subject_in_confidence": ("staff",),
    "staff_in_confidence": (),
    "staff_subject": ("staff",),
    "everything": (),
}
DUTIES = {
    "chair_subject": "R5 R7",
    "head_or_governor_subject": "R5",
    "staff_subject_in_confidence": "R4 R10 S5",
    "staff_in_confidence": "R10",
    "staff_subject": "R4 P14 S5",
    "everything": "R1 R7",
    "safeguarding": "R6 P1 P2 P11",
    "extremism": "R6 P9",
    "grooming": "R6 P10",
    "images": "P7 P8 P12",
    "illegal_material": "P8 P14",
    "lado": "R4",
    "staff_discipline": "S5",
}


def test_the_lines_in_order(pack: Pack) -> None:
    assert [each.code for each in pack.routing.lines] == list(LINES)
    for each in pack.routing.lines:
        said = (" ".join(each.handled_by), " ".join(each.read_by), " ".join(each.kept_from))
        assert said == LINES[each.code]
        assert " ".join(each.decided_by) == DECIDED_BY[each.code]
        assert set(each.decided_by).isdisjoint(each.kept_from)
        assert each.subjects == SUBJECTS_OF[each.code]
        assert each.in_confidence == ("in_confidence" in each.code)


def test_the_additions(pack: Pack) -> None:
    new = pack.code == "camden_2021"
    additions = {each.code: each for each in pack.routing.additions}
    assert list(additions) == [code for code in DUTIES if code not in LINES]
    told = {code for code, each in additions.items() if each.first_of}
    assert told == {"safeguarding", "extremism", "grooming", "images", "illegal_material"}
    assert {additions[code].first_of for code in told} == {("dsl", "deputy_dsl")}
    assert {code: each.decisions for code, each in additions.items() if each.decisions} == {
        "images": ("police",),
        "illegal_material": ("police",),
        "lado": ("lado",),
    }
    assert {code: each.facts_to for code, each in additions.items() if each.facts_to} == {
        "staff_discipline": ("resources_chair",)
    }
    assert additions["safeguarding"].flags == ("safeguarding", "immediate_risk")
    assert additions["extremism"].types == ("terrorist_material", "radicalisation" if new else "drug_bomb_making")
    assert additions["grooming"].types == (("grooming",) if new else ())
    assert additions["grooming"].considered_as == ("grooming",)
    assert additions["images"].types == ("child_abuse_images", "illegal_pornography")
    assert additions["images"].flags == ("sexual_images",)
    assert additions["illegal_material"].flags == ("illegal_material",)
    assert additions["lado"].subjects == ("staff",)
    assert additions["staff_discipline"].lines == ("staff_subject", "staff_subject_in_confidence")


def test_every_row_cites_duties_and_the_clauses_they_come_from(pack: Pack) -> None:
    other = "CM" if pack.code == "camden_2012" else "CC"
    for each in (*pack.routing.lines, *pack.routing.additions):
        wanted = set(DUTIES[each.code].split())
        assert set(each.duties) == wanted | ({"P1"} if each.code == "extremism" and other == "CM" else set())
        near = {clause for duty in each.duties for clause in pack.duty(duty).sources}
        assert set(each.source) <= near, each.code
        # Its own edition, but where only the other one speaks of the matter.
        assert {clause for clause in each.source if clause.startswith(other)} <= {"CM 4.9", "CC 5.2.2"}
        assert each.text.endswith(".")


def test_an_entry_by_its_code(pack: Pack) -> None:
    assert pack.routing.entry("everything") is pack.routing.lines[-1]
    assert pack.routing.entry("lado").decisions == ("lado",)  # type: ignore[union-attr]
    with pytest.raises(UnknownLine):
        pack.routing.entry("nothing")


def test_what_a_subject_is_besides() -> None:
    for subject in SUBJECTS:
        assert {subject, "staff"} <= SUBJECT_IS_ALSO[subject]
        for other in SUBJECT_IS_ALSO[subject]:
            assert SUBJECT_IS_ALSO[other] <= SUBJECT_IS_ALSO[subject]


def test_the_document_is_fresh() -> None:
    document = (ROOT / "docs/routing.md").read_text(encoding="utf-8")
    assert document == "\n".join(lines()) + "\n", "manage.py print_routing > docs/routing.md"


def test_the_document_names_every_post_in_every_line(pack: Pack) -> None:
    for each in pack.routing.lines:
        reading = may_read(pack, each.code)
        assert {post for post in each.handled_by if post != OFFICER} <= reading
        assert reading.isdisjoint(each.kept_from)
        assert reading | set(each.kept_from) <= set(ROUTED_POSTS)
    assert may_read(pack, "chair_subject") == {Role.VICE_CHAIR, Role.DSL, Role.DEPUTY_DSL}
    assert may_read(pack, "everything") == set(map(Role, ROUTED_POSTS))
