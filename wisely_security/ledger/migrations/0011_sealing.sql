-- Sealing: each tenant's events of a record are the leaves of a Merkle tree (RFC 9162), its log, in the order of transactions
-- and ids. The sealer (sealing/sealer.py) computes leaves and signs checkpoints; what it derives is appended by the functions
-- below. They refuse whatever does not continue a log where it ends, so that who may run them can rewrite nothing.

-- ``edge``: the roots of the complete subtrees that the tree consists of, the largest first, 32 bytes each.
-- ``published``: the size of the last checkpoint that is in the file outside of the database.
CREATE TABLE ledger_log (
    tenant_id uuid        NOT NULL,
    events    regclass    NOT NULL,
    origin    text        NOT NULL,
    size      bigint      NOT NULL DEFAULT 0,
    edge      bytea       NOT NULL DEFAULT '',
    published bigint      NOT NULL DEFAULT 0,
    begun_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, events)
) WITH (fillfactor = 50);
CREATE INDEX ledger_log_unpublished ON ledger_log (events) WHERE published < size;

-- Runs of consecutive leaves. None crosses a multiple of 256; when 256 are complete, their runs become one row.
-- ``salts``: 16 bytes a leaf; ``hashes``: 32. They do not compress.
CREATE TABLE ledger_sealed (
    tenant_id   uuid     NOT NULL,
    events      regclass NOT NULL,
    first_index bigint   NOT NULL,
    number      int      NOT NULL,
    first_tx    bigint   NOT NULL,
    last_tx     bigint   NOT NULL,
    lowest_id   uuid     NOT NULL,
    highest_id  uuid     NOT NULL,
    txs         bigint[] NOT NULL,
    ids         uuid[]   NOT NULL,
    salts       bytea    NOT NULL,
    hashes      bytea    NOT NULL,
    PRIMARY KEY (tenant_id, events, first_index)
);
ALTER TABLE ledger_sealed ALTER ids SET STORAGE EXTERNAL, ALTER salts SET STORAGE EXTERNAL, ALTER hashes SET STORAGE EXTERNAL;
-- Where an event is, by its transaction and id.
CREATE INDEX ledger_sealed_tx ON ledger_sealed (tenant_id, events, last_tx, first_index, lowest_id, highest_id);

-- The levels above: hash n of level l is the root of the 256^l leaves from n * 256^l on. A tile has up to 256 of a level.
CREATE TABLE ledger_tile (
    tenant_id uuid     NOT NULL,
    events    regclass NOT NULL,
    level     int      NOT NULL CHECK (level >= 1),
    number    bigint   NOT NULL,
    hashes    bytea    NOT NULL,
    PRIMARY KEY (tenant_id, events, level, number)
);
ALTER TABLE ledger_tile ALTER hashes SET STORAGE EXTERNAL;

-- ``note``: the signed checkpoint. ``next_tx``: transactions from this one on began after ``signed_at``.
CREATE TABLE ledger_checkpoint (
    tenant_id uuid        NOT NULL,
    events    regclass    NOT NULL,
    size      bigint      NOT NULL,
    root      bytea       NOT NULL,
    note      text        NOT NULL,
    next_tx   bigint      NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, events, size)
);
SELECT ledger_guard('ledger_checkpoint');

-- What has left a record by the rules, or come back, a month of a tenant a row: why sealed events are not there.
-- ``size``: of the log at that moment; leaves from there on are of later events.
CREATE TABLE ledger_removal (
    id        uuid        NOT NULL DEFAULT uuidv7(),
    tenant_id uuid        NOT NULL,
    events    regclass    NOT NULL,
    month     date        NOT NULL,
    kind      text        NOT NULL CHECK (kind IN ('archived', 'erased', 'restored')),
    size      bigint      NOT NULL,
    reason    text        NOT NULL,
    noted_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id)
);
SELECT ledger_guard('ledger_removal');

-- Outcomes of verify: of a log, or (no ``events``) of what protects the tables. ``months``: which, where not all.
CREATE TABLE ledger_verification (
    id            uuid        NOT NULL DEFAULT uuidv7(),
    tenant_id     uuid        NOT NULL,
    events        regclass,
    months        daterange,
    checked       bigint      NOT NULL,
    findings      bigint      NOT NULL,
    first_finding text        NOT NULL,
    verified_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id)
);
SELECT ledger_guard('ledger_verification');

