"""What a helper process does: draw. It is loaded before Django is set up, so it names no model."""

import logging
from typing import Any

import django
from django.utils.module_loading import import_string

# By its path: a page must never reach what draws PDFs, and this module stands in an app of pages.
DRAW = "dispatch.rendering.draw"


def begin() -> None:
    """Make a new helper ready, and let it keep the steps of each drawing to itself."""
    django.setup()
    logging.disable(logging.INFO)


def draw(template: str, snapshot: dict[str, object]) -> Any:
    """The PDF of a snapshot, as ``dispatch.rendering.draw`` returns it."""
    return import_string(DRAW)(template, snapshot)
