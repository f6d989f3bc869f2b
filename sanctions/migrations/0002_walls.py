from django.db import migrations

from audit.append_only import NeverEmptied, OnlyEverAdd, RefuseChange
from schools.tenancy import KeepInSchool, LetDoorsRead, OpenDoor, WallOff

MODELS = (
    "frameworkversion", "frameworkdraft", "case", "factsrecord", "proposal", "decision", "sanction", "warning",
    "restorative", "task", "letter", "lettercopy",
)  # fmt: skip
KEYS = (
    ("frameworkversion", "published_by"),
    ("frameworkdraft", "edited_by"),
    ("case", "person"),
    ("case", "framework"),
    ("factsrecord", "case"),
    ("factsrecord", "by"),
    ("proposal", "case"),
    ("proposal", "facts"),
    ("proposal", "framework"),
    ("decision", "case"),
    ("decision", "proposal"),
    ("decision", "by"),
    ("sanction", "case"),
    ("sanction", "decision"),
    ("sanction", "ended_by"),
    ("warning", "case"),
    ("warning", "decision"),
    ("warning", "person"),
    ("restorative", "case"),
    ("restorative", "decision"),
    ("restorative", "reviewed_by"),
    ("task", "case"),
    ("task", "done_by"),
    ("letter", "case"),
    ("letter", "drafted_by"),
    ("letter", "approved_by"),
    ("lettercopy", "letter"),
    ("lettercopy", "to"),
    ("lettercopy", "posted_by"),
)
# What a decision rests on, and the decision itself: only ever added.
KEPT = ("frameworkversion", "factsrecord", "proposal", "decision", "warning")


class Migration(migrations.Migration):
    dependencies = [("sanctions", "0001_initial"), ("schools", "0009_guardian_standing")]

    operations = [
        *(KeepInSchool(model, field) for model, field in KEYS),
        *(WallOff(model) for model in MODELS),
        *(RefuseChange(model) for model in KEPT),
        *(NeverEmptied(model) for model in KEPT),
        *(OnlyEverAdd(model) for model in KEPT),
        # Whoever opens the link of a letter logs in nowhere: it says which school it is about, and nothing more.
        LetDoorsRead("lettercopy", "school_id", "token_hash"),
        OpenDoor(
            "school_of_letter",
            "link_hash bytea",
            "uuid",
            "SELECT school_id FROM public.sanctions_lettercopy WHERE token_hash = link_hash",
        ),
    ]
