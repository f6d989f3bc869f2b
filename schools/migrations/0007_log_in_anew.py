from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0006_wall"),
    ]

    operations = [
        migrations.AlterField(
            model_name="appointment",
            name="kind",
            field=models.CharField(
                choices=[
                    ("give", "to be given"),
                    ("end", "to be ended"),
                    ("renew", "log-in to begin anew"),
                ],
                max_length=8,
            ),
        ),
    ]
