"""A crawler of our own: as a persona it asks for every route, then for every link and form it finds on the pages.

Nothing it does stays: each visit is a savepoint that is rolled back. So what it was told is a function of the world,
of the persona and of nothing else, and two worlds can be compared visit by visit.
"""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from tests.access.browsing import Answer, Browser
from tests.access.cases import CANARIES
from tests.access.pages import Pairs, read
from tests.access.table import body_of, routes, rows
from tests.access.world import Made, World

# Whoever is sent to log in sees the same page each time.
LOG_IN = "?next="
# So many addresses of one route are followed, and so many ways to send one route's forms are tried.
ALIKE = 2
# What is sent from the page that another sending leads to: the file with what a search has found.
CHAINS = {"incidents:log_filter": frozenset({"incidents:export"})}
# Every word a search could be made with, where a route takes some; the crawler adds the forms' own fields.
SEARCHES: dict[str, tuple[Mapping[str, Any], ...]] = {
    "incidents:log_filter": (
        {"words": CANARIES[0]},
        {"words": CANARIES[2]},
        {"words": "{reference}"},
        {"type": "bullying"},
        {"location": "in_setting"},
        {"involved": "child"},
        {"status": "open"},
        {"since_day": "18", "since_month": "11", "since_year": "2026"},
    ),
    "incidents:people": ({"find": "Robin"}, {"find": "Sam"}, {"find": CANARIES[0]}),
    "incidents:export": ({"format": "csv"}, {"format": "xlsx"}, {"format": "csv", "view": "open"}),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One thing to ask for."""

    method: str
    path: str
    data: Pairs = ()

    @property
    def route(self) -> str:
        """The name of the route it leads to; empty where it leads nowhere."""
        try:
            return resolve(urlsplit(self.path).path).view_name
        except Resolver404:
            return ""

    def __str__(self) -> str:
        return f"{self.method} {self.path} {dict(self.data)}"


# What a visit was told: the answer, that of the page it leads to, and those of what is sent from there.
Told = tuple[Answer, ...]


def crawl(world: World, browser: Browser) -> dict[Visit, Told]:
    """Everything this persona is told, by visit: each route once with an object of each kind, then what is found."""
    told: dict[Visit, Told] = {}
    alike: Counter[tuple[str, str]] = Counter()
    waiting = deque(_first(world, browser))
    while waiting:
        visit = waiting.popleft()
        if visit in told or not visit.route or visit.route == "logout":
            continue
        told[visit] = made = _visit(browser, visit)
        for found in _found(visit, made[0]):
            kind = (found.method + "".join(name for name, _ in found.data), found.route)
            if found not in told and alike[kind] < ALIKE:
                alike[kind] += 1
                waiting.append(found)
    return told


def probe(world: World, browser: Browser, made: Made) -> dict[Visit, Told]:
    """What this persona is told about one object whose ids it knows, and by words that stand in it."""
    visits = []
    for name, route in routes().items():
        if "incident_id" in route.parts and set(route.parts) <= set(made):
            # What only takes a form is asked with it; of the others opening them tells as much.
            method = rows()[name].methods[0]
            visits.append(Visit(method, route.path(made), _pairs(_body(world, browser, name, method))))
    for name, bodies in SEARCHES.items():
        # To whom the route is closed it is closed for every word.
        tried = bodies if browser.persona in rows()[name].allowed("POST") else bodies[:1]
        visits += [Visit("POST", routes()[name].path({}), _pairs(body, made)) for body in tried]
    return {visit: _visit(browser, visit) for visit in visits}


def _first(world: World, browser: Browser) -> list[Visit]:
    visits = []
    for name, route in routes().items():
        about = rows()[name].object_for(browser.persona)
        for method in rows()[name].methods:
            body = _body(world, browser, name, method, about)
            visits.append(Visit(method, route.path(world.made.get(about, {})), _pairs(body)))
    return visits


def _body(world: World, browser: Browser, name: str, method: str, about: str = "ordinary") -> Mapping[str, Any]:
    return body_of(name, world, browser.persona, about) if method == "POST" else {}


def _pairs(body: Mapping[str, Any], made: Mapping[str, str] | None = None) -> Pairs:
    pairs = []
    for name, value in body.items():
        for each in value if isinstance(value, list) else [value]:
            # Files are posted by tests of their own.
            if isinstance(each, str):
                pairs.append((name, each.format(**made) if made else each))
    return tuple(pairs)


def _visit(browser: Browser, visit: Visit) -> Told:
    with browser.no_trace():
        first = browser.go(visit.method, visit.path, _as_lists(visit.data))
        told = [first]
        if first.status in {301, 302, 303} and first.location.startswith("/") and LOG_IN not in first.location:
            page = browser.go("GET", first.location)
            told.append(page)
            for chained in _forms(first.location, page):
                if chained.route in CHAINS.get(visit.route, ()):
                    told.append(browser.go("POST", chained.path, _as_lists(chained.data)))
        return tuple(told)


def _as_lists(pairs: Pairs) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return data


def _found(visit: Visit, answer: Answer) -> list[Visit]:
    if visit.method != "GET" or answer.status != 200 or not answer.is_page:
        return []
    links, _ = read(visit.path, answer.body)
    return [*(Visit("GET", link) for link in links), *_forms(visit.path, answer)]


def _forms(path: str, answer: Answer) -> list[Visit]:
    if not answer.is_page:
        return []
    _, forms = read(path, answer.body)
    return [
        Visit(form.method, address, tuple(pair for pair in pairs if pair[0] != "csrfmiddlewaretoken"))
        for form in forms
        if form.method == "POST"
        for address, pairs in form.sendings(CANARIES[0])
    ]
