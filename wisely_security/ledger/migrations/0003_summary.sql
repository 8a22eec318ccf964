-- How many events there were, for charts and totals: kept by a follower, off the write path.
--
-- A row is one series for a day, or for a month that is over (UTC): in which quarters of an hour there were events, and
-- how many succeeded and failed. No time zone's day begins elsewhere than at a quarter. A series is the values of the
-- record's facets in their order, 'log_in|*|IN', where * is any. Every combination that occurs has its series: whatever
-- is chosen, one series is read.

CREATE TABLE ledger_facets (
    events text   PRIMARY KEY,
    facets text[] NOT NULL
);

CREATE TABLE ledger_summary (
    tenant_id uuid       NOT NULL,
    events    regclass   NOT NULL,
    first_day date       NOT NULL,
    series    text       NOT NULL COLLATE "C",
    quarters  smallint[] NOT NULL,  -- counted from the first day's beginning; beside each, in the same place:
    successes int[]      NOT NULL,
    failures  int[]      NOT NULL,
    PRIMARY KEY (tenant_id, events, series, first_day)
) WITH (fillfactor = 90);
ALTER TABLE ledger_summary ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY read ON ledger_summary FOR SELECT USING (tenant_id = (SELECT wisely_tenant()) OR (SELECT wisely_support()));
CREATE POLICY keep ON ledger_summary TO CURRENT_USER USING (true);

-- What a record is summarised by: columns of text, NOT NULL. Other facets than before: all is summarised anew.
CREATE FUNCTION ledger_summarise_by(event_table text, columns text[]) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    IF columns IS DISTINCT FROM (SELECT facets FROM ledger_facets WHERE events = event_table) THEN
        DELETE FROM ledger_follower WHERE (name, events) = ('ledger_summarise', event_table);
        DELETE FROM ledger_summary WHERE events = event_table::regclass;
        INSERT INTO ledger_facets (events, facets) VALUES (event_table, columns)
            ON CONFLICT (events) DO UPDATE SET facets = EXCLUDED.facets;
    END IF;
END
$$;

-- Where a moment is counted: this month by the day, for rows that often change are short; earlier ones by the month.
CREATE FUNCTION ledger_summary_row(moment timestamptz) RETURNS date LANGUAGE sql STABLE
    RETURN date_trunc(CASE WHEN moment < date_trunc('month', now(), 'UTC') THEN 'month' ELSE 'day' END, moment AT TIME ZONE 'UTC');

-- Adds counts to the summary. ``counted``: a query for tenant_id, slot (the beginning of a quarter), series, successes,
-- failures.
CREATE FUNCTION ledger_add_counts(event_table regclass, counted text) RETURNS void
    LANGUAGE plpgsql SET work_mem = '32MB' SET jit = off AS $$
BEGIN
    EXECUTE format($sql$
        INSERT INTO ledger_summary AS known (tenant_id, events, first_day, series, quarters, successes, failures)
        SELECT tenant_id, %L::regclass, first_day, series, array_agg(quarter ORDER BY quarter),
               array_agg(successes ORDER BY quarter), array_agg(failures ORDER BY quarter)
        FROM (
            SELECT *, (extract(epoch FROM slot AT TIME ZONE 'UTC' - first_day) / 900)::smallint AS quarter
            FROM (SELECT *, ledger_summary_row(slot) AS first_day FROM (%s) AS counted) AS placed
        ) AS placed
        GROUP BY tenant_id, series, first_day
        ON CONFLICT (tenant_id, events, series, first_day) DO UPDATE SET (quarters, successes, failures) = (
            SELECT array_agg(quarter ORDER BY quarter), array_agg(successes ORDER BY quarter), array_agg(failures ORDER BY quarter)
            FROM (
                SELECT quarter, sum(successes)::int AS successes, sum(failures)::int AS failures
                FROM (
                    SELECT * FROM unnest(known.quarters, known.successes, known.failures)
                    UNION ALL
                    SELECT * FROM unnest(EXCLUDED.quarters, EXCLUDED.successes, EXCLUDED.failures)
                ) AS either (quarter, successes, failures)
                GROUP BY quarter
            ) AS together
        )
        $sql$, event_table, counted);
