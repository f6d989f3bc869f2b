"""Long texts run over as many pages as they need, nothing is lost, and each page says which one it is."""

import re

from dispatch.rendering import TEXT_MAX_LENGTH
from tests.printing.papers import PAPER_2021, REFERENCE, SCHOOL, USUAL, print_record
from tests.printing.reading import FOOT, body_of, pages_of

HEAD = f"{SCHOOL.name} {PAPER_2021.title}"


def numbered_words(length: int) -> str:
    """Words that can be counted: w0 w1 w2 …, with a new paragraph now and then, exactly so long."""
    words = " ".join(f"w{number}" + ("\n\n" if number % 150 == 149 else "") for number in range(length))
    return words.replace("\n\n ", "\n\n")[:length].rsplit(" ", 1)[0].ljust(length, ".")


def test_a_narrative_at_the_limit_loses_nothing() -> None:
    story = numbered_words(TEXT_MAX_LENGTH)
    assert len(story) == TEXT_MAX_LENGTH
    drawn = print_record({**USUAL, "description": story, "outcome": "The end of it."})
    pages = pages_of(drawn.content)
    assert drawn.pages == len(pages) >= 7
    read = body_of(drawn.content, HEAD)
    numbers = [int(each) for each in re.findall(r"\bw(\d+)", read)]
    last = int(re.findall(r"w(\d+)", story)[-1])
    assert numbers == list(range(last + 1))
    assert read.index("The end of it.") > read.index(f"w{last}")


def test_each_page_has_the_reference_the_revision_and_its_number() -> None:
    drawn = print_record({**USUAL, "description": numbered_words(9_000)})
    for number, page in enumerate(pages_of(drawn.content), start=1):
        found = FOOT.search(page)
        assert found
        assert found.groups() == (REFERENCE, "1", str(number), str(drawn.pages))
        assert HEAD in page


def test_words_without_an_end_are_broken_and_stay_whole() -> None:
    word, url = "a" * 3_000, "https://example.org/" + "path/" * 300 + "?q=" + "b" * 900
    drawn = print_record({**USUAL, "description": f"{word} middle {url}", "urls": [url], "types_other": "c" * 200})
    read = body_of(drawn.content, HEAD).replace(" ", "")
    assert read.count(url) == 2
    assert f"{word}middle" in read
    assert "c" * 200 in read


def test_many_people_and_addresses_run_over_pages_under_their_headings() -> None:
    people = [{"name": f"Pupil Number{n}", "group": "6B", "kind": "pupil", "part": "witness"} for n in range(120)]
    urls = [f"https://example.org/page/{n}/" + "x" * 150 for n in range(60)]
    drawn = print_record({**USUAL, "people": people, "urls": urls})
    pages = pages_of(drawn.content)
    read = body_of(drawn.content, HEAD).replace(" ", "")
    assert [int(each) for each in re.findall(r"PupilNumber(\d+)6BPupilWitness", read)] == list(range(120))
    assert all(each in read for each in urls)
    with_people = [page for page in pages if "Pupil Number" in page]
    assert len(with_people) > 2
    assert all("Name Class or job Who Part" in page for page in with_people)


def test_all_fields_at_their_limits() -> None:
    long = {
        key: numbered_words(TEXT_MAX_LENGTH)
        for key in ("description", "specific_action", "outcome", "evidence", "audit_of_use")
    }
    drawn = print_record({**USUAL, **long, "reported_by": "N" * 200, "identified_how": "M " * 100})
    read = body_of(drawn.content, HEAD)
    assert len(re.findall(r"\bw2000\b", read)) == 5
    assert drawn.pages < 60
