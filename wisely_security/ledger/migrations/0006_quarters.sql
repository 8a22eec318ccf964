-- Where a tenant's events have a combination of facets and perhaps a status: the summary knows in which quarters of an
-- hour, so that combinations which no index has are found as well. Ranges of ids, after after_id up to last_id, within a
-- range, the newest first or the oldest; with as many events as asked for, if there are so many. Exact at the moment of
-- the calling statement, like ledger_counts.
CREATE FUNCTION ledger_find_quarters(event_table text, tenant uuid, chosen jsonb, wanted_status text, first uuid, last uuid,
                                     newest_first boolean, most int)
    RETURNS TABLE (after_id uuid, last_id uuid)
    LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off AS $$
DECLARE
    columns constant text[] := (SELECT facets FROM ledger_facets WHERE events = event_table);
    next_tx constant bigint := coalesce((
        SELECT follower.next_tx FROM ledger_follower AS follower WHERE (name, events) = ('ledger_summarise', event_table)), 0);
    direction constant text := CASE WHEN newest_first THEN 'DESC' ELSE 'ASC' END;
BEGIN
    RETURN QUERY EXECUTE format($sql$
        SELECT greatest(ledger_first_id(slot), %1$L), least(ledger_first_id(slot + interval '15 minutes'), %2$L)
        FROM (
            SELECT slot, sum(number) OVER (ORDER BY slot %3$s) - number AS before FROM (
                SELECT slot, sum(number) AS number FROM (
                    SELECT (first_day + quarter * interval '15 minutes') AT TIME ZONE 'UTC' AS slot, %4$s AS number
                    FROM ledger_summary AS summary, unnest(quarters, summary.successes, summary.failures)
                         AS each (quarter, successes, failures)
                    WHERE tenant_id = %5$L AND events = %6$L::regclass AND series = %7$L AND first_day >= %8$L AND first_day <= %9$L
                    UNION ALL
                    SELECT date_bin('15 minutes', occurred_at, 'epoch'), 1
                    FROM %6$I WHERE tenant_id = %5$L AND id > %1$L AND id <= %2$L AND tx >= %10$s %11$s
                ) AS either
                WHERE number > 0 AND ledger_first_id(slot) < %2$L AND ledger_first_id(slot + interval '15 minutes') > %1$L
                GROUP BY slot
            ) AS slots
        ) AS summed
        WHERE before < %12$s ORDER BY slot %3$s LIMIT %12$s
        $sql$,
        first,
        last,
        direction,
        CASE wanted_status WHEN 'success' THEN 'each.successes' WHEN 'failure' THEN 'each.failures'
                           ELSE 'each.successes + each.failures' END,
        tenant,
        event_table,
        (SELECT string_agg(coalesce(chosen->>facet, '*'), '|' ORDER BY place)
         FROM unnest(columns) WITH ORDINALITY AS each (facet, place)),
        date_trunc('month', ledger_time(first) AT TIME ZONE 'UTC')::date,
        (ledger_time(last) AT TIME ZONE 'UTC')::date,
        next_tx,
        concat((SELECT string_agg(format('AND %I = %L', key, value), ' ') FROM jsonb_each_text(chosen)),
               format(' AND status = %L', nullif(wanted_status, ''))),
        most
    );
END
$$;
