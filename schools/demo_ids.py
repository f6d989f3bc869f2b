"""The ids of the demonstration's rows: each follows from what the row is, so that filling again finds it. Pure."""

from uuid import UUID, uuid5

from schools.demo_cast import DemoSchool

_NAMESPACE = UUID("5f2f0c1e-8c39-4c39-9a55-7d1b6f0a4e11")


def demo_id(*parts: object) -> UUID:
    """The id of a row of the demonstration, the same on every run."""
    return uuid5(_NAMESPACE, "/".join(map(str, parts)))


def school_id_of(school: DemoSchool) -> UUID:
    """The id of a demonstration school."""
    return demo_id(school.key)


def person_id_of(school: DemoSchool, key: str) -> UUID:
    """The id of somebody of a demonstration school: of the cast (``head``) or one of many (``staff:3``, ``4R:12``)."""
    return demo_id(school.key, "person", key)
