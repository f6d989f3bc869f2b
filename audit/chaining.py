"""The chain behind the trail, as Postgres keeps it: SQL and the migration operations that bring it about.

Each entry gets a link, and each link holds a hash over its entry and the link before it, school by school. The link is
written by a trigger at the end of the transaction, so that the lock on a school's chain is held for the commit alone.
"""

from typing import Any

from django.db.migrations.operations.base import Operation

# The text that is hashed. A JSON array, because no text inside one value can look like the next value.
HASH = """
CREATE FUNCTION audit_hash(
    prev bytea, seq bigint, id uuid, school_id uuid, actor_id uuid, action text, object_type text, object_id uuid,
    detail jsonb, at timestamptz
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(jsonb_build_array(
        encode(prev, 'hex'), seq, id, school_id, actor_id, action, object_type, object_id, detail,
        to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')
    )::text, 'UTF8'))
$$
"""
# Runs as the owner of the tables, for whom row level security is in force as well: the deferred trigger fires at
# COMMIT, when the transaction may be in another school than the entry. So it enters the entry's school and goes back.
LINK = """
CREATE FUNCTION audit_link_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before text := coalesce(current_setting('app.school_id', true), '');
    last record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit_link ' || coalesce(NEW.school_id::text, ''), 0));
    PERFORM set_config('app.school_id', coalesce(NEW.school_id::text, ''), true);
    -- Two queries, because IS NOT DISTINCT FROM would use no index.
    IF NEW.school_id IS NULL THEN
        SELECT seq, hash INTO last FROM audit_link WHERE school_id IS NULL ORDER BY seq DESC LIMIT 1;
    ELSE
        SELECT seq, hash INTO last FROM audit_link WHERE school_id = NEW.school_id ORDER BY seq DESC LIMIT 1;
    END IF;
    last.seq := coalesce(last.seq, 0) + 1;
    last.hash := coalesce(last.hash, ''::bytea);
    INSERT INTO audit_link (entry_id, school_id, seq, prev, hash) VALUES (
        NEW.id, NEW.school_id, last.seq, last.hash,
        audit_hash(last.hash, last.seq, NEW.id, NEW.school_id, NEW.actor_id, NEW.action, NEW.object_type,
                   NEW.object_id, NEW.detail, NEW.at)
    );
    PERFORM set_config('app.school_id', before, true);
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE CONSTRAINT TRIGGER audit_entry_linked AFTER INSERT ON audit_entry DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION audit_link_entry()
"""
# For entries from before there were links. What has none yet is linked by its time, after what has one.
LINK_THE_REST = """
DO $$
DECLARE
    entry record;
    chain uuid;
    is_first boolean := true;
    last_seq bigint;
    last_hash bytea;
    new_hash bytea;
BEGIN
    FOR entry IN
        SELECT e.* FROM audit_entry e WHERE NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.entry_id = e.id)
        ORDER BY e.school_id, e.at, e.id
    LOOP
        IF is_first OR entry.school_id IS DISTINCT FROM chain THEN
            is_first := false;
            chain := entry.school_id;
            SELECT seq, hash INTO last_seq, last_hash FROM audit_link
            WHERE school_id = chain OR (school_id IS NULL AND chain IS NULL) ORDER BY seq DESC LIMIT 1;
            last_seq := coalesce(last_seq, 0);
            last_hash := coalesce(last_hash, ''::bytea);
        END IF;
        last_seq := last_seq + 1;
        new_hash := audit_hash(last_hash, last_seq, entry.id, entry.school_id, entry.actor_id, entry.action,
                               entry.object_type, entry.object_id, entry.detail, entry.at);
        INSERT INTO audit_link (entry_id, school_id, seq, prev, hash)
        VALUES (entry.id, entry.school_id, last_seq, last_hash, new_hash);
        last_hash := new_hash;
    END LOOP;
END $$
"""
# The pages and the worker read the chain, to verify it, and write none of it: the function above does, as its owner.
# Both roles are there wherever deploy/roles.sql has run.
RIGHTS = """
DO $$
DECLARE
    reader text;
BEGIN
    FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('esafety_app', 'esafety_backup') LOOP
        EXECUTE 'REVOKE ALL ON audit_link FROM ' || reader;
        EXECUTE 'GRANT SELECT ON audit_link TO ' || reader;
        EXECUTE 'GRANT EXECUTE ON FUNCTION audit_hash TO ' || reader;
    END LOOP;
END $$
"""


class ChainEntries(Operation):
    """Migration operation: from now on every entry is linked when its transaction commits, and all there are now.

    Safe beside a running service: the rows that are there are linked while it goes on writing, and only the few that
    came meanwhile are linked while writers wait.
    """

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The state of the models does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(HASH)
        schema_editor.execute(LINK)
        schema_editor.execute("REVOKE ALL ON FUNCTION audit_link_entry() FROM PUBLIC")
        schema_editor.execute(RIGHTS)
        schema_editor.execute(LINK_THE_REST)
        schema_editor.execute("LOCK TABLE audit_entry IN SHARE ROW EXCLUSIVE MODE")
        schema_editor.execute(LINK_THE_REST)
        schema_editor.execute(TRIGGER)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute("DROP TRIGGER audit_entry_linked ON audit_entry")
        schema_editor.execute("DROP FUNCTION audit_link_entry()")
        schema_editor.execute(
            "DROP FUNCTION audit_hash(bytea, bigint, uuid, uuid, uuid, text, text, uuid, jsonb, timestamptz)"
        )

    def describe(self) -> str:
        return "Chain the entries of the trail"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__qualname__, [], {}
