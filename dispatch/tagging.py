"""What WeasyPrint leaves undone in the tags of a PDF/UA.

It tags the head and the foot of each page like text, but hangs these tags nowhere into the tree. PDF/UA-1 (7.8) wants
them marked as artifacts of pagination, so that a screen reader does not read them between two lines of a story.
"""

from collections.abc import Iterator
from typing import Any

import pydyf  # type: ignore[import-untyped]

__all__ = ["mark_heads_and_feet"]


def mark_heads_and_feet(document: object, pdf: pydyf.PDF) -> None:
    """A finisher for WeasyPrint's `write_pdf`: every mark without a place in the tree becomes an artifact."""
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    in_tree = set(_numbers(pdf, root))
    pages = _object(pdf, root["ParentTree"])["Nums"][1::2]
    for reference, tags in zip(pdf.page_references, pages, strict=False):
        stray = {mark for mark, tag in enumerate(tags) if _number(tag) not in in_tree}
        for mark in stray:
            _object(pdf, tags[mark]).clear()
            tags[mark] = "null"
        drawn = _object(pdf, _object(pdf, reference)["Contents"]).stream
        for at, token in enumerate(drawn):
            if token == b"BDC" and drawn[at - 1].get("MCID") in stray:
                drawn[at - 2] = "/Artifact"
                drawn[at - 1] = pydyf.Dictionary({"Type": "/Pagination"})


def _numbers(pdf: pydyf.PDF, root: pydyf.Dictionary) -> Iterator[int]:
    waiting = list(root["K"])
    while waiting:
        reference = waiting.pop()
        # A number stands for a mark on the page, a reference for an element.
        if isinstance(reference, bytes):
            yield _number(reference)
            waiting.extend(_object(pdf, reference).get("K", ()))


def _object(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[_number(reference)]


def _number(reference: bytes) -> int:
    return int(reference.split()[0])
