"""Reads a PDF back: its text without heads and feet, its boxes, its tree of tags."""

import io
import re
from collections.abc import Iterator

import pikepdf
from pypdf import PdfReader

FOOT = re.compile(r"Reference (\S+), revision (\d+) Page (\d+) of (\d+)")


def pages_of(content: bytes) -> list[str]:
    """The text of each page in the order it is read, on one line: hard spaces and line ends are spaces."""
    texts = (page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return [re.sub(r"\s+", " ", text).strip() for text in texts]


def body_of(content: bytes, head: str) -> str:
    """The text of all pages without what is repeated on each: the head, then the foot, at the end of its text."""
    bodies = []
    for page in pages_of(content):
        found = re.search(rf" ?{re.escape(head)} {FOOT.pattern}$", page)
        assert found, "a page without its head and foot"
        bodies.append(page[: found.start()])
    return " ".join(bodies)


def tree_of(pdf: pikepdf.Pdf) -> Iterator[tuple[int, str, pikepdf.Dictionary]]:
    """(depth, tag, element) for each element of the tag tree, in reading order."""

    def walk(element: pikepdf.Object, depth: int) -> Iterator[tuple[int, str, pikepdf.Dictionary]]:
        if not isinstance(element, pikepdf.Dictionary) or "/S" not in element:
            return
        yield depth, str(element["/S"])[1:], element
        for kid in kids(element):
            yield from walk(kid, depth + 1)

    yield from walk(pdf.Root.StructTreeRoot["/K"][0], 0)


def kids(element: pikepdf.Dictionary) -> list[pikepdf.Object]:
    held = element.get("/K", [])
    return list(held) if isinstance(held, pikepdf.Array) else [held]


def dictionaries_of(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Dictionary]:
    """Every dictionary of the file, nested ones too."""

    def walk(thing: object) -> Iterator[pikepdf.Dictionary]:
        if isinstance(thing, pikepdf.Stream):
            thing = thing.stream_dict
        if isinstance(thing, pikepdf.Dictionary):
            yield thing
            for each in thing.values():
                if not (isinstance(each, pikepdf.Object) and each.is_indirect):
                    yield from walk(each)
        elif isinstance(thing, pikepdf.Array):
            for each in thing:
                if not (isinstance(each, pikepdf.Object) and each.is_indirect):
                    yield from walk(each)

    for thing in (*pdf.objects, pdf.trailer):
        yield from walk(thing)
