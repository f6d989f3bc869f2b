"""The files of the repository, for checks on all of them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("audit", "packs", "schools", "dispatch", "sanctions", "aup", "incidents", "esafety")
# From right to left of the import order: a key may point to an app that stands before its own.
ORDER = ("audit", "packs", "schools", "dispatch", "aup", "sanctions", "incidents")
BINARY = {".png", ".woff2", ".ico", ".pdf", ".ttf", ".jpg", ".gz", ".br"}


@cache
def files() -> tuple[Path, ...]:
    """What is, or could be, committed: everything that git does not ignore."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    found = (ROOT / name for name in listed if name)
    return tuple(sorted(path for path in found if path.is_file() and path.suffix not in BINARY))


def texts(*suffixes: str, under: tuple[str, ...] = ()) -> dict[str, str]:
    """Path and text of the files with these ends, in these folders."""
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in files()
        if (not suffixes or path.suffix in suffixes) and (not under or path.relative_to(ROOT).parts[0] in under)
    }
