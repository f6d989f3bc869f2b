"""What the agreement says of a breach, to a reader of the case: the words that somebody of that age has signed."""

import pytest

from incidents.selectors.case_words import breach_in_words
from packs import loader
from sanctions.models import Case

PACK = ("camden_2021", 1)


@pytest.mark.parametrize(
    ("year_group", "says_something"), [("Year 5", False), ("Year 9", True), ("", True)], ids=["ks2", "ks3", "unknown"]
)
def test_no_child_is_shown_what_others_have_signed(year_group: str, says_something: bool) -> None:
    """Only the agreement of the secondary school speaks of the school's name."""
    breach = loader.get(*PACK).framework.breach("pupil", "disrepute")
    found = {"text": breach.text, "grade": "C", "source": ["CM 5"], "clauses": breach.clauses}
    case = Case(audience="pupil", year_group=year_group, pack_code=PACK[0], pack_version=PACK[1])
    assert bool(breach_in_words(found, case).clauses) == says_something