DO $$
DECLARE
    of text;
BEGIN
    FOREACH of IN ARRAY ARRAY['ledger_log', 'ledger_sealed', 'ledger_tile', 'ledger_checkpoint', 'ledger_removal', 'ledger_verification'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', of);
        EXECUTE format('CREATE POLICY read ON %I FOR SELECT USING (tenant_id = (SELECT wisely_tenant()) OR (SELECT wisely_support()))', of);
        EXECUTE format('CREATE POLICY keep ON %I TO CURRENT_USER USING (true)', of);
    END LOOP;
END
$$;

-- How far a transaction is consumed that is too large for one window: up to this event, in the order of tenants and ids.
ALTER TABLE ledger_follower ADD after_tenant uuid, ADD after_id uuid;

-- Nobody else seals this record until the end of the transaction. False: somebody does.
CREATE FUNCTION ledger_lock_sealer(event_table text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM ledger_follower WHERE (name, events) = ('ledger_seal', event_table) FOR UPDATE SKIP LOCKED;
    RETURN FOUND;
END
$$;

-- The sealer's next window: transactions from ``since`` up to, not including, ``until``, about ``most`` events or fewer. Or,
-- where one transaction has far more, ``is_part``: the next ones of it after ``after_tenant``, ``after_id``. NULLs: somebody
-- else is at it, or nothing is pending. ``next_tx``: transactions from this one on had not begun. ``more``: there is more.
CREATE FUNCTION ledger_begin_sealing(event_table text, most int, OUT since bigint, OUT until bigint, OUT next_tx bigint,
                                     OUT more boolean, OUT is_part boolean, OUT after_tenant uuid, OUT after_id uuid)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET jit = off AS $$
DECLARE
    scope constant text := coalesce(current_setting('wisely.scope', true), '');
    pending uuid;
    counted int;
    newest bigint;
BEGIN
    -- Nothing else: a view that the caller has made would be read with the rights of the owner.
    IF NOT EXISTS (SELECT FROM ledger_indexed_fields WHERE events = event_table) THEN
        RAISE EXCEPTION '% is no record', event_table USING ERRCODE = 'undefined_table';
    END IF;
    PERFORM set_config('wisely.scope', 'support', true);
    pending := ledger_news(event_table, coalesce(
        (SELECT it.next_tx FROM ledger_follower AS it WHERE (it.name, it.events) = ('ledger_seal', event_table)), 0));
    IF pending IS NOT NULL THEN
        INSERT INTO ledger_follower (name, events) SELECT 'ledger_seal', event_table
            WHERE NOT EXISTS (SELECT FROM ledger_follower WHERE (name, events) = ('ledger_seal', event_table))
            ON CONFLICT DO NOTHING;
        SELECT it.next_tx, it.after_tenant, it.after_id, ledger_tx(pg_snapshot_xmin(now)), ledger_tx(pg_snapshot_xmax(now))
            INTO since, after_tenant, after_id, until, next_tx
            FROM ledger_follower AS it, pg_current_snapshot() AS now
            WHERE (it.name, it.events) = ('ledger_seal', event_table) FOR UPDATE OF it SKIP LOCKED;
    END IF;
    is_part := after_id IS NOT NULL;
    more := is_part;
    IF is_part THEN
        until := since + 1;
    ELSIF until > since THEN
        EXECUTE format('SELECT count(*), max(tx) FROM (SELECT tx FROM %I WHERE tx >= $1 AND tx < $2 LIMIT $3) AS it', event_table)
            INTO counted, newest USING since, until, most + 1;
        more := counted > most;
        IF more THEN
            until := greatest(newest, since + 1);  -- rows lie about in the order of their transactions
            LOOP
                EXECUTE format('SELECT count(*) FROM (SELECT FROM %I WHERE tx >= $1 AND tx < $2 LIMIT $3) AS it', event_table)
                    INTO counted USING since, until, 2 * most + 1;
                EXIT WHEN counted <= 2 * most OR until = since + 1;
                until := since + (until - since) / 2;
            END LOOP;
            is_part := counted > 2 * most;
        END IF;
    ELSE
        since := NULL;
    END IF;
    PERFORM set_config('wisely.scope', scope, true);
END
$$;

-- The window is sealed. ``last_tenant``, ``last_id``: up to where, if it was a part of a transaction.
CREATE FUNCTION ledger_end_sealing(event_table text, until bigint, last_tenant uuid, last_id uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE ledger_follower SET next_tx = until, after_tenant = last_tenant, after_id = last_id, followed_at = now()
        WHERE (name, events) = ('ledger_seal', event_table) AND next_tx <= until
              AND until <= ledger_tx(pg_snapshot_xmin(pg_current_snapshot()));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The sealer goes on where it ended, and never ahead of running transactions'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END
$$;

-- Appends runs of leaves, those of a log in their order. ``its_txs``, ``its_ids``: a list each, as text.
CREATE FUNCTION ledger_append_leaves(event_table text, tenants uuid[], origins text[], firsts bigint[], its_txs text[],
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
    -- What is complete, and was begun before, becomes one row.
    WITH complete AS (
        SELECT DISTINCT tenant, size / 256 * 256 AS first
        FROM unnest(tenants, firsts, its_hashes) AS it (tenant, first, hashes)
        JOIN ledger_log ON (tenant_id, events) = (tenant, record)
        WHERE size % 256 <> 0 AND first / 256 = size / 256 AND (first + length(hashes) / 32) % 256 = 0
    ), gone AS (
        DELETE FROM ledger_sealed USING complete
        WHERE (tenant_id, events) = (tenant, record) AND first_index BETWEEN first AND first + 255
        RETURNING ledger_sealed.*
    )
    INSERT INTO ledger_sealed (tenant_id, events, first_index, number, first_tx, last_tx, lowest_id, highest_id, txs, ids, salts, hashes)
        SELECT tenant_id, record, first_index, number, txs[1], txs[256],
               (SELECT id FROM unnest(ids) AS id ORDER BY id LIMIT 1), (SELECT id FROM unnest(ids) AS id ORDER BY id DESC LIMIT 1),
               txs, ids, salts, hashes
        FROM (
            SELECT tenant_id, min(first_index) AS first_index, sum(number)::int AS number,
                   string_agg(salts, '' ORDER BY first_index) AS salts, string_agg(hashes, '' ORDER BY first_index) AS hashes
            FROM gone GROUP BY tenant_id
        ) AS whole
        JOIN (
            SELECT tenant_id, array_agg(tx ORDER BY first_index, place) AS txs, array_agg(id ORDER BY first_index, place) AS ids
            FROM gone, unnest(txs, ids) WITH ORDINALITY AS leaf (tx, id, place) GROUP BY tenant_id
        ) AS leaves USING (tenant_id);
    UPDATE ledger_log SET size = it.size
        FROM (
            SELECT tenant, max(first + length(hashes) / 32) AS size
            FROM unnest(tenants, firsts, its_hashes) AS it (tenant, first, hashes) GROUP BY tenant
        ) AS it WHERE (tenant_id, events) = (tenant, record);
END
$$;

-- Appends hashes to tiles, after the leaves that they are of.
CREATE FUNCTION ledger_append_tiles(event_table text, tenants uuid[], levels int[], numbers bigint[], its_hashes bytea[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
DECLARE
    record constant regclass := (SELECT events FROM ledger_indexed_fields WHERE events = event_table)::regclass;
BEGIN
    INSERT INTO ledger_tile (tenant_id, events, level, number, hashes)
        SELECT tenant, record, level, number, hashes FROM unnest(tenants, levels, numbers, its_hashes) AS it (tenant, level, number, hashes)
        ON CONFLICT (tenant_id, events, level, number) DO UPDATE SET hashes = ledger_tile.hashes || EXCLUDED.hashes;
    IF EXISTS (
        SELECT FROM unnest(tenants, levels, numbers) AS it (tenant, level, number)
        JOIN ledger_tile AS tile ON (tile.tenant_id, tile.events, tile.level, tile.number) = (tenant, record, it.level, it.number)
        LEFT JOIN ledger_log AS log ON (log.tenant_id, log.events) = (tenant, record)
        WHERE (length(hashes) = 32 * least((size >> 8 * it.level) - 256 * it.number, 256)) IS NOT TRUE
    ) THEN
        RAISE EXCEPTION 'Tiles grow with their log' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END
$$;

-- Appends a checkpoint to each log, of its size.
CREATE FUNCTION ledger_append_checkpoints(event_table text, tenants uuid[], sizes bigint[], edges bytea[], roots bytea[], notes text[],
                                          its_next_tx bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
DECLARE
    record constant regclass := (SELECT events FROM ledger_indexed_fields WHERE events = event_table)::regclass;
    updated int;
BEGIN
    UPDATE ledger_log AS log SET edge = it.edge
        FROM unnest(tenants, sizes, edges) AS it (tenant, size, edge)
        WHERE (log.tenant_id, log.events, log.size) = (tenant, record, it.size)
              AND length(it.edge) = 32 * bit_count(it.size::bit(64));
    GET DIAGNOSTICS updated = ROW_COUNT;
    IF updated IS DISTINCT FROM cardinality(tenants) THEN
        RAISE EXCEPTION 'A checkpoint is of the size of its log' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    INSERT INTO ledger_checkpoint (tenant_id, events, size, root, note, next_tx)
        SELECT tenant, record, size, root, note, its_next_tx
        FROM unnest(tenants, sizes, roots, notes) AS it (tenant, size, root, note);
END
$$;

-- The files outside of the database have these checkpoints.
CREATE FUNCTION ledger_mark_published(event_table text, tenants uuid[], sizes bigint[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE ledger_log AS log SET published = it.size
    FROM unnest(tenants, sizes) AS it (tenant, size)
    WHERE (log.tenant_id, log.events) = (tenant, event_table::regclass) AND log.published < it.size AND it.size <= log.size
$$;

CREATE FUNCTION ledger_note_verification(tenant uuid, event_table text, months daterange, checked bigint, findings bigint, first_finding text)
    RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO ledger_verification (tenant_id, events, months, checked, findings, first_finding)
    VALUES (tenant, event_table::regclass, months, checked, findings, first_finding)
$$;

-- As the owner, in the transaction in which a month leaves, of one tenant or of all, or comes back.
CREATE FUNCTION ledger_note_removal(event_table text, month date, kind text, reason text, tenant uuid DEFAULT NULL) RETURNS void
    LANGUAGE sql AS $$
    INSERT INTO ledger_removal (tenant_id, events, month, kind, size, reason)
    SELECT tenant_id, events, month, kind, size, reason FROM ledger_log
    WHERE events = event_table::regclass AND (tenant IS NULL OR tenant_id = tenant)
$$;

-- Salts of what was erased go too: with them, hashes would confirm a guess.
CREATE FUNCTION ledger_erase_salts(event_table text, month date, tenant uuid) RETURNS void
    LANGUAGE sql AS $$
    UPDATE ledger_sealed SET salts = (
        SELECT string_agg(CASE WHEN id >= bounds.first AND id < bounds.last THEN decode(repeat('00', 16), 'hex')
                               ELSE substr(ledger_sealed.salts, (16 * place - 15)::int, 16) END, '' ORDER BY place)
        FROM unnest(ids) WITH ORDINALITY AS leaf (id, place)
    )
    FROM (SELECT ledger_first_id(month::timestamp AT TIME ZONE 'UTC') AS first,
                 ledger_first_id((month + interval '1 month') AT TIME ZONE 'UTC') AS last) AS bounds
    WHERE (tenant_id, events) = (tenant, event_table::regclass) AND lowest_id < bounds.last AND highest_id >= bounds.first
$$;

REVOKE EXECUTE ON FUNCTION ledger_lock_sealer, ledger_begin_sealing, ledger_end_sealing, ledger_append_leaves, ledger_append_tiles,
    ledger_append_checkpoints, ledger_mark_published, ledger_note_verification, ledger_note_removal, ledger_erase_salts FROM PUBLIC;
