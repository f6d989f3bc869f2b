"""Every read of a sensitive page and every write leaves its entry, in the same transaction: no entry, no act.

Generated from what the views say of themselves, so a new page is in here or fails here.
"""

from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from audit.models import Entry, Link
from tests import factories
from tests.access.examples import CHANGE_NOTHING, READS, WRITES
from tests.access.examples_of_log_in import FORM_COMES_BACK
from tests.access.routes import routes
from tests.access.scene import Ask, World
from tests.audit.tampering import link_now, troubles
from tests.house.test_walls import OURS

pytestmark = pytest.mark.django_db
# What counts how often it was looked at: the views of a link are part of the evidence (threat T20).
COUNTED = {"aup:link_home": ("aup_signinglink",)}
# What stands in the addresses of pages that no example asks for.
PARTS: dict[str, list[Any]] = {
    "aup:agreement": ["pupils"],
    "aup:agreement_version": ["pupils", 1],
    "aup:preview_agreement": ["pupils"],
    "sanctions:dry_run": ["00000000-0000-4000-8000-000000000000"],
    "sanctions:framework_version": [1],
}
OWN = {route.name: route.trace for route in routes() if route.trace is not None}


@pytest.fixture
def world() -> World:
    return World()


def prepared(ask: Ask) -> Ask:
    """Logged in already: that changes a row as well."""
    assert ask.client
    return ask


def made_by(ask: Ask) -> tuple[Any, Counter[str]]:
    """The answer to a request, and the actions of the entries that it left."""
    prepared(ask)
    before = set(Entry.objects.values_list("pk", flat=True))
    response = ask.send()
    return response, Counter(Entry.objects.exclude(pk__in=before).values_list("action", flat=True))


def everything() -> dict[str, str]:
    """What stands in all our tables, in a number each."""
    with connection.cursor() as cursor:
        found = {}
        for model in OURS:
            table = model._meta.db_table
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {table} t")  # noqa: S608
            (found[table],) = cursor.fetchone()
        return found


def break_the_trail() -> None:
    """From now on no entry can be written."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "CREATE FUNCTION audit_is_broken() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the trail is broken'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER audit_entry_broken BEFORE INSERT ON audit_entry "
            "FOR EACH ROW EXECUTE FUNCTION audit_is_broken()"
        )
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def break_the_chain() -> None:
    """From now on an entry can be written, and its link cannot."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "CREATE FUNCTION audit_is_broken() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the chain is broken'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER audit_link_broken BEFORE INSERT ON audit_link "
            "FOR EACH ROW EXECUTE FUNCTION audit_is_broken()"
        )


# --- the table is whole ----------------------------------------------------------------------------------------------


def test_every_page_that_leaves_a_trace_has_its_request_here() -> None:
    reads = {name for name, trace in OWN.items() if trace.reads}
    writes = {(name, action) for name, trace in OWN.items() for action in trace.writes}
    assert set(READS) == reads
    assert set(WRITES) == writes


@pytest.mark.parametrize("name", sorted(name for name, trace in OWN.items() if not trace.writes))
def test_a_page_that_names_no_change_takes_no_post_or_changes_nothing(world: World, name: str) -> None:
    if name in CHANGE_NOTHING:
        return
    example = READS.get(name)
    ask = example(world) if example else Ask(world.jo, name, PARTS.get(name, []))
    if ask.data is not None:
        return
    ask.data = {}
    assert ask.send().status_code == 405


# --- reads -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READS)
def test_a_sensitive_page_leaves_exactly_one_entry(world: World, name: str) -> None:
    response, left = made_by(READS[name](world))
    assert response.status_code == 200
    assert sum(left.values()) == 1
    assert set(left) <= set(OWN[name].reads)
    link_now()
    assert Link.objects.count() == Entry.objects.count()
    assert troubles(world.school.pk) == set()


@pytest.mark.parametrize("name", READS)
def test_a_sensitive_page_that_leaves_none_is_not_shown(world: World, name: str) -> None:
    ask, _ = prepared(READS[name](world)), world.open
    break_the_trail()
    before = everything()
    response = ask.send()
    assert response.status_code == 500
    assert everything() == before
    for word in (world.open.reference, "bullying", "Robin", "A message was sent"):
        assert word not in response.content.decode()


def test_a_page_is_not_shown_either_when_its_entry_cannot_be_chained(world: World) -> None:
    """The link is written at the end of the transaction, which is before anything is handed out."""
    ask = prepared(READS["incidents:incident"](world))
    break_the_chain()
    before = everything()
    # A test's own transaction never ends, so the end of the request's is brought forward.
    assert ask.send().status_code == 500
    assert everything() == before


# --- writes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "action"), WRITES)
def test_a_change_leaves_its_entry(world: World, name: str, action: str) -> None:
    response, left = made_by(WRITES[name, action](world))
    expected = {422} if (name, action) in FORM_COMES_BACK else {200, 302}
    assert response.status_code in expected, response.content
    assert left[action] == 1
    link_now()
    assert troubles(world.school.pk) == set()


@pytest.mark.parametrize(("name", "action"), WRITES)
def test_what_leaves_no_entry_does_not_happen(world: World, name: str, action: str) -> None:
    ask = prepared(WRITES[name, action](world))
    break_the_trail()
    before = everything()
    assert ask.send().status_code == 500
    assert everything() == before


@pytest.mark.parametrize("name", sorted(name for name in READS if not OWN[name].writes))
def test_what_only_shows_changes_nothing_but_the_trail(world: World, name: str) -> None:
    """Also where it is asked for by a form: a search, the export."""
    ask = prepared(READS[name](world))
    before = everything()
    assert ask.send().status_code == 200
    after = everything()
    changed = {table for table in before if after[table] != before[table]}
    assert changed == {"audit_entry", *COUNTED.get(name, ())}


@pytest.mark.parametrize("name", CHANGE_NOTHING)
def test_what_names_no_change_changes_no_row(world: World, name: str) -> None:
    client: Client = READS[name](world).client if name in READS else factories.log_in(world.jo)
    assert world.open.pk
    before = everything()
    client.post(reverse(name), {"words": "phone", "school": str(world.school.pk), "types": ["bullying"]})
    changed = {table for table, sum_before in before.items() if everything()[table] != sum_before}
    assert changed <= {"audit_entry"}