END
$$;

-- Adds the events that fulfil a condition, of all partitions or of one. Keys are cut: whoever appends could write any
-- length, and an index refuses what is very long.
CREATE FUNCTION ledger_add_to_summary(event_table text, condition text, of_partition regclass DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    columns constant text[] := (SELECT facets FROM ledger_facets WHERE events = event_table);
BEGIN
    PERFORM ledger_add_counts(event_table::regclass, format($sql$
        SELECT tenant_id, slot, concat_ws('|', %s) COLLATE "C" AS series,
               sum(successes)::int AS successes, sum(failures)::int AS failures
        FROM (
            SELECT tenant_id, date_bin('15 minutes', occurred_at, 'epoch') AS slot, %s,
                   count(*) FILTER (WHERE status = 'success') AS successes,
                   count(*) FILTER (WHERE status <> 'success') AS failures
            FROM %s WHERE %s GROUP BY tenant_id, slot, %s
        ) AS alike
        GROUP BY tenant_id, slot, CUBE (%5$s)
        $sql$,
        (SELECT string_agg(format('coalesce(%I, ''*'')', facet), ', ') FROM unnest(columns) AS facet),
        (SELECT string_agg(format('left(%1$I, 50) COLLATE "C" AS %1$I', facet), ', ') FROM unnest(columns) AS facet),
        coalesce(of_partition, event_table::regclass),
        condition,
        (SELECT string_agg(quote_ident(facet), ', ') FROM unnest(columns) AS facet)
    ));
END
$$;

-- A month that is over: its rows by the day become one.
CREATE FUNCTION ledger_fold_summary(event_table text) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    by_the_day constant text := format(
        'events = %L::regclass AND first_day < %L AND extract(day FROM first_day) > 1',
        event_table, ledger_summary_row(date_trunc('month', now(), 'UTC')));
BEGIN
    PERFORM ledger_add_counts(event_table::regclass, format($sql$
        SELECT tenant_id, (first_day + quarter * interval '15 minutes') AT TIME ZONE 'UTC' AS slot, series,
               each.successes, each.failures
        FROM ledger_summary AS summary, unnest(quarters, summary.successes, summary.failures) AS each (quarter, successes, failures)
        WHERE %s
        $sql$, by_the_day));
    EXECUTE format('DELETE FROM ledger_summary WHERE %s', by_the_day);
END
$$;

-- The follower: all that is new, so there is never more. Whoever calls it does nothing but what is to be done anyway.
CREATE FUNCTION ledger_summarise(event_table text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    scope constant text := coalesce(current_setting('wisely.scope', true), '');
    followed timestamptz;
    since bigint;
    until bigint;
    each_partition regclass;
BEGIN
    PERFORM FROM ledger_facets WHERE events = event_table;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is no record', event_table USING ERRCODE = 'undefined_table';
    END IF;
    SELECT followed_at INTO followed FROM ledger_follower WHERE (name, events) = ('ledger_summarise', event_table);
    SELECT * INTO since, until FROM ledger_follow('ledger_summarise', event_table);
    IF since IS NULL THEN
        RETURN false;
    END IF;
    PERFORM set_config('wisely.scope', 'support', true);
    IF followed < date_trunc('month', now(), 'UTC') THEN
        PERFORM ledger_fold_summary(event_table);
    END IF;
    IF since > 0 THEN
        PERFORM ledger_add_to_summary(event_table, format('tx >= %s AND tx < %s', since, until));
    ELSE  -- everything, perhaps years of it: by the month, so that sorting them takes little room on disk
        FOR each_partition IN SELECT inhrelid FROM pg_inherits WHERE inhparent = event_table::regclass LOOP
            PERFORM ledger_add_to_summary(event_table, format('tx < %s', until), each_partition);
        END LOOP;
    END IF;
    PERFORM set_config('wisely.scope', scope, true);
    RETURN false;
END
$$;

-- How many events of a tenant succeeded and failed between each bound and the next: bar 1, 2 and so on; bars without
-- events are left out. ``chosen``: {"facet": "value"}. Exact at the moment of the calling statement: the summary, and
-- the events that it does not know yet, in one snapshot (the function is STABLE).
CREATE FUNCTION ledger_counts(event_table text, tenant uuid, chosen jsonb, bounds timestamptz[])
    RETURNS TABLE (bar int, successes bigint, failures bigint)
    LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off AS $$
DECLARE
    columns constant text[] := (SELECT facets FROM ledger_facets WHERE events = event_table);
    bars constant int := array_length(bounds, 1) - 1;
    next_tx constant bigint := coalesce((
        SELECT follower.next_tx FROM ledger_follower AS follower WHERE (name, events) = ('ledger_summarise', event_table)), 0);
BEGIN
    IF EXISTS (SELECT FROM jsonb_object_keys(chosen) AS facet WHERE facet <> ALL (columns)) THEN
        RAISE EXCEPTION '% is not summarised by %', event_table, chosen USING ERRCODE = 'undefined_column';
    END IF;
    RETURN QUERY EXECUTE format($sql$
        SELECT counted.bar, sum(counted.successes)::bigint, sum(counted.failures)::bigint
        FROM (
            SELECT width_bucket((first_day - date 'epoch') * 96 + quarter, %1$L::int[]), each.successes, each.failures
            FROM ledger_summary AS summary, unnest(quarters, summary.successes, summary.failures) AS each (quarter, successes, failures)
            WHERE tenant_id = %2$L AND events = %3$L::regclass AND series = %4$L AND first_day >= %5$L AND first_day <= %6$L
            UNION ALL
            SELECT width_bucket(occurred_at, %7$L::timestamptz[]), (status = 'success')::int, (status <> 'success')::int
            FROM %3$I WHERE tenant_id = %2$L AND id >= %8$L AND id < %9$L AND tx >= %10$s %11$s
        ) AS counted (bar, successes, failures)
        WHERE counted.bar BETWEEN 1 AND %12$s
        GROUP BY counted.bar
        $sql$,
        (SELECT array_agg((extract(epoch FROM bound) / 900)::int ORDER BY bound) FROM unnest(bounds) AS bound),
        tenant,
        event_table,
        (SELECT string_agg(coalesce(chosen->>facet, '*'), '|' ORDER BY place)
         FROM unnest(columns) WITH ORDINALITY AS each (facet, place)),
        date_trunc('month', bounds[1] AT TIME ZONE 'UTC')::date,
        (bounds[bars + 1] AT TIME ZONE 'UTC')::date,
        bounds,
        ledger_first_id(bounds[1]),
        ledger_first_id(bounds[bars + 1]),
        next_tx,
        (SELECT string_agg(format('AND %I = %L', key, value), ' ') FROM jsonb_each_text(chosen)),
        bars
    );
END
$$;

-- For retention: the months from a day up to, not including, another are forgotten, of one tenant or of all; both days are
-- the first of a month. As the owner, in the transaction in which their events go. (If they come back, with their old
-- numbers of transactions, ledger_add_to_summary counts them again.)
CREATE FUNCTION ledger_forget_summary(event_table text, before date, tenant uuid DEFAULT NULL, since date DEFAULT '-infinity')
    RETURNS void LANGUAGE sql
BEGIN ATOMIC
    DELETE FROM ledger_summary
    WHERE events = event_table::regclass AND first_day >= since AND first_day < before AND (tenant IS NULL OR tenant_id = tenant);
END;

REVOKE EXECUTE ON FUNCTION ledger_summarise, ledger_summarise_by, ledger_summary_row, ledger_add_counts, ledger_add_to_summary,
    ledger_fold_summary, ledger_forget_summary FROM PUBLIC;
