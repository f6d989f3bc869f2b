"""References, statuses and file kinds: small rules, each with its table."""

import secrets
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.rules.chips import Chip
from incidents.rules.chips import status_chip
from incidents.rules.clock import clock_for
from incidents.rules.references import ALPHABET, check_character, make_reference, tidy_reference
from incidents.rules.statuses import OPEN, due_at, may_move
from schools.rules.files import begins_right, kind_by_name, tidy_filename


def test_references_have_the_written_form_and_differ() -> None:
    made = {make_reference(secrets.choice) for _ in range(5_000)}
    assert len(made) == 5_000
    assert all(len(each) == 9 and each[4] == "-" and tidy_reference(each) == each for each in made)
    assert not set("".join(made)) & set("01OILUZ")


@given(st.text(ALPHABET, min_size=7, max_size=7), st.integers(0, 6), st.sampled_from(ALPHABET))
def test_one_wrong_character_shows(characters: str, position: int, other: str) -> None:
    spoilt = characters[:position] + other + characters[position + 1 :]
    assert (tidy_reference(spoilt + check_character(characters)) is None) == (spoilt != characters)


@given(st.text(ALPHABET, min_size=7, max_size=7), st.integers(0, 5))
def test_two_neighbours_swapped_show(characters: str, position: int) -> None:
    first, second = characters[position], characters[position + 1]
    spoilt = characters[:position] + second + first + characters[position + 2 :]
    assert (tidy_reference(spoilt + check_character(characters)) is None) == (first != second)


@pytest.mark.parametrize("typed", ["", "7KQ2", "7KQ2-M4X0", "0KQ2-M4XD", "not a reference at all", "🙂" * 8])
def test_what_is_no_reference(typed: str) -> None:
    assert tidy_reference(typed) is None


def test_a_reference_is_found_however_it_is_typed() -> None:
    reference = make_reference(secrets.choice)
    assert tidy_reference(f" {reference.lower().replace('-', ' ')} ") == reference


STATUSES = ("draft", "reported", "recorded", "in_progress", "closed")


@pytest.mark.parametrize("before", [*STATUSES, "nonsense"])
@pytest.mark.parametrize("after", [*STATUSES, "nonsense"])
def test_every_cell_of_the_table_of_moves(before: str, after: str) -> None:
    allowed = {
        ("draft", "reported"),
        ("reported", "recorded"),
        ("recorded", "in_progress"),
        ("in_progress", "closed"),
        ("closed", "in_progress"),
    }
    assert may_move(before, after) == ((before, after) in allowed)


def test_what_is_still_open() -> None:
    assert {"reported", "recorded", "in_progress"} == OPEN


def test_twenty_four_hours_are_hours_on_a_clock_even_when_the_clocks_change() -> None:
    london = ZoneInfo("Europe/London")
    recorded = datetime(2026, 10, 24, 20, 0, tzinfo=london)
    due = due_at(recorded.astimezone(UTC), 24)
    assert due - recorded.astimezone(UTC) == timedelta(hours=24)
    assert due.astimezone(london).hour == 19


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.pdf", "pdf"), ("a.PNG", "png"), ("a.jpeg", "jpeg"), ("a.jpg", "jpeg"), ("a.txt", "txt"), ("a.eml", "eml")],
)
def test_kinds_by_name(name: str, kind: str) -> None:
    found = kind_by_name(name)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize("name", ["a", "a.exe", "a.pdf.exe", "a.svg", "a.html", "a.zip", ".", "a.heic", "pdf"])
def test_kinds_that_are_not_kept(name: str) -> None:
    assert kind_by_name(name) is None


def test_a_text_must_not_begin_like_something_else() -> None:
    text = kind_by_name("a.txt")
    assert text is not None
    assert begins_right(text, b"hello")
    for start in (
        b"PK\x03\x04", b"MZ", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"a\x00b", b"\x7fELF",
        b"RIFF", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"\xd0\xcf\x11\xe0",
    ):  # fmt: skip
        assert not begins_right(text, start)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\x\\shot.png", "shot.png"),
        ("gnp.\u202etxt.pdf", "gnp.txt.pdf"),
        ("  a \n b.txt ", "a b.txt"),
        ("...", "file"),
        ("", "file"),
        ("\x00.pdf", "pdf"),
    ],
)
def test_tidy_filenames(given_name: str, kept: str) -> None:
    assert tidy_filename(given_name) == kept


@given(st.text())
def test_any_filename_becomes_one_that_can_be_kept(name: str) -> None:
    kept = tidy_filename(name)
    assert 0 < len(kept) <= 120
    assert "/" not in kept
    assert kept.isprintable()


def test_each_status_looks_the_same_everywhere() -> None:
    assert {code: status_chip(code) for code in STATUSES} == {
        "draft": Chip("Draft", "calm", "draft"),
        "reported": Chip("New concern", "clock", "reported"),
        "recorded": Chip("Recorded", "calm", "edit"),
        "in_progress": Chip("In progress", "calm", "progress"),
        "closed": Chip("Closed", "good", "closed"),
    }


@pytest.mark.parametrize(
    ("minutes", "is_overdue", "is_soon"), [(-1, True, False), (359, False, True), (360, False, False)]
)
def test_what_is_late_is_not_soon_besides(minutes: int, is_overdue: bool, is_soon: bool) -> None:
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    clock = clock_for(now + timedelta(minutes=minutes), now)
    assert (clock.is_overdue, clock.is_soon) == (is_overdue, is_soon)
