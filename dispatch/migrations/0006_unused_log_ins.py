from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0005_wall"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("password_reset", "password_reset"),
                    ("officer_told", "officer_told"),
                    ("officer_change", "officer_change"),
                    ("officer_code", "officer_code"),
                    ("emergency_access", "emergency_access"),
                    ("appointment_waiting", "appointment_waiting"),
                    ("misses", "misses"),
                    ("unused_log_ins", "unused_log_ins"),
                    ("audit_anchor", "audit_anchor"),
                ],
                max_length=40,
            ),
        ),
    ]
