import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from packs import loader
from packs.schema import Pack

Edit = Callable[[str, str, str], None]


@pytest.fixture(params=["camden_2012", "camden_2021"])
def pack(request: pytest.FixtureRequest) -> Pack:
    return loader.get(request.param, 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of packs of its own, to be broken or added to."""
    copy = tmp_path / "data"
    shutil.copytree(loader.DATA, copy)
    return copy


@pytest.fixture
def folder(root: Path) -> Path:
    return root / "camden_2021" / "v1"


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replaces the first occurrence of a text in one of the pack's files."""

    def replace(file: str, old: str, new: str) -> None:
        path = folder / file
        content = path.read_text(encoding="utf-8")
        assert old in content, f"{file} does not hold {old!r}"
        path.write_text(content.replace(old, new, 1), encoding="utf-8")

    return replace
