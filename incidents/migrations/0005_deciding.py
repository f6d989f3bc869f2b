import uuid

import django.db.models.deletion
from django.db import migrations, models

import schools.tenancy
from schools.tenancy import KeepInSchool, WallOff


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0004_wall"),
        ("sanctions", "0001_initial"),
        ("schools", "0009_guardian_standing"),
    ]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="decider_post",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Who decides on sanctions; empty: nobody at the school can.",
                max_length=24,
            ),
        ),
        migrations.CreateModel(
            name="CaseOf",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "case",
                    schools.tenancy.InSchoolOneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sanctions.case",
                    ),
                ),
                (
                    "incident",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="incidents.incident",
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
                "verbose_name_plural": "cases of incidents",
                "indexes": [models.Index(fields=["school", "incident"], name="case_by_incident")],
                "constraints": [models.UniqueConstraint(fields=("school", "id"), name="caseof_unique_in_school")],
            },
        ),
        KeepInSchool("caseof", "incident"),
        KeepInSchool("caseof", "case"),
        WallOff("caseof"),
    ]
