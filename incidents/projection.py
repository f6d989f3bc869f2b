"""From a record's answers to the columns and rows by which the log filters and searches."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchVector
from django.db.models import Value
from django.db.models.expressions import CombinedExpression

from incidents.models import Incident, Involvement
from incidents.rules.answers import ticked_flags
from incidents.rules.routing import Routes
from packs import rules as pack_rules
from packs.schema import Pack

_SAME_NAME = ("location", "involved", "types", "deliberate", "accidental", "risk_areas")
_FLAGS = ("safeguarding", "illegal_material", "immediate_risk", "sexual_images")
PROJECTED = (
    "revision",
    "happened_on",
    *_SAME_NAME,
    *_FLAGS,
    "uploads_barred",
    "search",
)
DIRECTED = (
    "handler_post",
    "chosen_post",
    "why",
    "read_by",
    "kept_out",
    "needs_lado",
    "needs_police_advice",
    "nobody_left",
    "decider_post",
)


def project(incident: Incident, answers: Mapping[str, Any], pack: Pack) -> None:
    """Set the columns of an incident from its answers; the caller saves them (``PROJECTED``). No query."""
    day = answers.get("happened_on")
    incident.happened_on = date.fromisoformat(day) if day else None
    for name in (*_SAME_NAME, *_FLAGS):
        setattr(incident, name, answers[name])
    flags = ticked_flags(pack.form, answers)
    incident.uploads_barred = pack_rules.uploads_barred(pack, answers["types"], flags) is not None
    incident.search = search_vector(incident.reference, answers, pack)


def search_vector(reference: str, answers: Mapping[str, Any], pack: Pack) -> CombinedExpression:
    """What the log's search finds a record by: names and references as they are, texts by their English stems."""
    names = [person["name"] for person in answers["people"]]
    literal = " ".join([reference, reference.replace("-", ""), *names, answers["reported_by"]])
    types = [pack.form.label("types", code) for code in answers["types"] if code in pack.form.field("types").codes]
    texts = [answers[key] for key in ("description", "specific_action", "outcome", "evidence", "audit_of_use")]
    texts += [answers.get("types_other", ""), answers.get("involved_other", ""), *answers["urls"], *types]
    return SearchVector(Value(literal), config="simple", weight="A") + SearchVector(
        Value(" ".join(texts)), config="english", weight="B"
    )


def direct(incident: Incident, routes: Routes) -> None:
    """Set the columns that say where a case goes; the caller saves them (``DIRECTED``). No query.

    A choice that could not be kept to is forgotten, so that the case does not jump back when it could be again.
    """
    incident.handler_post = routes.handler_post.value
    if incident.chosen_post != routes.handler_post:
        incident.chosen_post = ""
    incident.why = list(routes.why)
    incident.read_by = sorted(post.value for post in routes.readers)
    incident.kept_out = sorted(post.value for post in routes.kept_out)
    incident.needs_lado = "lado" in routes.decisions
    incident.needs_police_advice = "police" in routes.decisions
    incident.nobody_left = routes.nobody_left
    incident.decider_post = routes.decider.value if routes.decider else ""


def involve(incident: Incident, before: list[dict[str, Any]], after: list[dict[str, Any]], *, revision: int) -> None:
    """Keep who is in the case: new parts begin with this revision, dropped ones end with it. Two queries at most."""
    gone = [person for person in before if person not in after]
    come = [person for person in after if person not in before]
    if gone:
        current = incident.involvements.filter(school_id=incident.school_id, until_revision__isnull=True)
        ended = [row.pk for row in current if _as_answer(row) in gone]
        Involvement.objects.filter(pk__in=ended).update(until_revision=revision)
    Involvement.objects.bulk_create(
        Involvement(
            school_id=incident.school_id,
            incident=incident,
            person_id=UUID(person["person_id"]) if person["person_id"] else None,
            name=person["name"],
            group=person["group"],
            kind=person["kind"],
            part=person["part"],
            since_revision=revision,
        )
        for person in come
    )


def _as_answer(row: Involvement) -> dict[str, Any]:
    return {
        "person_id": str(row.person_id) if row.person_id else "",
        "name": row.name,
        "group": row.group,
        "kind": row.kind,
        "part": row.part,
    }
