from django.db import migrations

from audit.append_only import RefuseChange
from schools.tenancy import KeepInSchool


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]

    operations = [
        KeepInSchool("incident", "started_by"),
        KeepInSchool("draft", "incident"),
        KeepInSchool("involvement", "incident"),
        KeepInSchool("involvement", "person"),
        KeepInSchool("revision", "incident"),
        KeepInSchool("revision", "by"),
        KeepInSchool("transition", "incident"),
        KeepInSchool("transition", "by"),
        KeepInSchool("evidence", "incident"),
        KeepInSchool("evidence", "added_by"),
        KeepInSchool("evidencecontent", "evidence"),
        RefuseChange("revision"),
        RefuseChange("transition"),
    ]
