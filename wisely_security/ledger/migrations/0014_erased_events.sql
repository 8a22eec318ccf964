-- Erasing a person from events that stay (docs/erasure.md). All of it is the owner's: the app role may run none of this.

-- Events of which something was erased, a row for each time. ``sealed``: the commitment to the personal fields as they were
-- sealed, which the leaf holds. ``kept``: that to what is left of them, with the salt that took the place of the former one;
-- of several rows of an event, the newest tells. ``erasure``: the event that records it, with a hash of these rows.
CREATE TABLE ledger_erased (
    tenant_id uuid     NOT NULL,
    events    regclass NOT NULL,
    id        uuid     NOT NULL,
    erasure   uuid     NOT NULL,
    sealed    bytea    NOT NULL CHECK (length(sealed) = 32),
    kept      bytea    NOT NULL CHECK (length(kept) = 32),
    PRIMARY KEY (tenant_id, events, id, erasure)
);

-- What the key of a log has signed of each erasure: how many events, and the hash of their rows (sealing/logs/erasures.py).
CREATE TABLE ledger_signed_erasure (
    tenant_id uuid     NOT NULL,
    events    regclass NOT NULL,
    erasure   uuid     NOT NULL,
    note      text     NOT NULL,
    PRIMARY KEY (tenant_id, events, erasure)
);

DO $$
DECLARE
    of text;
BEGIN
    FOREACH of IN ARRAY ARRAY['ledger_erased', 'ledger_signed_erasure'] LOOP
        PERFORM ledger_guard(of::regclass);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', of);
        EXECUTE format('CREATE POLICY read ON %I FOR SELECT USING (tenant_id = (SELECT wisely_tenant()) OR (SELECT wisely_support()))', of);
        EXECUTE format('CREATE POLICY keep ON %I TO CURRENT_USER USING (true)', of);
    END LOOP;
END
$$;

-- The guard lets one statement through: that of ledger_redact, on the partition that it names. Without switching a trigger
-- off, for which everybody who writes would have to wait. Whoever is not the owner has no right to UPDATE in any case.
CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('wisely.redacting', true) = TG_RELID::text THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;

-- Puts what is left into events: ``changed`` is a list of objects with id, tenant_id and the personal columns. Returns how
-- many there were.
CREATE FUNCTION ledger_redact(event_table text, columns text[], changed jsonb) RETURNS bigint
    LANGUAGE plpgsql AS $$
DECLARE
    names constant text := (SELECT string_agg(quote_ident(name), ', ') FROM unnest(columns) AS name);
    partition regclass;
    of_partition bigint;
    number bigint := 0;
BEGIN
    FOR partition IN EXECUTE format('SELECT DISTINCT event.tableoid::regclass FROM %I AS event
                                     JOIN jsonb_to_recordset($1) AS it (tenant_id uuid, id uuid) USING (tenant_id, id)', event_table) USING changed
    LOOP
        PERFORM set_config('wisely.redacting', partition::oid::text, true);
        EXECUTE format('UPDATE %1$s AS event SET (%2$s) = (SELECT %2$s FROM (SELECT it.*) AS it)
                        FROM jsonb_populate_recordset(NULL::%1$s, $1) AS it
                        WHERE (event.tenant_id, event.id) = (it.tenant_id, it.id)', partition, names) USING changed;
        GET DIAGNOSTICS of_partition = ROW_COUNT;
        number := number + of_partition;
    END LOOP;
    PERFORM set_config('wisely.redacting', '', true);
    RETURN number;
END
$$;

-- New salts for leaves: at ``indexes`` of a tenant's log, 16 bytes each. After this, no hash confirms a guess at what was.
CREATE FUNCTION ledger_replace_salts(event_table text, tenant uuid, indexes bigint[], its_salts bytea[]) RETURNS void
    LANGUAGE sql AS $$
    UPDATE ledger_sealed AS run SET salts = (
        SELECT string_agg(coalesce(it.salt, substr(run.salts, (16 * place + 1)::int, 16)), '' ORDER BY place)
        FROM generate_series(0, run.number - 1) AS place
        LEFT JOIN unnest(indexes, its_salts) AS it (index, salt) ON it.index = run.first_index + place
    )
    WHERE tenant_id = tenant AND events = event_table::regclass AND first_index IN (
        SELECT hit.first_index FROM unnest(indexes) AS index CROSS JOIN LATERAL (
            SELECT first_index FROM ledger_sealed WHERE tenant_id = tenant AND events = event_table::regclass AND first_index <= index
            ORDER BY first_index DESC LIMIT 1
        ) AS hit
    )
$$;

-- The search segments of changed events, built again from what is left of these.
CREATE FUNCTION ledger_rebuild_segments(event_table text, tenant uuid, changed uuid[]) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    fields ledger_indexed_fields;
BEGIN
    SELECT * INTO STRICT fields FROM ledger_indexed_fields WHERE events = event_table;
    EXECUTE format($sql$
        WITH hit AS MATERIALIZED (
            SELECT DISTINCT of.after_id, of.last_id FROM unnest($1) AS id CROSS JOIN LATERAL (
                SELECT after_id, last_id FROM ledger_search_segment
                WHERE tenant_id = $2 AND events = %1$L::regclass AND last_id >= id ORDER BY last_id LIMIT 1
            ) AS of WHERE id > of.after_id
        )
        UPDATE ledger_search_segment AS segment SET tokens = coalesce(built.tokens, '{}'), folded = coalesce(built.folded, '')
        FROM hit CROSS JOIN LATERAL (
            SELECT (SELECT array_agg(DISTINCT ledger_token(%1$L, token)) FROM %1$I, unnest(%2$s) AS token
                    WHERE tenant_id = $2 AND id > hit.after_id AND id <= hit.last_id AND token IS NOT NULL) AS tokens,
                   (SELECT string_agg(DISTINCT wisely_fold(word), E'\n') FROM %1$I, unnest(%3$s) AS word
                    WHERE tenant_id = $2 AND id > hit.after_id AND id <= hit.last_id AND word <> '') AS folded
        ) AS built
        WHERE segment.tenant_id = $2 AND segment.events = %1$L::regclass AND segment.last_id = hit.last_id
        $sql$, event_table, fields.tokens, fields.texts) USING changed, tenant;
END
$$;

REVOKE EXECUTE ON FUNCTION ledger_redact, ledger_replace_salts, ledger_rebuild_segments FROM PUBLIC;
