from django.db import migrations

from audit.append_only import NeverEmptied, OnlyEverAdd
from audit.walls import WallOff


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [
        # An attempt to log in, for example, belongs to no school.
        WallOff("entry", may_be_nowhere=True),
        NeverEmptied("entry"),
        OnlyEverAdd("entry"),
    ]
