from django.db import migrations

from audit.walls import APP

# What was decided, given, written and sent is ended, discarded or withdrawn, and never deleted: so the app cannot.
KEPT = ("case", "sanction", "restorative", "task", "letter", "lettercopy", "letterlink")
TABLES = ", ".join(f"sanctions_{each}" for each in KEPT)


class Migration(migrations.Migration):
    dependencies = [("sanctions", "0020_letters")]

    operations = [
        migrations.RunSQL(f"REVOKE DELETE ON {TABLES} FROM {APP}", f"GRANT DELETE ON {TABLES} TO {APP}"),
    ]
