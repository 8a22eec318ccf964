-- What stays of events that leave: the hashes of their leaves, so that trees, proofs and checkpoints stay as they are and the
-- archive can be verified. Ids, transactions and salts go with the events.

-- Runs of leaf hashes, 32 bytes each. A row has up to 252, all of one multiple of 252: as many as fit into a page.
CREATE TABLE ledger_departed (
    tenant_id   uuid     NOT NULL,
    events      regclass NOT NULL,
    first_index bigint   NOT NULL,
    hashes      bytea    NOT NULL,
    PRIMARY KEY (tenant_id, events, first_index)
) WITH (toast_tuple_target = 8160);
ALTER TABLE ledger_departed ALTER hashes SET STORAGE EXTERNAL;

-- Archives whose files were written again, because something was erased from them: the newest row counts.
CREATE TABLE ledger_archive_rewrite (
    id           uuid        PRIMARY KEY DEFAULT uuidv7(),
    archive      text        NOT NULL,
    size         bigint      NOT NULL,
    sha256       text        NOT NULL,
    reason       text        NOT NULL,
    rewritten_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
SELECT ledger_guard('ledger_archive_rewrite');
ALTER TABLE ledger_archive RENAME manifest_sha256 TO sha256;

ALTER TABLE ledger_departed ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_archive_rewrite ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY read ON ledger_departed FOR SELECT USING (tenant_id = (SELECT wisely_tenant()) OR (SELECT wisely_support()));
CREATE POLICY keep ON ledger_departed TO CURRENT_USER USING (true);
CREATE POLICY support_reads ON ledger_archive_rewrite FOR SELECT USING ((SELECT wisely_support()));
CREATE POLICY keep ON ledger_archive_rewrite TO CURRENT_USER USING (true);

-- ``leaves``: which left, or came back. NULL: they stayed in ledger_sealed, because the archive does not have their salts.
ALTER TABLE ledger_removal ADD leaves int8multirange;
DROP FUNCTION ledger_erase_salts;

-- As the owner, in the transaction in which a month leaves, of one tenant or of all: its leaves leave as well. Returns which.
CREATE FUNCTION ledger_depart(event_table text, month date, kind text, reason text, tenant uuid DEFAULT NULL)
    RETURNS TABLE (of_tenant uuid, its_leaves int8multirange)
    LANGUAGE plpgsql SET jit = off AS $$
DECLARE
    record constant regclass := event_table;
    first_id constant uuid := ledger_first_id(month::timestamp AT TIME ZONE 'UTC');
    end_id constant uuid := ledger_first_id((month + interval '1 month') AT TIME ZONE 'UTC');
BEGIN
    -- Runs that have events of other months too are split.
    WITH mixed AS (
        DELETE FROM ledger_sealed
        WHERE events = record AND (tenant IS NULL OR tenant_id = tenant) AND lowest_id < end_id AND highest_id >= first_id
              AND NOT (lowest_id >= first_id AND highest_id < end_id)
        RETURNING ledger_sealed.*
    ), leaf AS (
        SELECT tenant_id, first_index, first_index + place - 1 AS index, tx, id, id >= first_id AND id < end_id AS departs,
               substr(salts, (16 * place - 15)::int, 16) AS salt, substr(hashes, (32 * place - 31)::int, 32) AS hash
        FROM mixed, unnest(txs, ids) WITH ORDINALITY AS it (tx, id, place)
    ), part AS (
        SELECT *, index - row_number() OVER (PARTITION BY tenant_id, first_index, departs ORDER BY index) AS part FROM leaf
    )
    INSERT INTO ledger_sealed (tenant_id, events, first_index, number, first_tx, last_tx, lowest_id, highest_id, txs, ids, salts, hashes)
        SELECT tenant_id, record, min(index), count(*), min(tx), max(tx), (array_agg(id ORDER BY id))[1],
               (array_agg(id ORDER BY id DESC))[1], array_agg(tx ORDER BY index), array_agg(id ORDER BY index),
               string_agg(salt, '' ORDER BY index), string_agg(hash, '' ORDER BY index)
        FROM part GROUP BY tenant_id, first_index, departs, part;

    -- Then those of the month go, but for their hashes.
    RETURN QUERY WITH gone AS (
        DELETE FROM ledger_sealed
        WHERE events = record AND (tenant IS NULL OR tenant_id = tenant) AND lowest_id >= first_id AND highest_id < end_id
        RETURNING tenant_id, first_index, number, hashes
    ), piece AS (
        SELECT tenant_id, 252 * block AS block, greatest(first_index, 252 * block) AS first,
               substr(hashes, (32 * (greatest(first_index, 252 * block) - first_index) + 1)::int,
                      (32 * (least(first_index + number, 252 * block + 252) - greatest(first_index, 252 * block)))::int) AS hashes
        FROM gone, generate_series(first_index / 252, (first_index + number - 1) / 252) AS block
    ), beside AS (
        DELETE FROM ledger_departed AS it USING (SELECT DISTINCT tenant_id, block FROM piece) AS its
        WHERE it.tenant_id = its.tenant_id AND events = record AND first_index BETWEEN block AND block + 251
        RETURNING it.tenant_id, block, first_index, hashes
    ), run AS (
        SELECT *, first + length(hashes) / 32 - sum(length(hashes) / 32) OVER (PARTITION BY tenant_id, block ORDER BY first) AS run
        FROM (SELECT * FROM piece UNION ALL SELECT * FROM beside) AS it
    ), stored AS (
        INSERT INTO ledger_departed (tenant_id, events, first_index, hashes)
            SELECT tenant_id, record, min(first), string_agg(hashes, '' ORDER BY first) FROM run GROUP BY tenant_id, block, run
    )
    INSERT INTO ledger_removal (tenant_id, events, month, kind, size, reason, leaves)
        SELECT tenant_id, record, month, kind, log.size, reason, range_agg(int8range(first_index, first_index + number))
        FROM gone JOIN ledger_log AS log USING (tenant_id) WHERE log.events = record GROUP BY tenant_id, log.size
        RETURNING tenant_id, leaves;
END
$$;

-- Leaves come back from an archive, with their ids, transactions and salts: runs of consecutive ones, of which none crosses a
-- multiple of 256. They must be leaves that left.
CREATE FUNCTION ledger_return_leaves(event_table text, tenants uuid[], firsts bigint[], its_txs text[], its_ids text[], its_salts bytea[])
    RETURNS void LANGUAGE plpgsql SET jit = off AS $$
DECLARE
    record constant regclass := event_table;
    returned int;
BEGIN
    WITH run AS (
        SELECT tenant, first, cardinality(ids) AS number, txs, ids, salts
        FROM (
            SELECT tenant, first, txs::bigint[], ids::uuid[], salts FROM unnest(tenants, firsts, its_txs, its_ids, its_salts)
                AS it (tenant, first, txs, ids, salts)
        ) AS it
    ), wanted AS (
        SELECT tenant, min(first) AS first, max(first + number) AS last, range_agg(int8range(first, first + number)) AS leaves
        FROM run GROUP BY tenant
    ), gone AS (
        DELETE FROM ledger_departed USING wanted
        WHERE tenant_id = tenant AND events = record AND first_index > first - 252 AND first_index < last
              AND int8range(first_index, first_index + length(hashes) / 32) && leaves
        RETURNING tenant, first_index, first_index + length(hashes) / 32 AS last_index, hashes, leaves
    ), rest AS (
        INSERT INTO ledger_departed (tenant_id, events, first_index, hashes)
            SELECT tenant, record, lower(part), substr(hashes, (32 * (lower(part) - first_index) + 1)::int, (32 * (upper(part) - lower(part)))::int)
            FROM gone, unnest(int8multirange(int8range(first_index, last_index)) - leaves) AS part
    )
    INSERT INTO ledger_sealed (tenant_id, events, first_index, number, first_tx, last_tx, lowest_id, highest_id, txs, ids, salts, hashes)
        SELECT tenant, record, first, number, txs[1], txs[number],
               (SELECT id FROM unnest(ids) AS id ORDER BY id LIMIT 1), (SELECT id FROM unnest(ids) AS id ORDER BY id DESC LIMIT 1),
               txs, ids, salts, its.hashes
        FROM run CROSS JOIN LATERAL (
            SELECT string_agg(substr(hashes, (32 * (greatest(first, first_index) - first_index) + 1)::int,
                                     (32 * (least(first + number, last_index) - greatest(first, first_index)))::int), '' ORDER BY first_index) AS hashes
            FROM gone WHERE gone.tenant = run.tenant AND first_index < first + number AND last_index > first
        ) AS its
        WHERE length(its.hashes) = 32 * number AND cardinality(txs) = number AND length(salts) = 16 * number;
    GET DIAGNOSTICS returned = ROW_COUNT;
    IF returned IS DISTINCT FROM cardinality(tenants) THEN
        RAISE EXCEPTION 'Only leaves that left come back' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END
$$;

-- Appends runs of leaves, those of a log in their order. ``its_txs``, ``its_ids``: a list each, as text.
CREATE OR REPLACE FUNCTION ledger_append_leaves(event_table text, tenants uuid[], origins text[], firsts bigint[], its_txs text[],
                                     its_ids text[], its_salts bytea[], its_hashes bytea[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
DECLARE
    record constant regclass := (SELECT events FROM ledger_indexed_fields WHERE events = event_table)::regclass;
BEGIN
    INSERT INTO ledger_log (tenant_id, events, origin)
        SELECT DISTINCT ON (tenant) tenant, record, origin FROM unnest(tenants, origins) AS it (tenant, origin)
        WHERE NOT EXISTS (SELECT FROM ledger_log WHERE (tenant_id, events) = (tenant, record));
    PERFORM FROM ledger_log WHERE tenant_id = ANY (tenants) AND events = record ORDER BY tenant_id FOR UPDATE;
    IF EXISTS (
        SELECT FROM (
            SELECT tenant, first, cardinality(ids) AS number, cardinality(txs) AS of_txs, length(salts) AS of_salts,
                   length(hashes) AS of_hashes,
                   lag(first + cardinality(ids)) OVER (PARTITION BY tenant ORDER BY place) AS ended
            FROM (
                SELECT tenant, first, txs::bigint[], ids::uuid[], salts, hashes, place
                FROM unnest(tenants, firsts, its_txs, its_ids, its_salts, its_hashes) WITH ORDINALITY
                     AS it (tenant, first, txs, ids, salts, hashes, place)
            ) AS it
        ) AS it
        WHERE (first = coalesce(ended, (SELECT size FROM ledger_log WHERE (tenant_id, events) = (tenant, record)))
               AND number > 0 AND first / 256 = (first + number - 1) / 256
               AND of_txs = number AND of_salts = 16 * number AND of_hashes = 32 * number) IS NOT TRUE
    ) THEN
        RAISE EXCEPTION 'Leaves are appended where a log ends' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    INSERT INTO ledger_sealed (tenant_id, events, first_index, number, first_tx, last_tx, lowest_id, highest_id, txs, ids, salts, hashes)
        SELECT tenant, record, first, cardinality(ids), txs[1], txs[cardinality(txs)],
               (SELECT id FROM unnest(ids) AS id ORDER BY id LIMIT 1), (SELECT id FROM unnest(ids) AS id ORDER BY id DESC LIMIT 1),
               txs, ids, salts, hashes
        FROM (
            SELECT tenant, first, txs::bigint[], ids::uuid[], salts, hashes
            FROM unnest(tenants, firsts, its_txs, its_ids, its_salts, its_hashes) AS it (tenant, first, txs, ids, salts, hashes)
        ) AS it;
    -- What is complete, and was begun before, becomes one row; more than one, where leaves between them have departed.
    WITH complete AS (
        SELECT DISTINCT tenant, size / 256 * 256 AS first
        FROM unnest(tenants, firsts, its_hashes) AS it (tenant, first, hashes)
        JOIN ledger_log ON (tenant_id, events) = (tenant, record)
        WHERE size % 256 <> 0 AND first / 256 = size / 256 AND (first + length(hashes) / 32) % 256 = 0
    ), gone AS (
        DELETE FROM ledger_sealed USING complete
        WHERE (tenant_id, events) = (tenant, record) AND first_index BETWEEN first AND first + 255
        RETURNING ledger_sealed.*
    ), run AS (
        SELECT *, first_index + number - sum(number) OVER (PARTITION BY tenant_id ORDER BY first_index) AS run FROM gone
    )
    INSERT INTO ledger_sealed (tenant_id, events, first_index, number, first_tx, last_tx, lowest_id, highest_id, txs, ids, salts, hashes)
        SELECT tenant_id, record, first_index, number, txs[1], txs[number],
               (SELECT id FROM unnest(ids) AS id ORDER BY id LIMIT 1), (SELECT id FROM unnest(ids) AS id ORDER BY id DESC LIMIT 1),
               txs, ids, salts, hashes
        FROM (
            SELECT tenant_id, run, min(first_index) AS first_index, sum(number)::int AS number,
                   string_agg(salts, '' ORDER BY first_index) AS salts, string_agg(hashes, '' ORDER BY first_index) AS hashes
            FROM run GROUP BY tenant_id, run
        ) AS whole
        JOIN (
            SELECT tenant_id, run, array_agg(tx ORDER BY first_index, place) AS txs, array_agg(id ORDER BY first_index, place) AS ids
            FROM run, unnest(txs, ids) WITH ORDINALITY AS leaf (tx, id, place) GROUP BY tenant_id, run
        ) AS leaves USING (tenant_id, run);
    UPDATE ledger_log SET size = it.size
        FROM (
            SELECT tenant, max(first + length(hashes) / 32) AS size
            FROM unnest(tenants, firsts, its_hashes) AS it (tenant, first, hashes) GROUP BY tenant
        ) AS it WHERE (tenant_id, events) = (tenant, record);
END
$$;

REVOKE EXECUTE ON FUNCTION ledger_depart, ledger_return_leaves FROM PUBLIC;
