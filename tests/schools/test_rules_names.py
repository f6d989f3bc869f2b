"""Names as people type them, read without a database. Threats T3, T4."""

import pytest

from schools.rules.names import family_name, full_name, readings


@pytest.mark.parametrize(
    "title",
    ["Mr", "Mrs.", "Ms", "Miss", "Mx", "DR", "Prof", "Professor", "Rev.", "Sir", "Dame", "Lady", "Lord"],
)
def test_a_title_is_no_part_of_a_name(title: str) -> None:
    assert full_name(f"{title} Farida  Whitlock") == "farida whitlock"
    assert family_name(f"{title} Whitlock") == "whitlock"


def test_without_a_title_there_is_no_family_name_alone() -> None:
    assert family_name("Farida Whitlock") == ""
    assert full_name(" Farida Whitlock ") == "farida whitlock"


@pytest.mark.parametrize("between", [",", ";", ":", "/", "(", " - ", "\t", "\u2013", " and ", " or ", "&", "+"])
def test_what_stands_between_a_name_and_the_rest(between: str) -> None:
    assert ("sam field", "sam") in readings(f"Sam Field{between}5B")


def test_a_hyphen_inside_a_name_stands_between_letters() -> None:
    assert readings("Ann Lee-Marsh") == (("ann lee-marsh", "ann"),)
