"""What the log-in needs: since when a password is so, how old one may become, and where guesses are counted."""

from typing import Any

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Lower

COUNTS = """
CREATE TABLE "log_in_counts" (
    "cache_key" varchar(255) NOT NULL PRIMARY KEY,
    "value" text NOT NULL,
    "expires" timestamp with time zone NOT NULL
);
CREATE INDEX "log_in_counts_expires" ON "log_in_counts" ("expires");
"""


def fill(apps: Any, schema_editor: Any) -> None:
    # Log-ins are found by the address in lower case; a password is as old as its log-in, for all that is known.
    users = apps.get_model("schools", "User").objects
    users.update(email=Lower("email"), password_changed_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0004_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="school",
            name="password_max_age_days",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="greatest age of a password, in days"),
        ),
        migrations.AddConstraint(
            model_name="school",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("password_max_age_days__isnull", True),
                    ("password_max_age_days__range", (30, 730)),
                    _connector="OR",
                ),
                name="password_age_is_a_month_to_two_years",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="password_changed_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", Lower("email"))), name="email_is_in_lower_case"
            ),
        ),
        # As Django's createcachetable would make it, which then finds it and leaves it alone.
        migrations.RunSQL(COUNTS, 'DROP TABLE "log_in_counts"'),
    ]
