"""What must not stand anywhere in the source, looked for in every file."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.house.source import APPS, ROOT, texts

TEMPLATES = texts(".html", under=("templates",))
PYTHON = texts(".py", under=APPS)
VIEWS = {path: text for path, text in PYTHON.items() if re.search(r"/(views|forms)(/|\.py)|/urls\.py", path)}
OWN_PAGES = {
    path: text for path, text in TEMPLATES.items() if not path.startswith(("templates/emails/", "templates/pdf/"))
}
# Words of the other spelling, as they stand in text for people. `license`, `practice` and `program` are both.
OTHER_SPELLING = re.compile(
    r"\b(\w*(?:organiz|recogniz|apologiz|authoriz|summariz|finaliz|categoriz|emphasiz|prioritiz)\w*"
    r"|(?:mis)?behaviors?|colors?|colored|centers?|centered|favorites?|canceled|canceling|labeled|traveled"
    r"|honors?|neighbors?|gray|fulfill|enroll|skillful|catalogs?|dialogs?|analyze[sd]?|defense|offense|math)\b",
    re.IGNORECASE,
)


def found(pattern: str, sources: dict[str, str]) -> Iterator[str]:
    """Where a pattern stands, as path:line: text."""
    expression = re.compile(pattern)
    for path, text in sources.items():
        for number, line in enumerate(text.splitlines(), start=1):
            if expression.search(line):
                yield f"{path}:{number}: {line.strip()}"


def test_there_is_something_to_look_at() -> None:
    assert len(TEMPLATES) > 20
    assert len(VIEWS) > 5


def test_nothing_is_marked_as_safe_markup() -> None:
    assert [*found(r"\|\s*safe\b|\bautoescape\s+off|\bsafeseq\b", TEMPLATES)] == []
    assert [*found(r"\bmark_safe\b|\bSafeString\b|__html__|autoescape\s*=\s*False", PYTHON)] == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"<style\b",
        r"<script(?![^>]*\bsrc=)",
        r"\sstyle\s*=",
        r"<[^>]*\son[a-z]+\s*=",
        r"javascript:",
        r"hx-on",
        r"<base\b",
        r"<(iframe|object|embed)\b",
    ],
)
def test_pages_hold_no_inline_script_or_style(pattern: str) -> None:
    assert [*found(pattern, OWN_PAGES)] == []


def test_no_asset_comes_from_another_host() -> None:
    sources = {**TEMPLATES, **texts(".css", ".js", under=("static", "templates"))}
    elsewhere = r"""(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+\.[a-z]{2,}"""
    loaded = rf"""(?:src|href|srcset|action|url)\s*[=(]\s*["']?{elsewhere}|@import\s+["']?{elsewhere}"""
    assert [*found(loaded, sources)] == []


def test_nothing_is_left_for_later() -> None:
    sources = {path: text for path, text in texts().items() if not path.startswith(("tests/house/", "pyproject"))}
    assert [*found(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplemented\b|lorem ipsum", sources)] == []


def test_the_project_speaks_of_itself_alone() -> None:
    """No path of a machine it was written on, no number of a ticket."""
    sources = {path: text for path, text in texts().items() if not path.startswith("tests/house/")}
    assert [
        *found(r"/(?:wor[k]|roo[t]|home/\w+)/|\bshare[d]/|\bissues?\s+#?\d|#\d{1,4}\b(?![0-9a-fA-F])\s*[:)]", sources)
    ] == []


def test_a_view_names_no_row_and_no_model() -> None:
    assert [*found(r"\.objects\b|get_object_or_404|get_list_or_404|_default_manager", VIEWS)] == []
    models = r"^from \w+\.models\b|^from \w+ import .*\bmodels\b|^import \w+\.models"
    assert [*found(models, {path: text for path, text in VIEWS.items() if "/views" in path})] == []


def test_logs_get_codes_and_ids_only() -> None:
    """A log line may name ids, states, codes, counts and kinds of exceptions: never what somebody typed."""
    named = r"\blog(?:ger)?\.\w+\(.*\b(name|description|content|answers|email|address|address|reason|filename|title)\b"
    assert [*found(named, PYTHON)] == []


def test_celery_gets_ids_only() -> None:
    sends = [*found(r"\.delay\(|\.apply_async\(|send_task\(", PYTHON)]
    assert all(line.startswith("dispatch/waking.py:") for line in sends), sends


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils", "helpers", "common", "core", "misc", "util", "helper"}
    assert [path for path in PYTHON if drawers & set(re.split(r"[/.]", path))] == []


def test_modules_stay_small() -> None:
    """Some 300 lines; what is longer becomes a package, split by noun. Generated migrations are not ours to cut."""
    long = {path: text.count("\n") for path, text in PYTHON.items() if "/migrations/" not in path}
    assert {path: count for path, count in long.items() if count > 400} == {}


def test_text_for_people_is_in_british_spelling() -> None:
    visible = {path: words_of(text) for path, text in texts(".html", ".txt", under=("templates",)).items()}
    told = texts(".yaml", under=("incidents", "packs"))
    written = {path: re.sub(r"```.*?```|`[^`]*`", " ", text, flags=re.DOTALL) for path, text in texts(".md").items()}
    sources = {**visible, **told, **{path: text for path, text in written.items() if not path.startswith("static/")}}
    wrong = {
        path: sorted({match.group(0) for match in OTHER_SPELLING.finditer(text)}) for path, text in sources.items()
    }
    assert {path: words for path, words in wrong.items() if words} == {}


def words_of(template: str) -> str:
    """What of a template somebody reads: no tags, no variables, no attributes but those that are read out."""
    read_out = " ".join(re.findall(r"""(?:alt|title|placeholder|aria-label)="([^"]*)\"""", template))
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<[^>]*>", " ", template, flags=re.DOTALL)
    return f"{bare} {read_out}"


def test_every_direct_dependency_says_why_it_is_here() -> None:
    locked = (ROOT / "requirements.txt").read_text().splitlines()
    direct = [line for line in (ROOT / "requirements.in").read_text().splitlines() if line and not line.startswith("#")]
    assert len(direct) > 30
    for line in direct:
        name = re.split(r"[\[<>=~!; ]", line, maxsplit=1)[0].lower()
        place = next(n for n, each in enumerate(locked) if re.match(rf"{re.escape(name)}(\[[^]]*\])?==", each.lower()))
        assert locked[place - 1].startswith("# "), name
        assert "--hash=sha256:" in "".join(locked[place + 1 : place + 3]), name


def test_a_web_process_never_loads_what_draws_pdfs() -> None:
    walk = """
import sys
from schools import wall
wall.refuse_wrong_role = lambda: None  # there is no database here to be asked
import esafety.wsgi
from django.test import Client
from django.urls import URLResolver, get_resolver

def views(patterns):
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from views(each.url_patterns)
        else:
            yield each.callback

count = len(list(views(get_resolver().url_patterns)))
for path in ("/log-in/", "/", "/school/", "/service/", "/nowhere/", "/static/css/theme.css"):
    Client(raise_request_exception=False).get(path)
heavy = sorted({name.partition(".")[0] for name in sys.modules} & {"weasyprint", "pydyf", "tinycss2", "fontTools"})
print(count, heavy)
"""
    environment = {**os.environ, "DEBUG": "1", "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    environment.pop("DATABASE_OWNER_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", walk], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    count, _, heavy = done.stdout.strip().splitlines()[-1].partition(" ")
    assert int(count) > 20
    assert heavy == "[]"
