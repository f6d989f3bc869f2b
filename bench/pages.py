"""The pages: each beside its floor, and at 100,000 beside the peer, in turn, through gunicorn."""

import itertools
import json
import re
from contextlib import ExitStack
from typing import Any

from django.urls import reverse

from bench import data, generator, machine, measuring
from bench.measuring import Client, Subject, page
from bench.product import STORY, Visitor, report_form
from bench.words import COMMON_WORD, NO_SUCH_WORD, RARE_WORD
from incidents.selectors.log import Filters


def measure(count: int, url: str, *, rounds: int, with_peer: bool, only: str = "") -> dict[str, Any]:
    """Time every page at this size; print and keep the ratios."""
    variables = machine.production(url)
    machine.collect_static(variables)
    bare = machine.production(machine.superuser_url(machine.database_name(url)))
    peer = data.peer() if with_peer else None
    with ExitStack() as stack:
        ours = stack.enter_context(machine.web_server("ours", "esafety.wsgi:application", variables, path="/log-in/"))
        floor = stack.enter_context(
            machine.web_server("floor", "bench.floor.wsgi:application", bare, path=f"/{generator.school_id(0)}/new/")
        )
        groups = _groups(ours.port, floor.port)
        if peer:
            served = stack.enter_context(
                machine.web_server(
                    "peer", "bench.peer.wsgi:application", peer.variables, python=machine.PEER_PYTHON,
                    path="/helpdesk/login/",
                )
            )  # fmt: skip
            _add_peer(groups, served.port, peer)
        groups = {name: subjects for name, subjects in groups.items() if only in name}
        servers = [ours, floor, *([served] if peer else [])]
        web_pids = [pid for each in servers for pid in machine.workers_of(each.pid)]
        for subjects in groups.values():
            measuring.in_turn(subjects, rounds, cpu=lambda: machine.cpu_seconds([*web_pids, *machine.backends()]))
        workers = machine.workers_of(ours.pid)
        web = {
            "workers_rss_mb": [round(machine.memory_mb(pid)) for pid in workers],
            "floor_rss_mb": [round(machine.memory_mb(pid)) for pid in machine.workers_of(floor.pid)],
            # WeasyPrint cannot draw without Pango, which it loads when it is imported.
            "weasyprint_in_web_workers": any(machine.loaded_modules(pid, "pango") for pid in workers),
        }
    return _tell(count, groups, web, partly=bool(only))


def _groups(ours: int, floor: int) -> dict[str, list[Subject]]:
    """Subjects by their floor, which comes first."""
    keeper, teacher = Visitor(generator.COORDINATOR), Visitor(generator.TEACHER)
    desk = Client(ours, cookies=keeper.cookies())
    phone = Client(ours, cookies=teacher.cookies())
    bare = Client(floor)
    # What the floor inserts has no revision: it goes to another school, whose log nobody opens.
    school, spare = generator.school_id(0), generator.school_id(1)
    log = reverse("incidents:log")
    narrowed = {
        "log, open ones": Filters(status="open"),
        "log, one type": Filters(type="bullying"),
        "log, one type and a year": Filters(type="gambling", intent="accidental"),
        "search, common word": Filters(words=COMMON_WORD),
        "search, rare word": Filters(words=RARE_WORD),
        "search, no match": Filters(words=NO_SUCH_WORD),
        "search, a name": Filters(words="Ada"),
    }
    lists = [
        Subject("floor: list", **page(bare, f"/{school}/", holds="</table>")),
        Subject("log, page 1", **page(desk, log, holds="</table>")),
        Subject("log, last page", **page(desk, keeper.late_page(), holds="</table>")),
        *(Subject(name, **page(desk, keeper.log_narrowed(filters))) for name, filters in narrowed.items()),
    ]
    opened, bare_opened = keeper.incidents("closed"), keeper.incidents("closed")
    details = [
        _rotating("floor: detail", bare, lambda: f"/{school}/{next(bare_opened).pk}/", holds="</dl>"),
        _rotating("incident", desk, lambda: reverse("incidents:incident", args=[next(opened).pk]), holds="</html>"),
    ]
    edited = keeper.incidents("in_progress")
    forms = [
        Subject("floor: form", **page(bare, f"/{school}/new/", holds="</form>")),
        Subject("report, form", **page(phone, reverse("incidents:report"), holds="</form>")),
        _rotating(
            "record, form",
            desk,
            lambda: reverse("incidents:record", args=[next(edited).pk, "what-happened"]),
            holds="</form>",
        ),
    ]
    creates = [
        Subject("floor: create", lambda _: bare.post(f"/{spare}/new/", FLOOR_FORM), check=_is_redirect),
        Subject(
            "report, create",
            lambda form: phone.post(reverse("incidents:report"), form),
            prepare=lambda: report_form(phone.get(reverse("incidents:report"))[2]),
            check=_is_redirect,
        ),
    ]
    return {"list": lists, "detail": details, "form": forms, "create": creates}


