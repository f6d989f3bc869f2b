"""The benchmarks still load, and what they generate would be taken for real."""

from importlib import import_module

import pytest

from bench import generator
from incidents.models import Incident, Involvement, Revision
from incidents.projection import PROJECTED
from incidents.rules.answers import problems
from incidents.rules.references import tidy_reference
from incidents.selectors.log import Filters, log_page
from incidents.selectors.record import record_of
from packs import loader
from schools.models import User
from schools.selectors import viewer_for

pytestmark = pytest.mark.django_db
COUNT = 50


@pytest.mark.parametrize(
    "name",
    [
        "__main__",
        "agreements",
        "chain",
        "data",
        "dry_run",
        "engine",
        "generator",
        "machine",
        "pages",
        "pdf",
        "queries",
        "sink",
        "words",
    ],
)
def test_the_benchmarks_load(name: str) -> None:
    import_module(f"bench.{name}")


def test_generated_incidents_are_valid() -> None:
    # Every trigger is on here, and every deferred constraint is asked for at the end.
    filled = generator.fill(COUNT, bulk=False)
    assert (filled.incidents, filled.in_first_school) == (COUNT, COUNT // 10)
    assert Incident.objects.count() == COUNT
    assert generator.stored_vector_is_ours() == 0
    for incident in Incident.objects.defer("search"):
        form = loader.get(incident.pack_code, incident.pack_version).form
        content = Revision.objects.get(incident=incident, number=incident.revision).content
        assert tidy_reference(incident.reference) == incident.reference
        assert problems(form, content, today=incident.logged_at.date()) == ()
        for name in set(PROJECTED) - {"revision", "search", "uploads_barred"}:
            shown = getattr(incident, name)
            assert content[name] == (shown.isoformat() if name == "happened_on" else shown)
        named = sorted(Involvement.objects.filter(incident=incident).values_list("name", flat=True))
        assert named == sorted(person["name"] for person in content["people"])


def test_the_pages_show_them() -> None:
    generator.fill(COUNT, bulk=False)
    keeper = User.objects.get(email=generator.COORDINATOR)
    today = Incident.objects.latest("logged_at").logged_at.date()
    viewer = viewer_for(user_id=keeper.pk, today=today)
    assert viewer is not None
    page = log_page(viewer=viewer, filters=Filters())
    assert len(page.rows) == COUNT // 10
    for row in page.rows:
        assert record_of(viewer=viewer, incident_id=row.incident_id, now=row.logged_at).reference == row.reference
