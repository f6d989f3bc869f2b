from django.db import migrations

from audit.append_only import NeverEmptied, OnlyEverAdd, RefuseChange
from schools.tenancy import KeepInSchool, LetDoorsRead, OpenDoor, WallOff

MODELS = (
    "agreementsettings", "draft", "agreementversion", "withdrawal", "signature", "scan", "signinglink", "campaign",
    "invitation", "classsession", "followup", "bundle",
)  # fmt: skip
KEYS = (
    ("draft", "edited_by"),
    ("agreementversion", "published_by"),
    ("withdrawal", "version"),
    ("withdrawal", "withdrawn_by"),
    ("signature", "version"),
    ("signature", "signer"),
    ("signature", "about"),
    ("signature", "witness"),
    ("scan", "signature"),
    ("signinglink", "person"),
    ("signinglink", "invitation"),
    ("campaign", "made_by"),
    ("invitation", "campaign"),
    ("invitation", "person"),
    ("classsession", "version"),
    ("classsession", "teacher"),
    ("followup", "signature"),
    ("followup", "about"),
    ("followup", "done_by"),
    ("bundle", "asked_by"),
)
# What people put their name to, and the names: only ever added.
KEPT = ("agreementversion", "withdrawal", "signature", "scan")


class Migration(migrations.Migration):
    dependencies = [("aup", "0001_initial"), ("schools", "0009_guardian_standing")]

    operations = [
        *(KeepInSchool(model, field) for model, field in KEYS),
        *(WallOff(model) for model in MODELS),
        *(RefuseChange(model) for model in KEPT),
        *(NeverEmptied(model) for model in KEPT),
        *(OnlyEverAdd(model) for model in KEPT),
        # Whoever opens a link logs in nowhere: it says which school it is about, and nothing more.
        LetDoorsRead("signinglink", "school_id", "token_hash"),
        OpenDoor(
            "school_of_signing_link",
            "link_hash bytea",
            "uuid",
            "SELECT school_id FROM public.aup_signinglink WHERE token_hash = link_hash",
        ),
    ]
