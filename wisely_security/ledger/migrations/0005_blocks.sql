-- Free text: where words occur, kept by a follower, off the write path.
--
-- Each tenant's events are cut into blocks of some hundreds, one after the other without a gap: a block has the events
-- after after_id up to last_id. Its words are the distinct texts of those events, in capitals, so they take little room.
-- A search looks for blocks with the words and reads the events of those along the primary key. What is newer than the
-- last block, or not followed yet, is read as it is: nothing that is found depends on the follower.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

-- ``texts``: an SQL expression over an event's columns, an array of what is searched. ``size``: events in a block.
CREATE TABLE ledger_searched (
    events text PRIMARY KEY,
    texts  text NOT NULL,
    size   int  NOT NULL
);

CREATE TABLE ledger_block (
    tenant_id uuid     NOT NULL,
    events    regclass NOT NULL,
    after_id  uuid     NOT NULL,
    last_id   uuid     NOT NULL,
    month     int      NOT NULL,  -- of last_id: 12 a year
    words     text     NOT NULL,
    PRIMARY KEY (tenant_id, events, last_id)
);
CREATE INDEX ledger_block_words ON ledger_block USING gin (tenant_id, month, words gin_trgm_ops) WITH (fastupdate = off);
ALTER TABLE ledger_block ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY keep ON ledger_block TO CURRENT_USER USING (true);

-- How far each tenant's blocks reach, and how many followed events wait for the next one.
CREATE TABLE ledger_block_end (
    tenant_id uuid     NOT NULL,
    events    regclass NOT NULL,
    last_id   uuid     NOT NULL,
    waiting   int      NOT NULL,
    PRIMARY KEY (tenant_id, events)
);
ALTER TABLE ledger_block_end ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY keep ON ledger_block_end TO CURRENT_USER USING (true);

