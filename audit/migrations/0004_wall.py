from django.db import migrations

from audit.append_only import NeverEmptied, OnlyEverAdd
from audit.walls import APP, LetDoorsRead, OpenDoor, WallOff


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_chain")]

    operations = [
        # An attempt to log in, for example, belongs to no school.
        WallOff("entry", may_be_nowhere=True),
        NeverEmptied("entry"),
        OnlyEverAdd("entry"),
        WallOff("link", may_be_nowhere=True),
        NeverEmptied("link"),
        OnlyEverAdd("link"),
        # Whose chains there are at all, also those of no school that is known: a forged row must not go unseen.
        LetDoorsRead("entry", "school_id"),
        LetDoorsRead("link", "school_id"),
        OpenDoor(
            "chains_in_the_trail",
            "",
            "TABLE (school_id uuid)",
            "SELECT school_id FROM public.audit_entry UNION SELECT school_id FROM public.audit_link",
        ),
        # Links are written by the function behind the trigger alone.
        migrations.RunSQL(f"REVOKE INSERT ON audit_link FROM {APP}", f"GRANT INSERT ON audit_link TO {APP}"),
    ]
