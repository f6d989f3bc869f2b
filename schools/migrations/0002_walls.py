from django.db import migrations

from schools.tenancy import KeepInSchool


class Migration(migrations.Migration):
    dependencies = [("schools", "0001_initial")]

    operations = [
        KeepInSchool("packadoption", "adopted_by"),
        KeepInSchool("pupil", "person"),
        KeepInSchool("staffrecord", "person"),
        KeepInSchool("membership", "person"),
        KeepInSchool("post", "person"),
    ]
