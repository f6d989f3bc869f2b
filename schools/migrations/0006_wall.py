from django.db import migrations

from schools.tenancy import LetDoorsRead, OpenDoor, WallOff

IN_FORCE = "starts_on <= on_day AND (ends_on IS NULL OR ends_on >= on_day)"


class Migration(migrations.Migration):
    dependencies = [("schools", "0005_log_in")]

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
        LetDoorsRead(
            "emergencyaccess",
            "id",
            "school_id",
            "requested_by_id",
            "requested_at",
            "approved_at",
            "ends_at",
            "ended_at",
        ),
        LetDoorsRead("appointment", "id", "school_id", "requested_by_id", "requested_at", "state"),
        # What one user is, in each school they belong to on a day. A post without a membership in force gives nothing.
        # And where somebody of the service may read in an emergency just now.
        OpenDoor(
            "schools_of_user",
            "asked_user uuid, on_day date, at_moment timestamptz",
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
            UNION ALL
            SELECT e.requested_by_id, e.school_id, 'Emergency access', s.name::text, ARRAY['emergency_reader']
            FROM public.schools_emergencyaccess e
            JOIN public.schools_school s ON s.id = e.school_id
            WHERE e.requested_by_id = asked_user AND e.ended_at IS NULL
                AND e.approved_at <= at_moment AND e.ends_at > at_moment
            """,  # noqa: S608
        ),
        # What waits for a second service administrator, wherever it is: ids, and the name of the school.
        OpenDoor(
            "waiting_at_schools",
            "at_moment timestamptz, asked_since timestamptz",
            "TABLE (school_id uuid, school_name text, kind text, object_id uuid, asked_by uuid, asked_at timestamptz)",
            """
            SELECT e.school_id, s.name::text, 'emergency', e.id, e.requested_by_id, e.requested_at
            FROM public.schools_emergencyaccess e
            JOIN public.schools_school s ON s.id = e.school_id
            WHERE e.ended_at IS NULL
                AND (e.ends_at > at_moment OR (e.ends_at IS NULL AND e.requested_at > asked_since))
            UNION ALL
            SELECT a.school_id, s.name::text, 'appointment', a.id, a.requested_by_id, a.requested_at
            FROM public.schools_appointment a
            JOIN public.schools_school s ON s.id = a.school_id
            WHERE a.state = 'waiting'
            """,
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
