-- Where a tenant's events have a combination of facets and perhaps a status: the summary knows in which quarters of an
-- hour, so that combinations which no index has are found as well. Ranges of ids, after after_id up to last_id, within a
-- range, the newest first or the oldest; at least as many as asked for, if there are. Exact at the moment of the calling
-- statement, like ledger_counts.
CREATE FUNCTION ledger_find_quarters(event_table text, tenant uuid, chosen jsonb, wanted_status text, first uuid, last uuid,
                                     newest_first boolean, most int)
    RETURNS TABLE (after_id uuid, last_id uuid)
    LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off AS $$
DECLARE
    columns constant text[] := (SELECT facets FROM ledger_facets WHERE events = event_table);
    next_tx constant bigint := coalesce((
        SELECT follower.next_tx FROM ledger_follower AS follower WHERE (name, events) = ('ledger_summarise', event_table)), 0);
    series constant text := (
        SELECT string_agg(coalesce(chosen->>facet, '*'), '|' ORDER BY place)
        FROM unnest(columns) WITH ORDINALITY AS each (facet, place));
    conditions constant text := concat(
        (SELECT string_agg(format('AND %I = %L', key, value), ' ') FROM jsonb_each_text(chosen)),
        CASE WHEN wanted_status <> '' THEN format(' AND status = %L', wanted_status) END);
    first_month date;
    last_month date;
    month date;
    next_month date;
    found int := 0;
    more int;
BEGIN
    EXECUTE format($sql$
        SELECT date_trunc('month', ledger_time(oldest) AT TIME ZONE 'UTC'), date_trunc('month', ledger_time(newest) AT TIME ZONE 'UTC')
        FROM (SELECT id FROM %1$I WHERE tenant_id = %2$L AND id > %3$L AND id <= %4$L ORDER BY id LIMIT 1) AS first (oldest),
             (SELECT id FROM %1$I WHERE tenant_id = %2$L AND id > %3$L AND id <= %4$L ORDER BY id DESC LIMIT 1) AS last (newest)
        $sql$, event_table, tenant, first, last) INTO first_month, last_month;
    month := CASE WHEN newest_first THEN last_month ELSE first_month END;
    WHILE found < most AND month BETWEEN first_month AND last_month LOOP
        next_month := month + interval '1 month';
        RETURN QUERY EXECUTE format($sql$
            SELECT greatest(ledger_first_id(slot), %11$L), least(ledger_first_id(slot + interval '15 minutes'), %12$L)
            FROM (
                SELECT slot FROM (
                    SELECT (first_day + quarter * interval '15 minutes') AT TIME ZONE 'UTC' AS slot, %1$s AS number
                    FROM ledger_summary AS summary, unnest(quarters, summary.successes, summary.failures)
                         AS each (quarter, successes, failures)
                    WHERE tenant_id = %2$L AND events = %3$L::regclass AND series = %4$L AND first_day >= %5$L AND first_day < %6$L
                    UNION ALL
                    SELECT date_bin('15 minutes', occurred_at, 'epoch'), 1
                    FROM %3$I WHERE tenant_id = %2$L AND id > %7$L AND id <= %8$L AND tx >= %9$s %10$s
                ) AS either
                WHERE number > 0 AND slot <= ledger_time(%12$L) AND slot + interval '15 minutes' >= ledger_time(%11$L)
                GROUP BY slot ORDER BY slot %13$s LIMIT %14$s
            ) AS slots ORDER BY slot %13$s
            $sql$,
            CASE wanted_status WHEN 'success' THEN 'each.successes' WHEN 'failure' THEN 'each.failures'
                               ELSE 'each.successes + each.failures' END,
            tenant,
            event_table,
            series,
            month,
            next_month,
            greatest(first, ledger_first_id(month AT TIME ZONE 'UTC')),
            least(last, ledger_first_id(next_month AT TIME ZONE 'UTC')),
            next_tx,
            conditions,
            first,
            last,
            CASE WHEN newest_first THEN 'DESC' ELSE 'ASC' END,
            most - found
        );
        GET DIAGNOSTICS more = ROW_COUNT;
        found := found + more;
        month := month + CASE WHEN newest_first THEN interval '-1 month' ELSE interval '1 month' END;
    END LOOP;
END
$$;
