import uuid
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import schools.tenancy
from schools.tenancy import KeepInSchool, LetDoorsRead, OpenDoor, WallOff

DOOR = "school_of_letter", "link_hash bytea", "uuid"
BY_COPY = "SELECT school_id FROM public.sanctions_lettercopy WHERE token_hash = link_hash"
BY_LINK = "SELECT school_id FROM public.sanctions_letterlink WHERE token_hash = link_hash"
STAYS = """
CREATE FUNCTION sanctions_letter_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a letter that was approved or discarded never changes'; END $$;
CREATE TRIGGER sanctions_letter_stays BEFORE UPDATE ON sanctions_letter FOR EACH ROW
WHEN (OLD.approved_at IS NOT NULL OR OLD.discarded_at IS NOT NULL) EXECUTE FUNCTION sanctions_letter_stays();
"""
GOES = """
DROP TRIGGER sanctions_letter_stays ON sanctions_letter;
DROP FUNCTION sanctions_letter_stays();
"""


class TakenBack(Operation):
    """Migration operation: what another one has done to the database is undone, and the other way round."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, what: Any) -> None:
        self.what = what

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The state of the models does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self.what.database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self.what.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Take back: {self.what.describe()}"


class Migration(migrations.Migration):
    dependencies = [("sanctions", "0010_dry_run"), ("schools", "0009_guardian_standing")]

    operations = [
        # A mail that is sent again brings another link, so links are rows of their own and the door leads by them.
        TakenBack(OpenDoor(*DOOR, BY_COPY)),
        TakenBack(LetDoorsRead("lettercopy", "school_id", "token_hash")),
        migrations.RemoveConstraint("lettercopy", "one_letter_a_token"),
        migrations.RemoveField("lettercopy", "expires_at"),
        migrations.RemoveField("lettercopy", "token_hash"),
        migrations.AddConstraint(
            "lettercopy",
            models.CheckConstraint(
                condition=models.Q(posted_at__isnull=True, posted_by__isnull=True)
                | models.Q(posted_at__isnull=False, posted_by__isnull=False),
                name="a_posted_copy_says_by_whom",
            ),
        ),
        migrations.CreateModel(
            name="LetterLink",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("token_hash", models.BinaryField(max_length=32, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "used_count",
                    models.PositiveSmallIntegerField(default=0, help_text="How often it has opened the letter."),
                ),
                (
                    "copy",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="sanctions.lettercopy",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["school", "copy"], name="letter_link_of_copy")],
                "constraints": [
                    models.UniqueConstraint(fields=["school", "id"], name="letterlink_unique_in_school"),
                    models.CheckConstraint(
                        condition=models.Q(expires_at__gt=models.F("made_at")), name="letter_link_lasts"
                    ),
                ],
            },
        ),
        KeepInSchool("letterlink", "copy"),
        WallOff("letterlink"),
        LetDoorsRead("letterlink", "school_id", "token_hash"),
        OpenDoor(*DOOR, BY_LINK),
        # Not even a mistake of ours changes what was approved.
        migrations.RunSQL(STAYS, GOES),
    ]