-- The moment of an id, or of a bound made by ledger_first_id, which is of no version.
CREATE FUNCTION ledger_time(id uuid) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN to_timestamp(('x' || left(translate(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0);

CREATE FUNCTION ledger_month(id uuid) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN extract(year FROM ledger_time(id) AT TIME ZONE 'UTC') * 12 + extract(month FROM ledger_time(id) AT TIME ZONE 'UTC') - 1;

-- Letters without case, so that a block has whatever the conditions on an event find: they compare by upper(), or by a
-- regular expression, which takes some letters for the same that upper() keeps apart (ẞ and ß).
CREATE FUNCTION ledger_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN upper(lower(words));

-- What of a record is searched. Other texts than before: all blocks are cut anew.
CREATE FUNCTION ledger_search_in(event_table text, searched text, block_size int) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    IF (searched, block_size) IS DISTINCT FROM (SELECT (texts, size) FROM ledger_searched WHERE events = event_table) THEN
        DELETE FROM ledger_follower WHERE (name, events) = ('ledger_cut_blocks', event_table);
        DELETE FROM ledger_block WHERE events = event_table::regclass;
        DELETE FROM ledger_block_end WHERE events = event_table::regclass;
        INSERT INTO ledger_searched (events, texts, size) VALUES (event_table, searched, block_size)
            ON CONFLICT (events) DO UPDATE SET texts = EXCLUDED.texts, size = EXCLUDED.size;
    END IF;
END
$$;

-- The follower: what is new, and some of the blocks that are ready to be cut; however much there is to catch up on, no
-- transaction takes long. True: there is more to cut. Whoever calls it does nothing but what is to be done anyway.
CREATE FUNCTION ledger_cut_blocks(event_table text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET jit = off SET work_mem = '32MB' AS $$
DECLARE
    scope constant text := coalesce(current_setting('wisely.scope', true), '');
    searched ledger_searched;
    since bigint;
    until bigint;
    ready record;
    blocks_at_once constant int := 100;
    tenants_at_once constant int := 10;
BEGIN
    SELECT * INTO STRICT searched FROM ledger_searched WHERE events = event_table;
    SELECT * INTO since, until FROM ledger_follow('ledger_cut_blocks', event_table);
    PERFORM set_config('wisely.scope', 'support', true);
    IF since IS NOT NULL THEN
        -- Committed late: its block knows it from now on.
        EXECUTE format($sql$
            UPDATE ledger_block AS block SET words = block.words || E'\n' || late.words
            FROM (
                SELECT tenant_id, (
                           SELECT last_id FROM ledger_block AS of
                           WHERE of.tenant_id = it.tenant_id AND of.events = %1$L::regclass AND of.last_id >= it.id
                           ORDER BY of.last_id LIMIT 1
                       ) AS last_id, string_agg(ledger_fold(array_to_string(%2$s, E'\n')), E'\n') AS words
                FROM %1$I AS it JOIN ledger_block_end AS reached USING (tenant_id)
                WHERE it.tx >= %3$s AND it.tx < %4$s AND reached.events = %1$L::regclass AND it.id <= reached.last_id
                GROUP BY 1, 2
            ) AS late
            WHERE (block.tenant_id, block.events, block.last_id) = (late.tenant_id, %1$L::regclass, late.last_id)
            $sql$, event_table, searched.texts, since, until);

        EXECUTE format($sql$
            INSERT INTO ledger_block_end AS reached (tenant_id, events, last_id, waiting)
            SELECT it.tenant_id, %1$L::regclass, '00000000-0000-0000-0000-000000000000', count(*)
            FROM %1$I AS it LEFT JOIN ledger_block_end AS known ON known.tenant_id = it.tenant_id AND known.events = %1$L::regclass
            WHERE it.tx >= %2$s AND it.tx < %3$s AND (known.last_id IS NULL OR it.id > known.last_id)
            GROUP BY it.tenant_id
            ON CONFLICT (tenant_id, events) DO UPDATE SET waiting = reached.waiting + EXCLUDED.waiting
            $sql$, event_table, since, until);
    ELSE  -- nothing new, or somebody else is at it
        SELECT next_tx INTO until FROM ledger_follower
            WHERE (name, events) = ('ledger_cut_blocks', event_table)
                  AND EXISTS (SELECT FROM ledger_block_end AS reached WHERE reached.events = event_table::regclass AND waiting >= searched.size)
            FOR UPDATE SKIP LOCKED;
    END IF;

    FOR ready IN
        SELECT tenant_id, searched.size * least(waiting / searched.size, blocks_at_once) AS number
        FROM ledger_block_end
        WHERE events = event_table::regclass AND waiting >= searched.size AND until IS NOT NULL LIMIT tenants_at_once
    LOOP
        EXECUTE format($sql$
            WITH reached AS (
                SELECT last_id FROM ledger_block_end WHERE tenant_id = %3$L AND events = %1$L::regclass
            ), placed AS MATERIALIZED (
                SELECT *, (row_number() OVER (ORDER BY id) - 1) / %2$s AS block_number FROM (
                    SELECT * FROM %1$I WHERE tenant_id = %3$L AND id > (SELECT last_id FROM reached) AND tx < %4$s
                    ORDER BY id LIMIT %5$s
                ) AS next
            ), whole AS (
                SELECT block_number, (array_agg(id ORDER BY id DESC))[1] AS last_id FROM placed GROUP BY block_number
            ), cut AS (
                INSERT INTO ledger_block (tenant_id, events, after_id, last_id, month, words)
                SELECT %3$L, %1$L::regclass, lag(last_id, 1, (SELECT last_id FROM reached)) OVER (ORDER BY block_number), last_id,
                       ledger_month(last_id), (
                           SELECT string_agg(DISTINCT ledger_fold(word), E'\n')
                           FROM placed AS it, unnest(%6$s) AS word WHERE it.block_number = whole.block_number AND word <> '')
                FROM whole RETURNING last_id
            )
            UPDATE ledger_block_end
            SET last_id = coalesce((SELECT (array_agg(last_id ORDER BY last_id DESC))[1] FROM cut), last_id),
                waiting = CASE WHEN (SELECT count(*) FROM placed) < %5$s THEN 0 ELSE waiting - %5$s END  -- the rest was erased
            WHERE tenant_id = %3$L AND events = %1$L::regclass
            $sql$, event_table, searched.size, ready.tenant_id, until, ready.number, searched.texts);
    END LOOP;
    PERFORM set_config('wisely.scope', scope, true);
    RETURN until IS NOT NULL
        AND EXISTS (SELECT FROM ledger_block_end WHERE events = event_table::regclass AND waiting >= searched.size);
END
$$;

-- Where a tenant's events may have words: ranges of ids, after after_id up to last_id, within a range, the newest first
-- or the oldest; at least as many as asked for, if there are. ``wanted``: [["%pune%", …], …]: for each word, patterns one
-- of which has to be there.
-- What no block has yet, or any more, is a range too; and a block that an event was added to which is not followed yet.
CREATE FUNCTION ledger_find_blocks(event_table text, tenant uuid, wanted jsonb, first uuid, last uuid,
                                   newest_first boolean, most int)
    RETURNS TABLE (after_id uuid, last_id uuid)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_indexscan = on SET jit = off AS $$
DECLARE
    near constant int := 300;
    reached uuid := '00000000-0000-0000-0000-000000000000';
    forgotten uuid;  -- up to there, blocks were forgotten; some events may have come back
    oldest_month int;
    late uuid[];  -- blocks that an event was added to which is not followed yet
    has_words text;
    direction constant text := CASE WHEN newest_first THEN 'DESC' ELSE 'ASC' END;
    step constant int := CASE WHEN newest_first THEN -1 ELSE 1 END;
    edge uuid;
    month int;
    found int := 0;
    more int;
BEGIN
    IF tenant IS DISTINCT FROM wisely_tenant() THEN
        RAISE EXCEPTION 'A search in another tenant''s events is refused' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Nothing else: a view that the caller has made would be read with the rights of the owner.
    IF NOT EXISTS (SELECT FROM ledger_searched WHERE events = event_table) THEN
        RAISE EXCEPTION '% is no record', event_table USING ERRCODE = 'undefined_table';
    END IF;
    SELECT block.last_id INTO reached FROM ledger_block_end AS block WHERE (block.tenant_id, block.events) = (tenant, event_table::regclass);
    reached := coalesce(reached, '00000000-0000-0000-0000-000000000000');
    IF newest_first AND last > reached THEN
        RETURN QUERY SELECT greatest(first, reached), last;
        found := 1;
    END IF;
    SELECT block.after_id, block.month INTO forgotten, oldest_month FROM ledger_block AS block
        WHERE (block.tenant_id, block.events) = (tenant, event_table::regclass) ORDER BY block.last_id LIMIT 1;
    forgotten := coalesce(forgotten, reached);
    IF NOT newest_first AND forgotten > first THEN
        RETURN QUERY SELECT first, least(forgotten, last);
        found := 1;
    END IF;
    EXECUTE format($sql$
        SELECT array_agg((
            SELECT block.last_id FROM ledger_block AS block
            WHERE block.tenant_id = %2$L AND block.events = %1$L::regclass AND block.last_id >= it.id ORDER BY block.last_id LIMIT 1
        )) FROM %1$I AS it WHERE tenant_id = %2$L AND tx >= %3$s AND id > %4$L AND id <= %5$L
        $sql$, event_table, tenant, coalesce((
            SELECT next_tx FROM ledger_follower WHERE (name, events) = ('ledger_cut_blocks', event_table)), 0),
        first, least(last, reached)) INTO late;
    has_words := (
        SELECT string_agg('(' || one_of || ')', ' AND ') FROM jsonb_array_elements(wanted) AS word, LATERAL (
            SELECT string_agg(format('words LIKE ledger_fold(%L)', pattern), ' OR ') FROM jsonb_array_elements_text(word) AS pattern
        ) AS patterns (one_of)
    );
    has_words := format('(%s OR last_id = ANY (%L::uuid[]))', has_words, late);

    -- The next blocks, in order: what is not rare ends here.
    EXECUTE format($sql$
        SELECT (array_agg(last_id ORDER BY last_id %1$s))[%2$s] FROM (
            SELECT last_id FROM ledger_block WHERE tenant_id = %3$L AND events = %4$L::regclass AND last_id > %5$L AND after_id < %6$L
            ORDER BY last_id %1$s LIMIT %2$s
        ) AS near
        $sql$, direction, near, tenant, event_table, first, last) INTO edge;
    RETURN QUERY EXECUTE format($sql$
        SELECT greatest(after_id, %5$L), least(last_id, %6$L) FROM (
            SELECT after_id, last_id, words FROM ledger_block
            WHERE tenant_id = %3$L AND events = %4$L::regclass AND last_id > %5$L AND after_id < %6$L
            ORDER BY last_id %1$s LIMIT %2$s
        ) AS near WHERE %7$s ORDER BY last_id %1$s LIMIT %8$s
        $sql$, direction, near, tenant, event_table, first, last, has_words, most - found);
    GET DIAGNOSTICS more = ROW_COUNT;
    found := found + more;

    -- The rest by the trigrams, month by month; never by reading on along the primary key, which the planner would prefer
    -- where it expects to find some soon.
    PERFORM set_config('enable_indexscan', 'off', true);
    month := ledger_month(edge);
    WHILE edge IS NOT NULL AND found < most AND month BETWEEN greatest(ledger_month(first), oldest_month) AND ledger_month(reached) LOOP
        RETURN QUERY EXECUTE format($sql$
            SELECT greatest(after_id, %5$L), least(last_id, %6$L) FROM ledger_block
            WHERE tenant_id = %2$L AND events = %3$L::regclass AND month = %4$s AND last_id > %5$L AND after_id < %6$L
                  AND %7$s AND last_id %8$s %9$L
            ORDER BY last_id %1$s LIMIT %10$s
            $sql$, direction, tenant, event_table, month, first, last, has_words, CASE WHEN newest_first THEN '<' ELSE '>' END, edge,
            most - found);
        GET DIAGNOSTICS more = ROW_COUNT;
        found := found + more;
        month := month + step;
    END LOOP;

    IF NOT newest_first AND found < most AND last > reached THEN
        RETURN QUERY SELECT greatest(first, reached), last;
    END IF;
    IF newest_first AND found < most AND forgotten > first THEN
        RETURN QUERY SELECT first, least(forgotten, last);
    END IF;
END
$$;

-- For retention: blocks that may have an event from before a day are forgotten, of one tenant or of all. As the owner.
CREATE FUNCTION ledger_forget_blocks(event_table text, before date, tenant uuid DEFAULT NULL) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    DELETE FROM ledger_block WHERE events = event_table::regclass AND after_id < ledger_first_id(before AT TIME ZONE 'UTC')
        AND (tenant IS NULL OR tenant_id = tenant);
END;

REVOKE EXECUTE ON FUNCTION ledger_search_in, ledger_cut_blocks, ledger_find_blocks, ledger_forget_blocks FROM PUBLIC;
