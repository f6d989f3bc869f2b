"""Versions beside each other, and the start of a process."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from packs import loader
from packs.loader import PackError, UnknownPack


@pytest.fixture
def second(root: Path, folder: Path) -> Path:
    """The same pack again, as version 2."""
    copy = root / "camden_2021" / "v2"
    shutil.copytree(folder, copy)
    path = copy / "pack.yaml"
    path.write_text(path.read_text().replace("version: 1", "version: 2"))
    return copy


def test_versions_stand_beside_each_other(root: Path, second: Path) -> None:
    path = second / "form.yaml"
    path.write_text(path.read_text().replace("label: online grooming", "label: grooming online"))
    assert [pack.key for pack in loader.editions(root=root)] == [
        ("camden_2012", 1),
        ("camden_2021", 1),
        ("camden_2021", 2),
    ]
    assert loader.latest("camden_2021", root=root).version == 2
    assert loader.latest("camden_2021").version == 1
    assert loader.get("camden_2021", 1, root=root).form.label("types", "grooming") == "online grooming"
    assert loader.get("camden_2021", 2, root=root).form.label("types", "grooming") == "grooming online"


def test_version_10_comes_after_version_9(root: Path, folder: Path) -> None:
    for version in (9, 10):
        copy = folder.with_name(f"v{version}")
        shutil.copytree(folder, copy)
        path = copy / "pack.yaml"
        path.write_text(path.read_text().replace("version: 1", f"version: {version}"))
    assert loader.latest("camden_2021", root=root).version == 10


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "reason"),
    [
        (
            "form.yaml",
            ", specify: What other type was it?",
            "",
            "types.other.specify",
            "asks for no text here, but does in camden_2012/v1",
        ),
        (
            "form.yaml",
            "{code: gambling, label: on-line gambling}",
            "{code: gambling, label: on-line gambling, specify: Which?}",
            "types.gambling.specify",
            "asks for a text here, but not in camden_2012/v1",
        ),
        (
            "form.yaml",
            "label: child abuse images, uploads_barred: true",
            "label: child abuse images",
            "types.child_abuse_images.uploads_barred",
            "barred in camden_2021/v1",
        ),
        (
            "form.yaml",
            "(nudes or semi-nudes), kind: tick, uploads_barred: true",
            "(nudes or semi-nudes), kind: tick",
            "sexual_images.uploads_barred",
            "cannot open them",
        ),
        ("duties.yaml", "governance:", "oversight:", "oversight.G1", "stands under “governance”"),
    ],
)
def test_a_code_keeps_its_meaning(
    root: Path, second: Path, file: str, old: str, new: str, key: str, reason: str
) -> None:
    path = second / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(PackError) as caught:
        loader.editions(root=root)
    assert (caught.value.file, caught.value.key) == (f"camden_2021/v2/{file}", key)
    assert reason in caught.value.reason


def test_unknown_packs_are_said() -> None:
    with pytest.raises(UnknownPack, match="“camden_1999”"):
        loader.latest("camden_1999")
    with pytest.raises(UnknownPack, match="“camden_2021” in version 7"):
        loader.get("camden_2021", 7)


def test_packs_are_read_once() -> None:
    assert loader.get("camden_2021", 1) is loader.latest("camden_2021") is loader.editions()[1]


def test_a_broken_pack_stops_the_start(tmp_path: Path) -> None:
    """A real start of Django, with a copy of the app."""
    shutil.copytree(loader.DATA.parent, tmp_path / "packs", ignore=shutil.ignore_patterns("__pycache__"))
    start = [
        sys.executable,
        "-c",
        "from django.conf import settings; settings.configure(INSTALLED_APPS=['packs']);"
        "import django; django.setup(); print('started')",
    ]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    fine = subprocess.run(start, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert fine.stdout == "started\n"
    path = tmp_path / "packs" / "data" / "camden_2012" / "v1" / "form.yaml"
    path.write_text(path.read_text().replace("kind: date", "kind: datum"))
    broken = subprocess.run(start, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert broken.returncode != 0
    assert broken.stdout == ""
    assert (
        "Policy pack camden_2012/v1/form.yaml, at sections.details.fields.happened_on.kind: “datum” is not one of"
        in broken.stderr
    )
