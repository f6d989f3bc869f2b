"""What the documents say is so: tables that are printed, tables that are complete, files that are there."""

import re
from collections.abc import Iterable

import pytest

from packs import loader
from schools.demo_cast import CAST, DEMO_PASSPHRASE, DEMO_PASSWORD
from schools.management.commands import print_data_held, print_roles
from schools.roles import Permission
from tests.house.source import ROOT, texts

DOCS = {path: text for path, text in texts(".md").items() if not path.startswith("static/")}
SETTINGS = (ROOT / "esafety/settings.py").read_text()


def doc(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def printed(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def test_the_table_of_roles_is_fresh() -> None:
    assert doc("docs/roles.md") == printed(print_roles.lines()), "manage.py print_roles > docs/roles.md"
    assert set(print_roles.PERMISSIONS) == set(Permission)


def test_what_is_held_is_fresh() -> None:
    assert doc("docs/data-held.md") == printed(print_data_held.lines()), "manage.py print_data_held > docs/data-held.md"


def test_every_environment_variable_is_in_the_table_and_no_other() -> None:
    read = set(re.findall(r"""\b(?:env\.\w+|required)\(\s*["']([A-Z_]+)["']""", SETTINGS))
    assert len(read) > 15
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", doc("docs/deploy.md"), re.MULTILINE)) == read


def test_required_variables_are_called_so() -> None:
    required = set(re.findall(r"""\brequired\(\s*["']([A-Z_]+)["']""", SETTINGS))
    said = set(re.findall(r"^\| `([A-Z_]+)` \| required \|", doc("docs/deploy.md"), re.MULTILINE))
    assert said == required


def test_every_duty_is_on_the_policy_map_once() -> None:
    rows = re.findall(
        r"^\| ([A-Z]\d+) \| (.*?) \| (.*?) \| (Carried|In part|Not yet) \|", doc("docs/policy-map.md"), re.M
    )
    duties = loader.latest("camden_2021").duties
    assert [number for number, *_ in rows] == [duty.id for duty in duties]
    counts = [sum(1 for *_, state in rows if state == each) for each in ("Carried", "In part", "Not yet")]
    said = f"Of {len(duties)} duties {counts[0]} are carried, {counts[1]} in part, {counts[2]} not yet."
    assert said in doc("docs/policy-map.md")


def test_every_threat_has_its_row() -> None:
    rows = re.findall(r"^\| T(\d+) \|", doc("docs/threat-model.md"), re.MULTILINE)
    assert rows == [str(number) for number in range(1, 30)]


@pytest.mark.parametrize("path", sorted(DOCS))
def test_what_a_document_points_to_is_there(path: str) -> None:
    text = DOCS[path]
    folder = (ROOT / path).parent
    links = [each for each in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if not each.startswith(("http", "mailto"))]
    assert [each for each in links if not (folder / each).exists() and not each.startswith("docs/img/")] == []
    plain = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    ours = r"`((?:tests|docs|bin|esafety|incidents|dispatch|schools|packs|templates)/[\w./-]*\w)`"
    assert [each for each in re.findall(ours, plain) if not (ROOT / each).exists() and "NNNN" not in each] == []


def test_the_readme_names_everybody_who_can_log_in() -> None:
    readme = doc("README.md")
    for each in CAST:
        assert f"{each.key}@" in readme
    assert DEMO_PASSWORD in readme
    assert DEMO_PASSPHRASE in readme


def test_decisions_are_numbered_and_dated() -> None:
    decisions = sorted((ROOT / "docs/adr").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        assert re.search(r"^\d{4}-\d\d-\d\d · (accepted|superseded by \d+)$", path.read_text(), re.MULTILINE), path.name
