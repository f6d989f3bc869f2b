"""How many queries each page costs."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench import generator, machine, measuring
from bench.product import Visitor, report_form
from bench.words import COMMON_WORD, NO_SUCH_WORD
from incidents.selectors.log import Filters


def measure(count: int) -> dict[str, Any]:
    """Count the queries of each page, the session's and the log-in's included."""
    keeper, teacher = Visitor(generator.COORDINATOR), Visitor(generator.TEACHER)
    log, report = reverse("incidents:log"), reverse("incidents:report")
    closed, open_one = next(keeper.incidents("closed")), next(keeper.incidents("in_progress"))
    desk, phone = _client(keeper), _client(teacher)
    pages = {
        "log, page 1": (desk, log),
        "log, last page": (desk, keeper.late_page()),
        "log, one type": (desk, keeper.log_narrowed(Filters(type="bullying"))),
        "search, common word": (desk, keeper.log_narrowed(Filters(words=COMMON_WORD))),
        "search, no match": (desk, keeper.log_narrowed(Filters(words=NO_SUCH_WORD))),
        "incident": (desk, reverse("incidents:incident", args=[closed.pk])),
        "record, form": (desk, reverse("incidents:record", args=[open_one.pk, "what-happened"])),
        "report, form": (phone, report),
    }
    result = {
        name: _queries(lambda client=client, path=path: client.get(path)) for name, (client, path) in pages.items()
    }
    form: dict[str, list[str]] = {}
    for name, value in report_form(phone.get(report).content.decode()):
        form.setdefault(name, []).append(value)
    result["report, create"] = _queries(lambda: phone.post(report, form), again=False)
    print(f"{count:,} incidents")
    print(measuring.table(list(result.items()), ("page", "queries")))
    measuring.keep(f"queries-{count}", result)
    return result


def _client(visitor: Visitor) -> Client:
    client = Client(HTTP_HOST=machine.HOST, HTTP_X_FORWARDED_PROTO="https")
    client.cookies.load(visitor.cookies())
    return client


def _queries(ask: Any, *, again: bool = True) -> int:
    if again:
        ask()
    with CaptureQueriesContext(connection) as captured:
        answer = ask()
    if answer.status_code not in {200, 302}:
        raise measuring.WrongAnswer(f"{answer.status_code}: {answer.content[:200]!r}")
    statements = [each["sql"] for each in captured.captured_queries]
    # What the database is told about transactions is no query.
    return sum(not each.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for each in statements)
