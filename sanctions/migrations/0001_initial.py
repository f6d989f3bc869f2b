import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import schools.tenancy


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("schools", "0009_guardian_standing"),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("audience", models.CharField(choices=[("pupil", "pupil"), ("staff", "staff")], max_length=5)),
                ("reference", models.CharField(help_text="What people call the matter by.", max_length=20)),
                ("happened_on", models.DateField()),
                (
                    "recorded_at",
                    models.DateTimeField(help_text="When the matter was first recorded: every clock starts there."),
                ),
                ("opened_at", models.DateTimeField()),
                ("pack_code", models.CharField(max_length=60)),
                ("pack_version", models.PositiveSmallIntegerField()),
                ("facts_number", models.PositiveIntegerField(default=0)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("graded", "graded"),
                            ("nothing", "nothing to sanction"),
                            ("unanswered", "a question is open"),
                        ],
                        max_length=10,
                    ),
                ),
                ("proposed", models.CharField(blank=True, max_length=1)),
                (
                    "is_confirmed",
                    models.BooleanField(
                        default=False, help_text="A person has looked at the facts, not the form alone."
                    ),
                ),
                (
                    "decisions_count",
                    models.PositiveIntegerField(default=0, help_text="The number of the decision that stands."),
                ),
                ("decided", models.CharField(blank=True, max_length=1)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "departure",
                    models.CharField(
                        blank=True, choices=[("none", "as proposed"), ("up", "up"), ("down", "down")], max_length=4
                    ),
                ),
                ("year_group", models.CharField(blank=True, max_length=12)),
                (
                    "needs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(
                        help_text="The record does not name this person any more, and nothing was decided.", null=True
                    ),
                ),
                (
                    "form_said",
                    models.JSONField(default=dict, help_text="What the form said when it was last looked at."),
                ),
                (
                    "look_again",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unnamed", "the record does not name this person any more"),
                            ("record", "the record says something else now"),
                            ("earlier", "an earlier decision that it rests on was changed"),
                        ],
                        help_text="Why a decision wants looking at again.",
                        max_length=8,
                    ),
                ),
                (
                    "person",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.person",
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
                "indexes": [
                    models.Index(fields=["school", "person", "happened_on"], name="case_of_person"),
                    models.Index(
                        condition=models.Q(("decided_at__isnull", False)),
                        fields=["school", "decided_at"],
                        include=("audience", "proposed", "decided", "departure", "year_group"),
                        name="case_decided",
                    ),
                    models.Index(
                        condition=models.Q(("look_again", ""), _negated=True),
                        fields=["school"],
                        name="case_to_look_at_again",
                    ),
                    models.Index(
                        condition=models.Q(("decided_at__isnull", True), ("withdrawn_at__isnull", True)),
                        fields=["school", "recorded_at"],
                        name="case_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("school", "id"), name="case_unique_in_school"),
                    models.CheckConstraint(
                        condition=models.Q(("proposed__in", ["", "A", "B", "C", "D"])), name="proposed_is_a_category"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decided__in", ["", "A", "B", "C", "D"])), name="decided_is_a_category"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided", ""), ("decided_at__isnull", True), ("departure", "")),
                            models.Q(("decided_at__isnull", False), models.Q(("departure", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="a_decided_case_says_when_and_how_far",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FactsRecord",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("content", models.JSONField(help_text="As sanctions.rules.facts writes it.")),
                ("is_confirmed", models.BooleanField(default=False)),
                (
                    "note",
                    models.TextField(
                        blank=True, help_text="Why they differ from what the form suggests.", max_length=2000
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        help_text="Nobody: taken from the form.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.person",
                    ),
                ),
                (
                    "case",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="facts",
                        to="sanctions.case",
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
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("school", "id"), name="factsrecord_unique_in_school"),
                    models.UniqueConstraint(fields=("case", "number"), name="facts_numbers_follow"),
                    models.CheckConstraint(
                        condition=models.Q(("is_confirmed", False), ("by__isnull", False), _connector="OR"),
                        name="somebody_confirmed_the_facts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FrameworkDraft",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("pack_code", models.CharField(max_length=60)),
                ("pack_version", models.PositiveSmallIntegerField()),
                ("content", models.JSONField()),
                (
                    "edition",
                    models.PositiveIntegerField(
                        default=0, help_text="Counts the saves: a page written over is refused."
                    ),
                ),
                ("edited_at", models.DateTimeField()),
                (
                    "edited_by",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.person",
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
                "constraints": [
                    models.UniqueConstraint(fields=("school", "id"), name="frameworkdraft_unique_in_school"),
                    models.UniqueConstraint(fields=("school",), name="one_framework_draft_a_school"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FrameworkVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("pack_code", models.CharField(max_length=60)),
                ("pack_version", models.PositiveSmallIntegerField()),
                ("content", models.JSONField(help_text="Everything, as sanctions.rules.frameworks writes it.")),
                ("sha256", models.CharField(max_length=64)),
                (
                    "note",
                    models.CharField(
                        blank=True, help_text="What is new, for whoever compares versions.", max_length=200
                    ),
                ),
                ("published_at", models.DateTimeField()),
                (
                    "published_by",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.person",
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
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("school", "id"), name="frameworkversion_unique_in_school"),
                    models.UniqueConstraint(fields=("school", "number"), name="framework_numbers_follow"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gt", 0)), name="framework_numbers_begin_at_one"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="framework",
            field=schools.tenancy.InSchoolForeignKey(
                db_constraint=False,
                help_text="Empty: the policy's own, as adopted.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sanctions.frameworkversion",
            ),
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("template", models.CharField(max_length=40)),
                ("subject_line", models.CharField(max_length=200)),
                ("body", models.TextField(max_length=10000)),
                ("edition", models.PositiveIntegerField(default=1)),
                ("drafted_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("discarded_at", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.person",
                    ),
                ),
                (
                    "case",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="sanctions.case",
                    ),
                ),
                (
                    "drafted_by",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.person",
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
                "ordering": ["drafted_at"],
                "indexes": [models.Index(fields=["school", "case"], name="letter_of_case")],
                "constraints": [
                    models.UniqueConstraint(fields=("school", "id"), name="letter_unique_in_school"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("approved_by__isnull", False),
                                ("discarded_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="an_approved_letter_says_by_whom",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LetterCopy",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("token_hash", models.BinaryField(max_length=32, null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "queued_at",
                    models.DateTimeField(help_text="Empty: no address, so it is printed and posted.", null=True),
                ),
                ("opened_at", models.DateTimeField(null=True)),
                ("posted_at", models.DateTimeField(null=True)),
                (
                    "letter",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="sanctions.letter",
                    ),
                ),
                (
                    "posted_by",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.person",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "to",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.person",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "letter copies",
                "constraints": [
                    models.UniqueConstraint(fields=("school", "id"), name="lettercopy_unique_in_school"),
                    models.UniqueConstraint(fields=("letter", "to"), name="one_copy_a_parent"),
                    models.UniqueConstraint(
                        condition=models.Q(("token_hash__isnull", False)),
                        fields=("token_hash",),
                        name="one_letter_a_token",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("grade", models.CharField(blank=True, max_length=1)),
                ("outcome", models.CharField(max_length=10)),
                ("content", models.TextField(help_text="The very bytes that sanctions.rules.proposing made, as text.")),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "case",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="sanctions.case",
                    ),
                ),
                (
                    "facts",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="sanctions.factsrecord",
                    ),
                ),
                (
                    "framework",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sanctions.frameworkversion",
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
                "ordering": ["at"],
                "indexes": [models.Index(fields=["school", "case", "-at"], name="proposal_of_case")],
                "constraints": [models.UniqueConstraint(fields=("school", "id"), name="proposal_unique_in_school")],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("decided", "decided"), ("revised", "revised"), ("quashed", "quashed on appeal")],
                        max_length=8,
                    ),
                ),
                ("grade", models.CharField(blank=True, help_text="Empty: no sanction.", max_length=1)),
                (
                    "departure",
                    models.CharField(choices=[("none", "as proposed"), ("up", "up"), ("down", "down")], max_length=4),
                ),
                ("reason", models.TextField(blank=True, max_length=4000)),
                (
                    "path",
                    models.CharField(
                        choices=[
                            ("sanction", "sanctions"),
                            ("restorative", "putting it right"),
                            ("none", "no sanction"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "breaches",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                (
                    "warns",
                    models.BooleanField(
                        default=False, help_text="A warning was given with it, and counts from then on."
                    ),
                ),
                ("as_post", models.CharField(max_length=24)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.person",
                    ),
                ),
                (
                    "case",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="sanctions.case",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "proposal",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sanctions.proposal",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("school", "id"), name="decision_unique_in_school"),
                    models.UniqueConstraint(fields=("case", "number"), name="decisions_follow_each_other"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("departure", "none"), ("kind", "decided")),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="a_departure_has_its_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "decided"), ("number", 1)),
                            models.Q(("number__gt", 1), models.Q(("kind", "decided"), _negated=True)),
                            _connector="OR",
                        ),
                        name="the_first_decides_and_others_revise",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("grade__in", ["", "A", "B", "C", "D"])), name="a_decision_has_a_category"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "quashed"), _negated=True),
                            models.Q(("grade", ""), ("path", "none"), ("warns", False)),
                            _connector="OR",
                        ),
                        name="what_is_quashed_is_nothing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Restorative",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("agreed", models.TextField(max_length=4000)),
                ("review_on", models.DateField()),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("worked", models.BooleanField(null=True)),
                ("outcome", models.TextField(blank=True, max_length=2000)),
                (
                    "case",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restorative",
                        to="sanctions.case",
                    ),
                ),
                (
                    "decision",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restorative",
                        to="sanctions.decision",
                    ),
                ),
                (
                    "reviewed_by",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.person",
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("reviewed_at__isnull", True)),
                        fields=["school", "review_on"],
                        name="restorative_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("school", "id"), name="restorative_unique_in_school"),
                    models.UniqueConstraint(fields=("decision",), name="one_agreement_a_decision"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("reviewed_at__isnull", True), ("reviewed_by__isnull", True), ("worked__isnull", True)
                            ),
                            models.Q(
                                ("reviewed_at__isnull", False),
                                ("reviewed_by__isnull", False),
                                ("worked__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_review_says_by_whom_and_whether_it_worked",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sanction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=40)),
                ("text", models.CharField(help_text="As the framework words it.", max_length=200)),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(help_text="The last day.", null=True)),
                (
                    "tells",
                    models.CharField(blank=True, help_text="The post that carries it out and lifts it.", max_length=24),
                ),
                ("begun_told_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("over", "its time was over"),
                            ("lifted", "lifted early"),
                            ("revised", "the decision was revised"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "ended_reason",
                    models.CharField(blank=True, help_text="Why it was lifted, in words.", max_length=2000),
                ),
                (
                    "case",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sanctions",
                        to="sanctions.case",
                    ),
                ),
                (
                    "decision",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sanctions",
                        to="sanctions.decision",
                    ),
                ),
                (
                    "ended_by",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.person",
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
                "ordering": ["starts_on", "code"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True), ("ends_on__isnull", False)),
                        fields=["school", "ends_on"],
                        name="sanction_running",
                    ),
                    models.Index(fields=["school", "case"], name="sanction_of_case"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("school", "id"), name="sanction_unique_in_school"),
                    models.UniqueConstraint(fields=("decision", "code"), name="a_sanction_is_given_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="sanction_ends_after_it_began",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_why", "")),
                            models.Q(("ended_at__isnull", False), models.Q(("ended_why", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="an_ended_sanction_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=40)),
                ("text", models.CharField(max_length=300)),
                (
                    "duties",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=4), default=list, size=None
                    ),
                ),
                ("owner_post", models.CharField(max_length=24)),
                ("records_decision", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("decision", models.CharField(blank=True, choices=[("yes", "yes"), ("no", "no")], max_length=10)),
                ("how", models.TextField(blank=True, max_length=2000)),
                ("dropped_at", models.DateTimeField(null=True)),
                (
                    "case",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="sanctions.case",
                    ),
                ),
                (
                    "done_by",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        help_text="Empty: the system saw it done.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.person",
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
                "ordering": ["due_at", "code"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True), ("dropped_at__isnull", True)),
                        fields=["school", "due_at"],
                        name="task_to_do",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("school", "id"), name="task_unique_in_school"),
                    models.UniqueConstraint(fields=("case", "code"), name="one_task_of_a_kind_in_a_case"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("records_decision", False),
                            ("done_at__isnull", True),
                            models.Q(models.Q(("decision", ""), _negated=True), models.Q(("how", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="what_is_considered_is_decided_with_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Warning",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "breaches",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None),
                ),
                ("given_on", models.DateField()),
                (
                    "case",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="warnings",
                        to="sanctions.case",
                    ),
                ),
                (
                    "decision",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="warnings",
                        to="sanctions.decision",
                    ),
                ),
                (
                    "person",
                    schools.tenancy.InSchoolForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.person",
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
                "indexes": [models.Index(fields=["school", "person", "given_on"], name="warning_of_person")],
                "constraints": [
                    models.UniqueConstraint(fields=("school", "id"), name="warning_unique_in_school"),
                    models.UniqueConstraint(fields=("decision",), name="a_decision_warns_once"),
                ],
            },
        ),
    ]
