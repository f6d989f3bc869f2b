from django.db import migrations

from audit.append_only import RefuseChange


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [RefuseChange("entry")]
