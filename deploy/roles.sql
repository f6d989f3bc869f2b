-- The roles of the database, who owns what in it, and who may do what. Run it as a superuser, connected to the service's
-- database, before the first migration, and again at any time: what is as it should be stays as it is.
--
--     psql --set ON_ERROR_STOP=1 --single-transaction --dbname esafety --file deploy/roles.sql
--
--   esafety_owner   owns the database and every table; migrations log in as it (DATABASE_OWNER_URL), and nobody else
--   esafety_app     the pages and the worker (DATABASE_URL): reads and writes rows, owns nothing, empties no table
--   esafety_doors   logs in nowhere; owns the few functions that look across schools, and sees only the columns they need
--   esafety_backup  reads every row of every school for a backup, and writes none
--
-- Passwords are set afterwards, for example with \password esafety_app. In a database from before these roles existed,
-- whatever another role owns is handed over to esafety_owner.

DO $$
DECLARE
    each text;
BEGIN
    FOREACH each IN ARRAY ARRAY['esafety_owner', 'esafety_app', 'esafety_doors', 'esafety_backup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = each) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', each);
        END IF;
    END LOOP;
END
$$;

-- NOINHERIT: the owner may hand a function to esafety_doors, and does not see what esafety_doors sees.
ALTER ROLE esafety_owner LOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT NOCREATEROLE NOREPLICATION;
ALTER ROLE esafety_app LOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE esafety_doors NOLOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE esafety_backup LOGIN NOSUPERUSER BYPASSRLS NOINHERIT NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE esafety_backup SET default_transaction_read_only = on;
GRANT esafety_doors TO esafety_owner;

-- The database and its schema: nobody comes in or makes anything here unless it says so below.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO esafety_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO esafety_app, esafety_backup', current_database());
END
$$;
ALTER SCHEMA public OWNER TO esafety_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO esafety_app, esafety_doors, esafety_backup;

-- What later migrations make. TRUNCATE is not in it: no trigger for rows, and no row level security, would see it.
ALTER DEFAULT PRIVILEGES FOR ROLE esafety_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO esafety_app;
ALTER DEFAULT PRIVILEGES FOR ROLE esafety_owner IN SCHEMA public GRANT SELECT ON TABLES TO esafety_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE esafety_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO esafety_app;
ALTER DEFAULT PRIVILEGES FOR ROLE esafety_owner IN SCHEMA public GRANT SELECT ON SEQUENCES TO esafety_backup;
-- For every schema: a default of one schema cannot take away what a role gives everywhere.
ALTER DEFAULT PRIVILEGES FOR ROLE esafety_owner REVOKE EXECUTE ON ROUTINES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE esafety_doors REVOKE EXECUTE ON ROUTINES FROM PUBLIC;

-- Hand over what somebody else owns. Only what is handed over is granted here: what a migration has taken away from the
-- app since, such as changing rows that are only ever added, stays taken away however often this runs.
DO $$
DECLARE
    thing record;
BEGIN
    FOR thing IN
        SELECT c.oid::regclass AS name, c.relkind IN ('r', 'p') AS is_table
        FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace
            AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
            AND c.relowner <> 'esafety_owner'::regrole
            -- Of an extension; and the sequence of a column goes with its table.
            AND NOT EXISTS (
                SELECT FROM pg_depend d
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                    AND (d.deptype = 'e' OR (c.relkind = 'S' AND d.deptype IN ('a', 'i')))
            )
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO esafety_owner', thing.name);
        IF thing.is_table THEN
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO esafety_app', thing.name);
        END IF;
    END LOOP;
    FOR thing IN
        SELECT p.oid::regprocedure AS name
        FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace
            AND p.proowner NOT IN ('esafety_owner'::regrole, 'esafety_doors'::regrole)
            AND NOT EXISTS (
                SELECT FROM pg_depend d
                WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
            )
    LOOP
        EXECUTE format('ALTER ROUTINE %s OWNER TO esafety_owner', thing.name);
    END LOOP;
END
$$;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO esafety_app;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO esafety_backup;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO esafety_backup;
