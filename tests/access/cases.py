"""The cases of the two schools, who may know of each, and the cases that are hidden for the crawl."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.access.personas import HILLSIDE, RIVERBANK, Persona

# Words that stand in no page, template or pack: what a search must not find.
CANARIES = ("Zephyrine", "quagmirest", "Oxymandel")
PUPIL = "a pupil of the school"


@dataclass(frozen=True, slots=True)
class Case:
    """One case, by persona: who is its subject, who handles it (empty: nobody at this school can), how far it came.

    ``routed``: what else the report says, by which it goes another way.
    """

    handler: str
    subject: str = PUPIL
    reporter: str = "staff"
    school: str = RIVERBANK
    state: str = "sent"
    said: Mapping[str, Any] = field(default_factory=dict)
    routed: Mapping[str, Any] = field(default_factory=dict)


CASES: dict[str, Case] = {
    "reported": Case("coordinator", state="reported"),
    "unsent": Case("coordinator", state="recorded"),
    "ordinary": Case("coordinator"),
    "failed": Case("coordinator", state="failed"),
    "uncertain": Case("coordinator", state="uncertain"),
    "closed": Case("coordinator", state="closed"),
    "barred": Case("coordinator", state="recorded", said={"sexual_images": True}),
    "about_staff": Case("head", subject="subject_staff"),
    "about_head": Case("chair", subject="head"),
    "about_chair": Case("vice_chair", subject="chair"),
    "about_coordinator": Case("head", subject="coordinator"),
    "in_confidence": Case("head", routed={"in_confidence": True}),
    "elsewhere": Case("other_coordinator", reporter="other_staff", school=HILLSIDE),
}
_READERS = "coordinator head dsl deputy_dsl subject_staff emergency_reader"
# Who may know of a case, and who may act in it: keys of personas. A subject is never among them.
KNOWS: dict[str, str] = dict.fromkeys(CASES, _READERS) | {
    "about_staff": "coordinator head emergency_reader",
    "about_head": "chair emergency_reader",
    "about_chair": "vice_chair emergency_reader",
    "about_coordinator": "head emergency_reader",
    "in_confidence": "head emergency_reader",
    "elsewhere": "other_coordinator",
}
DECIDES: dict[str, str] = {"about_head": "chair", "about_chair": "vice_chair", "elsewhere": "other_head"}


def decider_of(case: str) -> str:
    """The persona that decides in a case: the head teacher, but where they are involved."""
    return DECIDES.get(case, "head")


RUNS: dict[str, str] = dict.fromkeys(KNOWS, "coordinator") | {
    "about_staff": "head",
    "about_head": "chair",
    "about_chair": "vice_chair",
    "about_coordinator": "head",
    "in_confidence": "head",
    "elsewhere": "other_coordinator",
}


# A case of which one of everything was made, that follows from a decision; and with the letter that went out.
DECIDED, SENT = "the decided", "the letter sent"
KNOWS |= dict.fromkeys((DECIDED, SENT), KNOWS["ordinary"])
RUNS |= dict.fromkeys((DECIDED, SENT), RUNS["ordinary"])


def is_decided(case: str, persona: Persona) -> bool:
    """Whether the persona decides on sanctions in the case."""
    return persona.is_member and persona.login == decider_of(case)


def is_known(case: str, persona: Persona) -> bool:
    """Whether the persona may know of the case. One log-in knows whatever part of it is meant."""
    return persona.is_member and persona.login in KNOWS[case].split()


def is_run(case: str, persona: Persona) -> bool:
    """Whether the persona may act in the case."""
    return persona.is_member and persona.login in RUNS[case].split()


@dataclass(frozen=True, slots=True)
class Hidden:
    """A case that one world holds and the other does not. ``knows``: who is left out of the crawl, by persona.

    ``told``: who is told the bare fact, and on which routes that shows. ``decides``: who decides on sanctions in it.
    """

    case: Case
    knows: str
    decides: str
    late_subject: str = ""
    told: Mapping[str, str] = field(default_factory=dict)


_HIDDEN_SAID = {
    "description": f"{CANARIES[0]} {CANARIES[1]} happened by the bins, and was filmed.",
    "specific_action": f"The phone of {CANARIES[2]} was kept.",
}
# Marked so, a case is told to the safeguarding lead as well, and stands first wherever it is shown.
_PRESSING = {**_HIDDEN_SAID, "immediate_risk": True, "safeguarding": True}


def _hidden(
    handler: str, knows: str, *, late_subject: str = "", told: Mapping[str, str] | None = None, **more: Any
) -> Hidden:
    case = Case(handler, **{"reporter": "witness", "state": "failed", "said": _HIDDEN_SAID, **more})
    decides = {"coordinator": "head", "other_coordinator": "other_head"}.get(handler, handler)
    return Hidden(case, knows, decides, late_subject, told or {})


# Whoever gives a child the internet back is told whose it is and until when: never the case, never why.
_A_BAN = {"network_manager": "incidents:measures incidents:today"}
HIDDEN: dict[str, Hidden] = {
    "head is the subject": _hidden("chair", KNOWS["about_head"], subject="head"),
    "a member of staff is the subject": _hidden(
        "head", KNOWS["about_staff"], subject="subject_staff", told={"resources_chair": "incidents:today"}
    ),
    "in confidence": _hidden("head", KNOWS["in_confidence"], routed={"in_confidence": True}, told=_A_BAN),
    "the chair is the subject": _hidden("vice_chair", KNOWS["about_chair"], subject="chair"),
    # With a member of staff as its subject it is the head's, and the deputies stand in for the lead.
    "subject added late": _hidden(
        "coordinator",
        "coordinator head deputy_dsl subject_staff emergency_reader",
        late_subject="dsl",
        said=_PRESSING,
        told={"resources_chair": "incidents:today", **_A_BAN},
    ),
    "about the child of a reader": _hidden("coordinator", _READERS, said=_PRESSING, told=_A_BAN),
    "another school's": _hidden(
        "other_coordinator", KNOWS["elsewhere"], reporter="other_witness", school=HILLSIDE, said=_PRESSING
    ),
}
