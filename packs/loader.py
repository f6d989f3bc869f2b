"""Loads the policy packs, once per process, and refuses every one that is not whole and right.

A pack lies in packs/data/<code>/v<version>/, as pack, form, sanctions, agreements, duties,
guidance, routing and letters.yaml.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from packs.building.about import build_about
from packs.building.agreements import build_agreements
from packs.building.duties import References, build_duties
from packs.building.form import build_form
from packs.building.framework import build_framework
from packs.building.guidance import build_guidance
from packs.building.letters import build_letters
from packs.building.meanings import refuse_changed_meanings
from packs.building.routing import build_routing
from packs.reading import Node, PackError, read_file
from packs.schema import Pack

__all__ = ["DATA", "DEFAULT_PACK", "PackError", "UnknownPack", "editions", "get", "latest", "load_folder"]

DATA: Final = Path(__file__).resolve().parent / "data"
DEFAULT_PACK: Final = "camden_2021"
"""The code of the pack for a school that has not chosen one."""
FILES: Final = (
    "pack.yaml",
    "form.yaml",
    "sanctions.yaml",
    "agreements.yaml",
    "duties.yaml",
    "guidance.yaml",
    "routing.yaml",
    "letters.yaml",
)

_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_VERSION = re.compile(r"v([1-9][0-9]{0,3})")


class UnknownPack(LookupError):
    """There is no pack with this code, or not in this version."""

    def __init__(self, code: str, version: int | None = None) -> None:
        which = f"“{code}”" if version is None else f"“{code}” in version {version}"
        super().__init__(f"There is no policy pack {which}.")
        self.code = code
        self.version = version


def get(code: str, version: int, *, root: Path = DATA) -> Pack:
    """The pack in exactly this version; raises UnknownPack, PackError."""
    try:
        return _all(root)[code, version]
    except KeyError:
        raise UnknownPack(code, version) from None


def latest(code: str, *, root: Path = DATA) -> Pack:
    """The highest version of the pack; raises UnknownPack, PackError."""
    versions = [pack for pack in _all(root).values() if pack.code == code]
    if not versions:
        raise UnknownPack(code)
    return versions[-1]


def editions(*, root: Path = DATA) -> tuple[Pack, ...]:
    """Every pack in every version, by code, then version; raises PackError."""
    return tuple(_all(root).values())


def load_folder(path: Path) -> Pack:
    """Reads one version's folder, without the cache and without a look at other packs; raises PackError."""
    name = f"{path.parent.name}/{path.name}"
    if not _CODE.fullmatch(path.parent.name):
        raise PackError(name, "", f"the folder “{path.parent.name}” is no code of small letters and digits.")
    version = _VERSION.fullmatch(path.name)
    if version is None:
        raise PackError(name, "", "the folder must be called v and the version, such as v1.")
    for each in sorted(path.glob("*.y*ml")):
        if each.name not in FILES:
            wanted = ", ".join(FILES)
            raise PackError(f"{name}/{each.name}", "", f"does not belong here. A pack has: {wanted}.")

    def read(file: str) -> Node:
        return read_file(path / file, f"{name}/{file}")

    about = build_about(read("pack.yaml"), folder_code=path.parent.name, folder_version=int(version.group(1)))
    letters = frozenset(each.code for each in about.sources)
    duties = build_duties(read("duties.yaml"), letters=letters)
    references = References(letters=letters, duties=frozenset(each.id for each in duties))
    form = build_form(read("form.yaml"))
    agreements, agreement_rules = build_agreements(read("agreements.yaml"))
    clauses = frozenset(clause.id for each in agreements for clause in each.clauses)
    framework = build_framework(read("sanctions.yaml"), references=references, form=form, clauses=clauses)
    return Pack(
        code=about.code,
        version=about.version,
        title=about.title,
        authority=about.authority,
        edition=about.edition,
        source=about.source,
        published=about.published,
        valid_from=about.valid_from,
        valid_until=about.valid_until,
        sources=about.sources,
        form=form,
        framework=framework,
        agreements=agreements,
        agreement_rules=agreement_rules,
        duties=duties,
        guidance=build_guidance(read("guidance.yaml"), form=form, references=references),
        routing=build_routing(read("routing.yaml"), form=form, references=references),
        letters=build_letters(read("letters.yaml"), framework=framework, references=references),
    )


@cache
def _all(root: Path) -> Mapping[tuple[str, int], Pack]:
    packs = [load_folder(version) for code in _folders(root) for version in _folders(code)]
    if not packs:
        raise PackError(root.name, "", "there is no pack in this folder.")
    packs.sort(key=lambda pack: pack.key)
    refuse_changed_meanings(packs)
    return MappingProxyType({pack.key: pack for pack in packs})


def _folders(parent: Path) -> list[Path]:
    try:
        found = sorted(each for each in parent.iterdir() if not each.name.startswith("."))
    except OSError as error:
        raise PackError(parent.name, "", f"the folder cannot be read ({error.strerror}).") from None
    for each in found:
        if not each.is_dir():
            raise PackError(f"{parent.name}/{each.name}", "", "is a file where only folders belong.")
    return found