def _rotating(name: str, client: Client, path: Any, *, holds: str) -> Subject:
    def check(answer: tuple[int, Any, str]) -> None:
        if answer[0] != 200 or holds not in answer[2]:
            raise measuring.WrongAnswer(f"{name}: {answer[0]}")

    return Subject(name, lambda where: client.get(where), prepare=path, check=check)


def _is_redirect(answer: tuple[int, Any, str]) -> None:
    if answer[0] not in {302, 303}:
        raise measuring.WrongAnswer(f"not accepted: {answer[0]} {re.sub('<[^>]+>', ' ', answer[2])[:3000]}")


FLOOR_FORM = [
    ("happened_on", "2026-01-15"), ("happened_at", "14:02"), ("location", "in_setting"), ("involved", "child"),
    ("types", "type_0"), ("types", "type_1"), ("description", STORY), ("specific_action", "The screen was turned off."),
    ("name", "Ada Thorne"), ("group", "5R"), ("kind", "other"), ("part", "subject"),
]  # fmt: skip

_EVERYTHING = "status=1&status=2&status=3&status=4&status=5&sort=created&sortreverse=on"


def _add_peer(groups: dict[str, list[Subject]], port: int, peer: data.PeerAccess) -> None:
    """django-helpdesk's pages: the list with the JSON that fills it, 50 rows, newest first, all statuses."""
    client = Client(port, cookies={"sessionid": peer.session})
    tickets = itertools.cycle(peer.tickets)

    def ticket_list(words: str) -> Any:
        shell = client.get(f"/helpdesk/tickets/?{_EVERYTHING}&q={words}")
        query = re.search(r"datatables_ticket_list/([^\"']+)", shell[2])
        if query is None:
            raise measuring.WrongAnswer(f"peer's list: {shell[0]}")
        asked = "draw=1&start=0&length=50&order%5B0%5D%5Bcolumn%5D=5&order%5B0%5D%5Bdir%5D=desc"
        return client.get(f"/helpdesk/datatables_ticket_list/{query[1]}?{asked}")

    def has(expected: int) -> Any:
        def check(answer: tuple[int, Any, str]) -> None:
            if answer[0] != 200 or len(json.loads(answer[2])["data"]) != expected:
                raise measuring.WrongAnswer(f"peer's list: {answer[0]}")

        return check

    groups["list"] += [
        Subject("peer: list", lambda _: ticket_list(""), check=has(50), every=5),
        Subject("peer: search, common word", lambda _: ticket_list(COMMON_WORD), check=has(50), every=20),
        Subject("peer: search, no match", lambda _: ticket_list(NO_SUCH_WORD), check=has(0), every=20),
    ]
    groups["detail"].append(
        _rotating("peer: detail", client, lambda: f"/helpdesk/tickets/{next(tickets)}/", holds="</html>")
    )
    groups["form"].append(Subject("peer: form", **page(client, "/helpdesk/tickets/submit/", holds="</form>")))
    form = [("queue", str(peer.queue)), ("title", STORY[:60]), ("body", STORY), ("priority", "3")]

    def ticket() -> list[tuple[str, str]]:
        shown = client.get("/helpdesk/tickets/submit/")[2]
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)
        return [*form, ("csrfmiddlewaretoken", token[1] if token else "")]

    groups["create"].append(
        Subject(
            "peer: create",
            lambda given: client.post("/helpdesk/tickets/submit/", given),
            prepare=ticket,
            check=_is_redirect,
        )
    )


def _tell(count: int, groups: dict[str, list[Subject]], web: dict[str, Any], *, partly: bool) -> dict[str, Any]:
    result: dict[str, Any] = {"incidents": count, "web": web, "pages": {}}
    rows = []
    for subjects in groups.values():
        floor = subjects[0]
        for each in subjects:
            ratio, cpu_ratio = each.median_ms / floor.median_ms, each.cpu_ms / floor.cpu_ms
            result["pages"][each.name] = {
                "times_floor": round(ratio, 2),
                "cpu_times_floor": round(cpu_ratio, 2),
                "cpu_ms": round(each.cpu_ms, 2),
                "median_ms": round(each.median_ms, 2),
                "p95_ms": round(each.p95_ms, 2),
                "requests": len(each.seconds),
            }
            rows.append((each.name, ratio, cpu_ratio, each.cpu_ms, each.median_ms, each.p95_ms, len(each.seconds)))
    print(f"\n{count:,} incidents\n")
    print(measuring.table(rows, ("page", "x floor", "x floor, CPU", "CPU ms", "median ms", "p95 ms", "requests")))
    print("\nweb workers:", web)
    if not partly:
        measuring.keep(f"pages-{count}", result)
    return result
