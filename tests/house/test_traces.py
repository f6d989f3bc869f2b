"""Every page says which trace it leaves, or why it leaves none; the printed table of them is fresh."""

import re

import pytest
from django.http import HttpRequest, HttpResponse

from audit import services as audit
from audit.traces import HANDING_OUT, NoTrace, trace_of, traced, untraced
from schools.management.commands import print_traces
from tests.access.routes import Route, routes
from tests.house.source import ROOT, texts

OWN = routes()


@pytest.mark.parametrize("route", OWN, ids=lambda route: route.name)
def test_a_page_says_what_trace_it_leaves(route: Route) -> None:
    trace = route.trace
    assert trace is not None, f"{route.name}: @traced(...) or @untraced(...) from audit.traces"
    assert trace.reads or trace.writes or trace.why, f"{route.name} says nothing"
    assert not (trace.reads and trace.why), f"{route.name} cannot both leave a trace and not"
    for action in (*trace.reads, *trace.writes):
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", action), action


def test_every_action_that_a_page_names_is_recorded_somewhere() -> None:
    sources = "".join(text for path, text in texts(".py").items() if not path.startswith("tests/"))
    for route in OWN:
        assert route.trace is not None
        for action in (*route.trace.reads, *route.trace.writes):
            beside_the_view = len(re.findall(rf'"{re.escape(action)}"', sources))
            assert beside_the_view >= 2, f"{route.name} names {action}, and no service records it"


def test_the_printed_table_is_fresh() -> None:
    printed = "\n".join(print_traces.lines()) + "\n"
    assert (ROOT / "docs/traces.md").read_text(encoding="utf-8") == printed, "manage.py print_traces > docs/traces.md"


# --- the declaration is held to its word -----------------------------------------------------------------------------


def request(method: str = "GET") -> HttpRequest:
    made = HttpRequest()
    made.method = method
    return made


def view(times: int, status: int = 200, action: str = "incident.opened") -> object:
    def shown(request: HttpRequest) -> HttpResponse:
        for _ in range(times):
            audit.record(action, school_id=None, actor_id=None)
        return HttpResponse(status=status)

    return shown


@pytest.mark.parametrize(("times", "is_given"), [(0, False), (1, True), (2, False)])
def test_a_page_without_its_one_entry_is_not_given(db: None, times: int, is_given: bool) -> None:
    page = traced("incident.opened", "incident.checked")(view(times))  # type: ignore[type-var]
    for method in ("GET", "HEAD"):
        if is_given:
            assert page(request(method)).status_code == 200  # type: ignore[operator]
        else:
            with pytest.raises(NoTrace):
                page(request(method))  # type: ignore[operator]


def test_another_action_does_not_count_and_other_answers_need_none(db: None) -> None:
    with pytest.raises(NoTrace):
        traced("incident.opened")(view(1, action="log.read"))(request())  # type: ignore[operator, type-var]
    for status in (302, 403, 404, 422):
        assert traced("incident.opened")(view(0, status))(request()).status_code == status  # type: ignore[operator, type-var]


def test_what_is_handed_out_by_post_counts_there(db: None) -> None:
    page = traced("log.exported", by=HANDING_OUT)(view(0))  # type: ignore[type-var]
    assert page(request()).status_code == 200  # type: ignore[operator]
    with pytest.raises(NoTrace):
        page(request("POST"))  # type: ignore[operator]


def test_a_declaration_is_found_under_other_decorators(db: None) -> None:
    found = trace_of(untraced("an empty form", writes=("incident.recorded",))(view(0)))  # type: ignore[type-var]
    assert found is not None
    assert (found.reads, found.writes, found.why) == ((), ("incident.recorded",), "an empty form")
    assert trace_of(lambda: None) is None
