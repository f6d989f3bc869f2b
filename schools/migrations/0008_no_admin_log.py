from django.db import migrations


class Migration(migrations.Migration):
    """The pages of Django's administration are gone; their log held names and addresses, without a wall."""

    dependencies = [("schools", "0007_log_in_anew")]

    operations = [migrations.RunSQL("DROP TABLE IF EXISTS django_admin_log", migrations.RunSQL.noop)]
