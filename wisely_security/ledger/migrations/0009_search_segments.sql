-- Search segments: what leads to the events that a filter, a combination of filters, an address, an ID or a text selects.
-- They are built by a projector, off the write path, and take the place of the blocks of free text.
--
-- Each tenant's events are put into segments of some hundreds, one after the other without a gap: a segment has the events
-- after after_id up to last_id. Its tokens are hashes of what these events have in their columns ("status=failure"), alone
-- and in pairs; its folded text is their distinct texts. A search looks for segments with the tokens and texts, and
-- reads the events of those along the wide index. What is newer than the last segment, or not consumed yet, is read as it
-- is: nothing that is found depends on the projector.

DROP FUNCTION ledger_cut_blocks, ledger_search_in, ledger_find_blocks, ledger_forget_blocks, ledger_fold;
DROP TABLE ledger_block, ledger_block_end, ledger_searched;
DELETE FROM ledger_follower WHERE name = 'ledger_cut_blocks';

-- ``texts``, ``tokens``: SQL expressions over an event's columns, arrays of text. ``size``: events in a segment.
CREATE TABLE ledger_indexed_fields (
    events text PRIMARY KEY,
    texts  text NOT NULL,
    tokens text NOT NULL,
    size   int  NOT NULL
);

CREATE TABLE ledger_search_segment (
    tenant_id uuid     NOT NULL,
    events    regclass NOT NULL,
    after_id  uuid     NOT NULL,
    last_id   uuid     NOT NULL,
    month     int      NOT NULL,  -- of last_id: 12 a year
    tokens    int[]    NOT NULL,
    folded    text     NOT NULL,
    PRIMARY KEY (tenant_id, events, last_id)
) WITH (toast_tuple_target = 128);  -- tokens and texts lie aside: most searches read the index and the ids alone
ALTER TABLE ledger_search_segment ALTER tokens SET STORAGE EXTERNAL;
CREATE INDEX ledger_search_segment_content ON ledger_search_segment
    USING gin (tenant_id, month, tokens, folded gin_trgm_ops) WITH (fastupdate = off);
ALTER TABLE ledger_search_segment ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY keep ON ledger_search_segment TO CURRENT_USER USING (true);

-- How far each tenant's segments reach, and how many consumed events are pending for the next one.
CREATE TABLE ledger_segment_end (
    tenant_id uuid     NOT NULL,
    events    regclass NOT NULL,
    last_id   uuid     NOT NULL,
    pending   int      NOT NULL,
    PRIMARY KEY (tenant_id, events)
);
ALTER TABLE ledger_segment_end ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY keep ON ledger_segment_end TO CURRENT_USER USING (true);

