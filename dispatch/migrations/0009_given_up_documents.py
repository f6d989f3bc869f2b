from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0008_undrawn_documents"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="draw_tries",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="Tries of a worker to draw it, for one that carries no message."
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="draw_after",
            field=models.DateTimeField(help_text="Nobody else draws it before this moment.", null=True),
        ),
        migrations.AddField(
            model_name="document",
            name="given_up_at",
            field=models.DateTimeField(help_text="Since when it is not tried again by itself.", null=True),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("drawn_at__isnull", True), ("given_up_at__isnull", True), _connector="OR"),
                name="a_drawn_document_is_not_given_up",
            ),
        ),
    ]
