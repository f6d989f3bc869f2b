from django.db import migrations

from schools.tenancy import LetDoorsRead, OpenDoor, WallOff

IN_FORCE = "starts_on <= on_day AND (ends_on IS NULL OR ends_on >= on_day)"


class Migration(migrations.Migration):
    dependencies = [("schools", "0003_roles")]

    operations = [
        WallOff("school", column="id"),
        WallOff("term"),
        WallOff("packadoption"),
        WallOff("person"),
        WallOff("pupil"),
        WallOff("staffrecord"),
        WallOff("membership"),
        WallOff("post"),
        LetDoorsRead("school", "id", "name"),
        LetDoorsRead("person", "id", "school_id", "user_id", "given_name", "family_name"),
        LetDoorsRead("membership", "school_id", "person_id", "role", "starts_on", "ends_on"),
        LetDoorsRead("post", "school_id", "person_id", "post", "starts_on", "ends_on"),
        # What one user is, in each school they belong to on a day. A post without a membership in force gives nothing.
        OpenDoor(
            "schools_of_user",
            "asked_user uuid, on_day date",
            "TABLE (person_id uuid, school_id uuid, name text, school_name text, roles text[])",
            f"""
            SELECT id, school_id, given_name || ' ' || family_name, school_name, members || posts
            FROM (
                SELECT p.id, p.school_id, p.given_name, p.family_name, s.name::text AS school_name,
                    ARRAY(
                        SELECT role::text FROM public.schools_membership
                        WHERE person_id = p.id AND school_id = p.school_id AND {IN_FORCE}
                    ) AS members,
                    ARRAY(
                        SELECT post::text FROM public.schools_post
                        WHERE person_id = p.id AND school_id = p.school_id AND {IN_FORCE}
                    ) AS posts
                FROM public.schools_person p
                JOIN public.schools_school s ON s.id = p.school_id
                WHERE p.user_id = asked_user
            ) people
            WHERE cardinality(members) > 0
            """,  # noqa: S608
        ),
        # For what the worker does school by school.
        OpenDoor(
            "every_school",
            "",
            "TABLE (id uuid, name text)",
            "SELECT id, name::text FROM public.schools_school ORDER BY name, id",
        ),
        # Which migrations have run is not for the app to say.
        migrations.RunSQL(
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM esafety_app",
            "GRANT INSERT, UPDATE, DELETE ON django_migrations TO esafety_app",
        ),
    ]
