-- For clusters of the tests only, after deploy/roles.sql. Whoever arranges a test makes rows of several schools in one
-- go, looks into all of them, takes a constraint away or empties a table: the app may become this role there, for the
-- stretches of a test that are not the product's (tests/arranging.py).
DO $$
DECLARE
    leftover record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'esafety_arranger') THEN
        CREATE ROLE esafety_arranger NOLOGIN INHERIT BYPASSRLS;
    END IF;
    -- Test databases are made by the owner, and those of a run that was killed are removed by it.
    FOR leftover IN SELECT datname FROM pg_database WHERE datname LIKE 'test\_%' LOOP
        EXECUTE format('ALTER DATABASE %I OWNER TO esafety_owner', leftover.datname);
    END LOOP;
END
$$;
ALTER ROLE esafety_owner CREATEDB;
GRANT esafety_owner TO esafety_arranger;
GRANT esafety_doors TO esafety_arranger;
GRANT esafety_arranger TO esafety_app;
