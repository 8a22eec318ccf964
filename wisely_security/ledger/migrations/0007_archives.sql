-- The life of events: months that have left for an archive, months that came back, and what a tenant had erased. All of it
-- is the owner's: nobody else may alter a partition, or switch off its guard.

-- The archives that were written, and what they were at that moment: so a file that was swapped is noticed.
CREATE TABLE ledger_archive (
    name            text        PRIMARY KEY,
    events          text        NOT NULL,
    month           date        NOT NULL,
    rows            bigint      NOT NULL,
    size            bigint      NOT NULL,
    root            text        NOT NULL,
    manifest_sha256 text        NOT NULL,
    rule            text        NOT NULL,
    archived_at     timestamptz NOT NULL DEFAULT now()
);
SELECT ledger_guard('ledger_archive');
ALTER TABLE ledger_archive ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY support_reads ON ledger_archive FOR SELECT USING ((SELECT wisely_support()));
CREATE POLICY keep ON ledger_archive TO CURRENT_USER USING (true);

-- Erases events of some tenants from one partition. Its guard is off for the length of the transaction, in which nobody
-- else can write there. Returns how many there were of each.
CREATE FUNCTION ledger_erase(partition regclass, tenants uuid[]) RETURNS TABLE (tenant_id uuid, number bigint)
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER append_only', partition);
    RETURN QUERY EXECUTE format('WITH gone AS (DELETE FROM %s WHERE tenant_id = ANY ($1) RETURNING tenant_id)
                                 SELECT gone.tenant_id, count(*) FROM gone GROUP BY gone.tenant_id', partition) USING tenants;
    EXECUTE format('ALTER TABLE %s ENABLE TRIGGER append_only', partition);
END
$$;

CREATE FUNCTION ledger_refuse_new() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is what the archive % holds: % is refused', TG_TABLE_NAME, TG_ARGV[0], TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;

-- A month comes back: first a table to load, outside of the record; returns its name, that of the partition to be.
CREATE FUNCTION ledger_begin_restore(parent regclass, month date) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    partition constant text := parent::text || to_char(month, '_YYYY_MM');
BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED)', partition, parent);
    RETURN partition;
END
$$;

-- And then, with its rows, it becomes a partition. Indexes, and a constraint that spares PostgreSQL a look at each row, are
-- made before anybody could have to wait for them. The trigger "restored" says from which archive, and keeps new events out.
CREATE FUNCTION ledger_prepare_restored(parent regclass, month date, archive text) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    partition constant regclass := parent::text || to_char(month, '_YYYY_MM');
    definition text;
BEGIN
    FOR definition IN SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = parent AND contype = 'p' LOOP
        EXECUTE format('ALTER TABLE %s ADD %s', partition, definition);
    END LOOP;
    FOR definition IN SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = parent AND NOT indisprimary LOOP
        EXECUTE regexp_replace(definition, '^CREATE (UNIQUE )?INDEX \S+ ON (ONLY )?\S+', format('CREATE \1INDEX ON %s', partition));
    END LOOP;
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT of_month CHECK (id >= %L AND id < %L)', partition,
                   ledger_first_id(month::timestamp AT TIME ZONE 'UTC'),
                   ledger_first_id((month + interval '1 month') AT TIME ZONE 'UTC'));
    PERFORM ledger_guard(partition);
    EXECUTE format('CREATE TRIGGER restored BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION ledger_refuse_new(%L)',
                   partition, archive);
END
$$;

CREATE FUNCTION ledger_attach_restored(parent regclass, month date) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    partition constant regclass := parent::text || to_char(month, '_YYYY_MM');
BEGIN
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)', parent, partition,
                   ledger_first_id(month::timestamp AT TIME ZONE 'UTC'),
                   ledger_first_id((month + interval '1 month') AT TIME ZONE 'UTC'));
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT of_month', partition);
END
$$;
