from django.db import migrations, models

from audit.append_only import RefuseChange
from audit.chaining import ChainEntries


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="Link",
            fields=[
                ("entry_id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("school_id", models.UUIDField(editable=False, null=True)),
                ("seq", models.BigIntegerField(help_text="1, 2, 3 ... in each school; no number is left out.")),
                (
                    "prev",
                    models.BinaryField(help_text="The hash of the link before; empty for the first.", max_length=32),
                ),
                ("hash", models.BinaryField(help_text="SHA-256 over prev, seq and the entry.", max_length=32)),
            ],
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(
                condition=models.Q(("school_id__isnull", False)), fields=("school_id", "seq"), name="one_link_a_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(
                condition=models.Q(("school_id__isnull", True)), fields=("seq",), name="one_link_a_place_without_school"
            ),
        ),
        # Before the wall, which stands for the owner as well: what is there already is linked.
        ChainEntries(),
        RefuseChange("link"),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("action", "request.missed")), fields=["actor_id", "-at"], name="audit_misses"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("action", "account.held_up")), fields=["school_id", "-at"], name="audit_held_up"
            ),
        ),
    ]
