from django.db import migrations

from schools.tenancy import LetDoorsRead, OpenDoor, WallOff


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0004_queued_by"), ("schools", "0006_wall")]

    operations = [
        WallOff("document"),
        WallOff("message"),
        WallOff("attempt"),
        LetDoorsRead("message", "school_id", "token_hash"),
        # The officer logs in nowhere: the link says which school it is about, and nothing more.
        OpenDoor(
            "school_of_officer_link",
            "link_hash bytea",
            "uuid",
            "SELECT school_id FROM public.dispatch_message WHERE token_hash = link_hash",
        ),
    ]
