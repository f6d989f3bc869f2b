"""Rows, bodies and requests of the pages on which the sanction framework is read, edited, tried out and published."""

from collections.abc import Mapping
from typing import Any

from sanctions.models import FrameworkDraft
from sanctions.rules.editing import TypedSanction
from sanctions.services.drafting import begin_draft, save_look_back, save_sanction
from sanctions.services.dry_runs import ask_dry_run
from sanctions.services.frameworks import publish_framework
from schools.viewer import Viewer
from tests.access.scene import Ask, Example, World

ROWS = """
sanctions:framework_version | framework | policy_reader/403 200 | 405
sanctions:edit_framework |  | editor/403 200 | editor/403 302
sanctions:edit_category | framework | editor/403 200 | editor/403 302
sanctions:new_sanction_type |  | editor/403 200 | editor/403 302
sanctions:edit_sanction_type | framework | editor/403 200 | editor/403 302
sanctions:edit_look_back |  | editor/403 200 | editor/403 302
sanctions:edit_form | framework | editor/403 200 | editor/403 302
sanctions:review_framework |  | editor/403 200 | 405
sanctions:publish_framework |  | 405 | editor/403 302
sanctions:discard_framework_draft |  | 405 | editor/403 302
sanctions:ask_dry_run |  | 405 | editor/403 302
sanctions:dry_run | framework | editor/403 -other_coordinator/404 -head/404 -subject_head/404 200 | 405
"""
SANCTION = TypedSanction("Helping in the library", True, False, False, False, None)
# The draft of every world has been saved once since it was begun.
SAVED = {"edition": "2", "action": "save"}
BODIES: dict[str, Mapping[str, Any]] = {
    **{
        f"sanctions:{name}": SAVED
        for name in (
            "edit_category",
            "new_sanction_type",
            "edit_sanction_type",
            "edit_form",
            "publish_framework",
            "discard_framework_draft",
            "ask_dry_run",
        )
    },
    "sanctions:edit_look_back": {**SAVED, "look_back": "whole_time"},
}

OWN_FIELDS = {
    "sanctions:new_sanction_type": "text tells ends",
    "sanctions:edit_sanction_type": "text tells ends",
    "sanctions:publish_framework": "note",
}


def make_framework(keeper: Viewer) -> dict[str, str]:
    """A published version, a draft with a sanction of the school's own, and a dry run of it: their parts."""
    draft = begin_draft(by=keeper)
    draft = save_look_back(by=keeper, edition=draft.edition, look_back="days", days=200)
    version = publish_framework(by=keeper, edition=draft.edition)
    draft = drafted(keeper)
    run_id = ask_dry_run(by=keeper, edition=draft.edition)
    return {
        "number": str(version.number),
        "audience": "pupil",
        "grade": "C",
        "code": "own_1",
        "run_id": str(run_id),
    }


def drafted(by: Viewer) -> FrameworkDraft:
    """A draft with a sanction of the school's own."""
    draft = begin_draft(by=by)
    return save_sanction(by=by, edition=draft.edition, code=None, typed=SANCTION)


# --- requests that leave a trace -------------------------------------------------------------------------------------


def edits(name: str, *args: str, **data: str) -> Example:
    def ask(world: World) -> Ask:
        drafted(world.by)
        return Ask(world.jo, f"sanctions:{name}", list(args), {**SAVED, **data})

    return ask


READS: dict[str, Example] = {}
WRITES: dict[tuple[str, str], Example] = {
    ("sanctions:edit_framework", "framework.draft_begun"): lambda w: Ask(w.jo, "sanctions:edit_framework", [], {}),
    ("sanctions:edit_category", "framework.draft_saved"): edits("edit_category", "pupil", "C"),
    ("sanctions:new_sanction_type", "framework.draft_saved"): edits("new_sanction_type", text="Litter picking"),
    ("sanctions:edit_sanction_type", "framework.draft_saved"): edits("edit_sanction_type", "own_1", text="Another"),
    ("sanctions:edit_look_back", "framework.draft_saved"): edits("edit_look_back", look_back="whole_time"),
    ("sanctions:edit_form", "framework.draft_saved"): edits("edit_form", "staff"),
    ("sanctions:publish_framework", "framework.published"): edits("publish_framework"),
    ("sanctions:discard_framework_draft", "framework.draft_discarded"): edits("discard_framework_draft"),
    ("sanctions:ask_dry_run", "framework.dry_run_asked"): edits("ask_dry_run"),
}
CHANGE_NOTHING: dict[str, str] = {}
