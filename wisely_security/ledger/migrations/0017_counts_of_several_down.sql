CREATE OR REPLACE FUNCTION ledger_counts(event_table text, tenant uuid, chosen jsonb, bounds timestamptz[])
    RETURNS TABLE (bar int, successes bigint, failures bigint)
    LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off AS $$
DECLARE
    columns constant text[] := (SELECT dimensions FROM ledger_dimensions WHERE events = event_table);
    bars constant int := array_length(bounds, 1) - 1;
    next_tx constant bigint := coalesce((
        SELECT projector.next_tx FROM ledger_projector AS projector WHERE (name, events) = ('ledger_roll_up', event_table)), 0);
BEGIN
    IF EXISTS (SELECT FROM jsonb_object_keys(chosen) AS dimension WHERE dimension <> ALL (columns)) THEN
        RAISE EXCEPTION '% is not rolled up by %', event_table, chosen USING ERRCODE = 'undefined_column';
    END IF;
    RETURN QUERY EXECUTE format($sql$
        SELECT counted.bar, sum(counted.successes)::bigint, sum(counted.failures)::bigint
        FROM (
            SELECT width_bucket((first_day - date 'epoch') * 96 + quarter, %1$L::int[]), each.successes, each.failures
            FROM ledger_rollup AS rollup, unnest(quarters, rollup.successes, rollup.failures) AS each (quarter, successes, failures)
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
        (SELECT string_agg(coalesce(chosen->>dimension, '*'), '|' ORDER BY place)
         FROM unnest(columns) WITH ORDINALITY AS each (dimension, place)),
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
