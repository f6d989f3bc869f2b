from django.db import migrations

from schools.tenancy import KeepInSchool


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0001_initial")]

    operations = [
        KeepInSchool("message", "document"),
        KeepInSchool("message", "queued_by"),
        KeepInSchool("attempt", "message"),
    ]