-- The same on every server and for ever, which hashtext() does not promise.
CREATE FUNCTION ledger_token(event_table text, label text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ('x' || left(md5(event_table || ' ' || label), 8))::bit(32)::int;

-- What of a record is indexed. Other fields than before: all segments are built anew.
CREATE FUNCTION ledger_index_fields(event_table text, its_texts text, its_tokens text, segment_size int) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    IF (its_texts, its_tokens, segment_size) IS DISTINCT FROM
            (SELECT (texts, tokens, size) FROM ledger_indexed_fields WHERE events = event_table) THEN
        DELETE FROM ledger_follower WHERE (name, events) = ('ledger_build_segments', event_table);
        DELETE FROM ledger_search_segment WHERE events = event_table::regclass;
        DELETE FROM ledger_segment_end WHERE events = event_table::regclass;
        INSERT INTO ledger_indexed_fields (events, texts, tokens, size)
            VALUES (event_table, its_texts, its_tokens, segment_size)
            ON CONFLICT (events) DO UPDATE SET (texts, tokens, size) = (EXCLUDED.texts, EXCLUDED.tokens, EXCLUDED.size);
    END IF;
END
$$;

-- The projector: consumes what is pending, and builds some of the segments that are ready; however much there is to catch
-- up on, no transaction takes long. True: there is more to build. Whoever calls it does nothing but what is to be done anyway.
CREATE FUNCTION ledger_build_segments(event_table text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET jit = off SET work_mem = '64MB' AS $$
DECLARE
    scope constant text := coalesce(current_setting('wisely.scope', true), '');
    fields ledger_indexed_fields;
    since bigint;
    until bigint;
    ready record;
    segments_at_once constant int := 20;
    tenants_at_once constant int := 10;
BEGIN
    SELECT * INTO STRICT fields FROM ledger_indexed_fields WHERE events = event_table;
    SELECT * INTO since, until FROM ledger_follow('ledger_build_segments', event_table);
    PERFORM set_config('wisely.scope', 'support', true);
    IF since IS NOT NULL THEN
        -- Committed late: its segment knows it from now on.
        EXECUTE format($sql$
            UPDATE ledger_search_segment AS segment
            SET folded = segment.folded || E'\n' || late.folded, tokens = ARRAY(SELECT DISTINCT unnest(segment.tokens || late.tokens))
            FROM (
                SELECT it.tenant_id, (
                           SELECT of.last_id FROM ledger_search_segment AS of
                           WHERE of.tenant_id = it.tenant_id AND of.events = %1$L::regclass AND of.last_id >= it.id
                           ORDER BY of.last_id LIMIT 1
                       ) AS last_id,
                       string_agg(wisely_fold(array_to_string(%2$s, E'\n')), E'\n') AS folded,
                       array_agg(ledger_token(%1$L, token)) AS tokens
                FROM %1$I AS it JOIN ledger_segment_end AS reached USING (tenant_id), unnest(%3$s) AS token
                WHERE it.tx >= %4$s AND it.tx < %5$s AND reached.events = %1$L::regclass AND it.id <= reached.last_id
                      AND token IS NOT NULL
                GROUP BY 1, 2
            ) AS late
            WHERE (segment.tenant_id, segment.events, segment.last_id) = (late.tenant_id, %1$L::regclass, late.last_id)
            $sql$, event_table, fields.texts, fields.tokens, since, until);

        EXECUTE format($sql$
            INSERT INTO ledger_segment_end AS reached (tenant_id, events, last_id, pending)
            SELECT it.tenant_id, %1$L::regclass, '00000000-0000-0000-0000-000000000000', count(*)
            FROM %1$I AS it LEFT JOIN ledger_segment_end AS known ON known.tenant_id = it.tenant_id AND known.events = %1$L::regclass
            WHERE it.tx >= %2$s AND it.tx < %3$s AND (known.last_id IS NULL OR it.id > known.last_id)
            GROUP BY it.tenant_id
            ON CONFLICT (tenant_id, events) DO UPDATE SET pending = reached.pending + EXCLUDED.pending
            $sql$, event_table, since, until);
    ELSE  -- nothing pending, or somebody else is at it
        SELECT next_tx INTO until FROM ledger_follower
            WHERE (name, events) = ('ledger_build_segments', event_table)
                  AND EXISTS (SELECT FROM ledger_segment_end AS reached WHERE reached.events = event_table::regclass AND pending >= fields.size)
            FOR UPDATE SKIP LOCKED;
    END IF;

    FOR ready IN
        SELECT tenant_id, fields.size * least(pending / fields.size, segments_at_once) AS number
        FROM ledger_segment_end
        WHERE events = event_table::regclass AND pending >= fields.size AND until IS NOT NULL LIMIT tenants_at_once
    LOOP
        EXECUTE format($sql$
            WITH reached AS (
                SELECT last_id FROM ledger_segment_end WHERE tenant_id = %3$L AND events = %1$L::regclass
            ), placed AS MATERIALIZED (
                SELECT *, (row_number() OVER (ORDER BY id) - 1) / %2$s AS number FROM (
                    SELECT * FROM %1$I WHERE tenant_id = %3$L AND id > (SELECT last_id FROM reached) AND tx < %4$s
                    ORDER BY id LIMIT %5$s
                ) AS next
            ), whole AS (
                SELECT number, (array_agg(id ORDER BY id DESC))[1] AS last_id FROM placed GROUP BY number
            ), folded AS (
                SELECT number, string_agg(DISTINCT wisely_fold(word), E'\n') AS words FROM (
                    SELECT DISTINCT number, word FROM placed, unnest(%6$s) AS word WHERE word <> ''
                ) AS it GROUP BY number
            ), hashed AS (
                SELECT number, array_agg(ledger_token(%1$L, token)) AS tokens FROM (
                    SELECT DISTINCT number, token FROM placed, unnest(%7$s) AS token WHERE token IS NOT NULL
                ) AS it GROUP BY number
            ), built AS (
                INSERT INTO ledger_search_segment (tenant_id, events, after_id, last_id, month, tokens, folded)
                SELECT %3$L, %1$L::regclass, lag(last_id, 1, (SELECT last_id FROM reached)) OVER (ORDER BY number), last_id,
                       ledger_month(last_id), tokens, coalesce(words, '')
                FROM whole JOIN hashed USING (number) LEFT JOIN folded USING (number) RETURNING last_id
            )
            UPDATE ledger_segment_end
            SET last_id = coalesce((SELECT (array_agg(last_id ORDER BY last_id DESC))[1] FROM built), last_id),
                pending = CASE WHEN (SELECT count(*) FROM placed) < %5$s THEN 0 ELSE pending - %5$s END  -- the rest was erased
            WHERE tenant_id = %3$L AND events = %1$L::regclass
            $sql$, event_table, fields.size, ready.tenant_id, until, ready.number, fields.texts, fields.tokens);
    END LOOP;
    PERFORM set_config('wisely.scope', scope, true);
    RETURN until IS NOT NULL
        AND EXISTS (SELECT FROM ledger_segment_end WHERE events = event_table::regclass AND pending >= fields.size);
END
$$;

-- Where events of some tenants may be that are wanted: ranges of ids, after after_id up to last_id, within a range: those
-- that end last, or begin first. At most ``most``; fewer only if there are no more. ``wanted``: what an event has to have,
-- of each of [{"tokens": […], "patterns": […], "ids": […]}, …] one.
-- What no segment has yet, or any more, is a range too; and a segment that an event was added to which is not consumed yet.
CREATE FUNCTION ledger_find_segments(event_table text, tenants uuid[], wanted jsonb, first uuid, last uuid,
                                     newest_first boolean, most int)
    RETURNS TABLE (tenant_id uuid, after_id uuid, last_id uuid)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_indexscan = on SET jit = off AS $$
DECLARE
    near constant int := 300;
    one constant boolean := cardinality(tenants) = 1;
    of_tenants constant text := CASE WHEN one THEN format('tenant_id = %L AND', tenants[1]) ELSE '' END;
    direction constant text := CASE WHEN newest_first THEN 'DESC' ELSE 'ASC' END;
    -- Of many tenants, a segment that begins early may end late.
    by_end constant boolean := one OR newest_first;
    beyond constant text := CASE WHEN newest_first THEN '<' ELSE '>' END;
    has_wanted text;
    oldest int;  -- months
    newest int;
    reached uuid;
    top uuid;
    month int;
    boundary uuid;
    -- What has been found: as it is, and with its tokens or texts.
    plain_tenants uuid[];
    plain_afters uuid[];
    plain_lasts uuid[];
    tenant_ids uuid[] := '{}';
    afters uuid[] := '{}';
    lasts uuid[] := '{}';
    more record;
BEGIN
    IF NOT wisely_support() AND tenants IS DISTINCT FROM ARRAY[wisely_tenant()] THEN
        RAISE EXCEPTION 'A search in another tenant''s events is refused' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Nothing else: a view that the caller has made would be read with the rights of the owner.
    IF NOT EXISTS (SELECT FROM ledger_indexed_fields WHERE events = event_table) THEN
        RAISE EXCEPTION '% is no record', event_table USING ERRCODE = 'undefined_table';
    END IF;

    WITH known AS (
        SELECT tenant, coalesce(stretch.last_id, '00000000-0000-0000-0000-000000000000') AS reached, bottom.after_id AS forgotten,
               bottom.month AS oldest, top.after_id AS top_after, top.last_id AS top
        FROM unnest(tenants) AS tenant
        LEFT JOIN ledger_segment_end AS stretch ON stretch.tenant_id = tenant AND stretch.events = event_table::regclass
        LEFT JOIN LATERAL (
            SELECT segment.after_id, segment.month FROM ledger_search_segment AS segment
            WHERE (segment.tenant_id, segment.events) = (tenant, event_table::regclass) ORDER BY segment.last_id LIMIT 1
        ) AS bottom ON true
        LEFT JOIN LATERAL (
            SELECT segment.after_id, segment.last_id FROM ledger_search_segment AS segment
            WHERE (segment.tenant_id, segment.events) = (tenant, event_table::regclass) AND segment.last_id >= last
            ORDER BY segment.last_id LIMIT 1
        ) AS top ON true
    ), plain AS (
        SELECT tenant, greatest(first, known.reached) AS after, last AS upto FROM known WHERE known.reached < last
        UNION ALL  -- months came back after their segments were forgotten
        SELECT tenant, first, least(forgotten, last) FROM known WHERE forgotten > first
        UNION ALL  -- from one month into a later one, past the end of what is asked for
        SELECT tenant, greatest(first, top_after), last FROM known WHERE ledger_month(known.top) > ledger_month(last) AND top_after < last
    )
    SELECT (SELECT min(known.oldest) FROM known),
           (SELECT (array_agg(known.reached ORDER BY known.reached DESC))[1] FROM known),
           (SELECT known.top FROM known LIMIT 1),
           array_agg(tenant), array_agg(after), array_agg(upto)
    INTO oldest, reached, top, plain_tenants, plain_afters, plain_lasts FROM plain;
    newest := ledger_month(least(reached, last));
    oldest := CASE WHEN oldest IS NOT NULL THEN greatest(oldest, ledger_month(first)) END;

    -- Segments that an event was added to which is not consumed yet, and those in which a wanted ID is.
    EXECUTE format($sql$
        SELECT array_agg(tenant_id) AS tenants, array_agg(after_id) AS afters, array_agg(last_id) AS lasts FROM (
            SELECT DISTINCT segment.tenant_id, segment.after_id, segment.last_id FROM (
                SELECT tenant_id, id FROM %1$I WHERE %2$s tx >= %3$s AND id > %4$L AND id <= %5$L
                UNION ALL SELECT tenant, id::uuid FROM unnest(%6$L::uuid[]) AS tenant, jsonb_array_elements_text(%7$L) AS id
            ) AS it CROSS JOIN LATERAL (
                SELECT * FROM ledger_search_segment AS segment
                WHERE segment.tenant_id = it.tenant_id AND segment.events = %1$L::regclass AND segment.last_id >= it.id
                ORDER BY segment.last_id LIMIT 1
            ) AS segment WHERE segment.last_id > %4$L AND segment.after_id < %8$L
        ) AS plain
        $sql$, event_table, of_tenants, coalesce((
            SELECT next_tx FROM ledger_follower WHERE (name, events) = ('ledger_build_segments', event_table)), 0),
        first, least(last, reached), tenants, jsonb_path_query_array(wanted, '$[*].ids[*]'), last) INTO more;
    plain_tenants := plain_tenants || more.tenants;
    plain_afters := plain_afters || more.afters;
    plain_lasts := plain_lasts || more.lasts;
    SELECT coalesce(string_agg('(' || concat_ws(' OR ',
        'tokens && ' || quote_literal((SELECT array_agg(ledger_token(event_table, label))
                                       FROM jsonb_array_elements_text(it->'tokens') AS label)) || '::int[]',
        (SELECT string_agg(format('folded LIKE wisely_fold(%L)', pattern), ' OR ')
         FROM jsonb_array_elements_text(it->'patterns') AS pattern),
        'false') || ')', ' AND '), 'true')
    INTO has_wanted FROM jsonb_array_elements(wanted) AS it;

    -- Texts have to be read to be sure. The next segments are, in order: what is not rare ends here.
    IF one AND oldest IS NOT NULL AND wanted @? '$[*].patterns[*]' THEN
        EXECUTE format($sql$
            WITH near AS MATERIALIZED (
                SELECT after_id, last_id, tokens, folded FROM ledger_search_segment
                WHERE %1$s events = %2$L::regclass AND last_id > %3$L AND last_id <= %4$L AND after_id < %5$L
                ORDER BY last_id %6$s LIMIT %7$s
            ), found AS (
                SELECT after_id, last_id FROM near WHERE %8$s ORDER BY last_id %6$s LIMIT %9$s
            )
            SELECT (SELECT (array_agg(last_id ORDER BY last_id %6$s))[%7$s] FROM near) AS boundary,
                   array_agg(%10$L::uuid) AS tenants, array_agg(after_id) AS afters, array_agg(last_id) AS lasts FROM found
            $sql$, of_tenants, event_table, first, coalesce(top, reached), last, direction, near, has_wanted, most, tenants[1]) INTO more;
        tenant_ids := coalesce(more.tenants, '{}');
        afters := coalesce(more.afters, '{}');
        lasts := coalesce(more.lasts, '{}');
        boundary := more.boundary;
        IF boundary IS NULL THEN
            oldest := NULL;  -- there are no more
        END IF;
    END IF;

    -- The rest by the index, month by month; never by reading on along the primary key, which the planner would prefer
    -- where it expects to find some soon.
    PERFORM set_config('enable_indexscan', 'off', true);
    month := CASE WHEN boundary IS NOT NULL THEN ledger_month(boundary) WHEN newest_first THEN newest ELSE oldest END;
    WHILE month BETWEEN oldest AND newest AND (cardinality(lasts) < most OR NOT by_end) LOOP
        EXECUTE format($sql$
            SELECT array_agg(tenant_id) AS tenants, array_agg(after_id) AS afters, array_agg(last_id) AS lasts FROM (
                SELECT tenant_id, after_id, last_id FROM ledger_search_segment
                WHERE %1$s events = %2$L::regclass AND month = %3$s AND last_id > %4$L AND after_id < %5$L AND %6$s %7$s
                ORDER BY %8$s LIMIT %9$s
            ) AS found
            $sql$, of_tenants, event_table, month, first, last, has_wanted,
            CASE WHEN boundary IS NOT NULL THEN format('AND last_id %s %L', beyond, boundary) END,
            CASE WHEN by_end THEN 'last_id ' || direction ELSE 'after_id' END, most) INTO more;
        tenant_ids := tenant_ids || more.tenants;
        afters := afters || more.afters;
        lasts := lasts || more.lasts;
        month := month + CASE WHEN newest_first THEN -1 ELSE 1 END;
    END LOOP;

    RETURN QUERY EXECUTE format($sql$
        SELECT DISTINCT ON (%1$s, tenant) tenant, after, upto FROM (
            SELECT tenant, greatest(after, $1) AS after, least(upto, $2) AS upto
            FROM unnest($3 || $4, $5 || $6, $7 || $8) AS each (tenant, after, upto)
        ) AS found WHERE after < upto ORDER BY %1$s %2$s, tenant LIMIT $9
        $sql$, CASE WHEN newest_first THEN 'upto' ELSE 'after' END, direction)
        USING first, last, plain_tenants, tenant_ids, plain_afters, afters, plain_lasts, lasts, most;
END
$$;

-- For retention: segments that may have an event from before a day are forgotten, of one tenant or of all. As the owner.
CREATE FUNCTION ledger_forget_segments(event_table text, before date, tenant uuid DEFAULT NULL) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    DELETE FROM ledger_search_segment WHERE events = event_table::regclass AND after_id < ledger_first_id(before AT TIME ZONE 'UTC')
        AND (tenant IS NULL OR tenant_id = tenant);
END;

REVOKE EXECUTE ON FUNCTION ledger_index_fields, ledger_build_segments, ledger_find_segments, ledger_forget_segments FROM PUBLIC;
