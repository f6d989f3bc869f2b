"""The rows of the table of routes, and the requests that leave a trace. Drafts, versions, settings; parents' rights."""

from aup.rules.content import from_pack
from aup.services.drafting import save_draft
from packs import loader
from schools.models import Guardian
from schools.services.families import link_guardian
from tests import factories
from tests.access.scene import Ask, Example, World

ROWS = """\
aup:agreement_settings      |            | editor/403 200                     | editor/403 302
aup:agreement_version       | in force   | policy_reader/403 200              | 405
aup:publish_as_shipped      | agreement  | 405                                | editor/403 302
aup:withdraw_agreement      | in force   | 405                                | editor/403 302
aup:edit_agreement          | agreement  | editor/403 200                     | editor/403 302
aup:preview_agreement       | agreement  | editor/403 200                     | 405
aup:publish_agreement       | agreement  | 405                                | editor/403 302
aup:discard_draft           | agreement  | 405                                | editor/403 302
aup:edit_translation        | translation | editor/403 200                    | editor/403 302
schools:change_guardian     | the school | people_manager/403 200             | people_manager/403 302
"""
CODE = "parent"
TYPED = {
    "title": "Our agreement",
    "clause-0-id": "parent.1",
    "clause-0-text": "I have read the rules.",
    "action": "save",
}
STANDING = {"relation": "mother", "responsibility": "yes", "checked": "on"}


def drafted(world: World) -> World:
    """A world in which the parents' agreement is being edited, with a whole text."""
    text = from_pack(loader.latest("camden_2021").agreement(CODE))
    save_draft(by=world.by, code=CODE, revision=0, content={**text, "title": "Our agreement"})
    return world


def family(world: World) -> Guardian:
    """A relation that the head has put down."""
    return link_guardian(
        by=factories.viewer(world.head),
        guardian_id=world.parent.pk,
        child_id=world.pupil.pk,
        starts_on=factories.schools.LONG_AGO,
    )


def withdrawn(world: World) -> Ask:
    version = factories.published(world.school, CODE)
    return Ask(world.jo, "aup:withdraw_agreement", [CODE], {"version": str(version.pk)})


READS: dict[str, Example] = {
    "schools:change_guardian": lambda w: Ask(w.head, "schools:change_guardian", [family(w).pk]),
}
WRITES: dict[tuple[str, str], Example] = {
    ("aup:agreement_settings", "agreement.settings_changed"): lambda w: Ask(
        w.jo, "aup:agreement_settings", data={"who_signs": "each", "reminder_days": "7, 14"}
    ),
    ("aup:publish_as_shipped", "agreement.published"): lambda w: Ask(w.jo, "aup:publish_as_shipped", [CODE], {}),
    ("aup:withdraw_agreement", "agreement.withdrawn"): withdrawn,
    ("aup:edit_agreement", "agreement.draft_saved"): lambda w: Ask(w.jo, "aup:edit_agreement", [CODE], TYPED),
    ("aup:edit_translation", "agreement.draft_saved"): lambda w: Ask(
        w.jo, "aup:edit_translation", [CODE, "pl"], {"title": "Nasze zasady", "action": "save"}
    ),
    ("aup:publish_agreement", "agreement.published"): lambda w: Ask(
        drafted(w).jo, "aup:publish_agreement", [CODE], {"revision": "1"}
    ),
    ("aup:discard_draft", "agreement.draft_discarded"): lambda w: Ask(
        drafted(w).jo, "aup:discard_draft", [CODE], {"revision": "1"}
    ),
    ("schools:change_guardian", "guardian.changed"): lambda w: Ask(
        w.head, "schools:change_guardian", [family(w).pk], STANDING
    ),
}
CHANGE_NOTHING: dict[str, str] = {}
