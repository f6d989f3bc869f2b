"""The reading age: of known texts, without a network, and which parts are hardest. Duty A2."""

import socket
import subprocess
import sys
from typing import Any

import pytest

from aup.reading_age import hardest, reading_age
from aup.rules.content import from_pack, readable_text
from packs import loader

EASY = "I ask for help. I am kind. I tell a grown-up. I stop and think."
HARD = (
    "Notwithstanding considerable technological sophistication, unauthorised circumvention of institutional filtering "
    "arrangements constitutes unacceptable behaviour and necessitates proportionate disciplinary consequences."
)


def test_the_agreements_that_ship_are_ranked_as_they_are_meant() -> None:
    pack = loader.latest("camden_2021")
    ages = {
        code: reading_age(readable_text(from_pack(pack.agreement(code))))
        for code in ("pupil_ks1", "pupil_ks2", "pupil_secondary", "staff")
    }
    assert ages == {"pupil_ks1": 5, "pupil_ks2": 8, "pupil_secondary": 12, "staff": 13}


@pytest.mark.parametrize(
    ("text", "age"),
    [("", None), ("Yes.", None), ("... !", None), ("\n\n", None), (EASY, 5), (HARD, 22), (f"{EASY} {EASY}", 5)],
)
def test_ages_of_texts(text: str, age: int | None) -> None:
    assert reading_age(text) == age


def test_where_a_sentence_ends() -> None:
    long = "I keep my password to myself and I ask before I open pages that my teacher has not agreed to"
    one, several = reading_age(long + " and " + long + "."), reading_age(long + ".\n" + long + "!")
    assert one is not None
    assert several is not None
    assert one > several


def test_the_same_text_has_the_same_age_every_time() -> None:
    assert len({reading_age(HARD + " " + EASY) for _ in range(5)}) == 1


def test_which_parts_are_hardest() -> None:
    parts = [("a.1", EASY), ("a.2", HARD), ("a.3", "Yes."), ("a.4", "I respect copyright and say where sources are.")]
    found = hardest(parts, above=6)
    assert [each.id for each in found] == ["a.2", "a.4"]
    assert hardest(parts, above=6, count=1) == found[:1]
    assert hardest(parts, above=30) == ()


def test_it_never_asks_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert reading_age(EASY) == 5
    loads = """
import sys
before = set(sys.modules)
import readability
print(sorted({"socket", "urllib.request", "http.client", "nltk"} & (set(sys.modules) - before)))
"""
    done = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
