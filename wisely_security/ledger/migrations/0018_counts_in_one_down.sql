DROP FUNCTION ledger_counts(text, uuid, jsonb);

CREATE FUNCTION ledger_counts(event_table text, tenant uuid, chosen jsonb, bounds timestamptz[])
    RETURNS TABLE (bar int, successes bigint, failures bigint)
    LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off AS $$
DECLARE
    columns constant text[] := (SELECT dimensions FROM ledger_dimensions WHERE events = event_table);
    bars constant int := array_length(bounds, 1) - 1;
    next_tx constant bigint := coalesce((
        SELECT projector.next_tx FROM ledger_projector AS projector WHERE (name, events) = ('ledger_roll_up', event_table)), 0);
    every_series text[];
    signs int[];
BEGIN
    IF EXISTS (SELECT FROM jsonb_object_keys(chosen) AS dimension WHERE dimension <> ALL (columns)) THEN
        RAISE EXCEPTION '% is not rolled up by %', event_table, chosen USING ERRCODE = 'undefined_column';
    END IF;
    WITH RECURSIVE summand (place, value, sign) AS (
        SELECT place, value, CASE WHEN jsonb_typeof(chosen->dimension) = 'object' THEN -1 ELSE 1 END
        FROM unnest(columns) WITH ORDINALITY AS each (dimension, place),
             jsonb_array_elements_text(CASE jsonb_typeof(chosen->dimension) WHEN 'array' THEN chosen->dimension
                                       WHEN 'object' THEN chosen->dimension->'not' ELSE '[]' END) AS value
        UNION ALL
        SELECT place, '*', 1 FROM unnest(columns) WITH ORDINALITY AS each (dimension, place)
        WHERE jsonb_typeof(chosen->dimension) IS DISTINCT FROM 'array'
    ), product (place, series, sign) AS (
        SELECT 0::bigint, NULL::text, 1
        UNION ALL
        SELECT summand.place, concat_ws('|', product.series, summand.value), product.sign * summand.sign
        FROM product JOIN summand ON summand.place = product.place + 1
    )
    SELECT array_agg(series), array_agg(sign) INTO every_series, signs FROM product WHERE place = cardinality(columns);
    RETURN QUERY EXECUTE format($sql$
        SELECT counted.bar, sum(counted.successes)::bigint, sum(counted.failures)::bigint
        FROM (
            SELECT width_bucket((first_day - date 'epoch') * 96 + quarter, %1$L::int[]), sign * each.successes, sign * each.failures
            FROM unnest(%4$L::text[], %13$L::int[]) AS wanted (series, sign),
                 ledger_rollup AS rollup, unnest(quarters, rollup.successes, rollup.failures) AS each (quarter, successes, failures)
            WHERE tenant_id = %2$L AND events = %3$L::regclass AND rollup.series = wanted.series
                  AND first_day >= %5$L AND first_day <= %6$L
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
        every_series,
        date_trunc('month', bounds[1] AT TIME ZONE 'UTC')::date,
        (bounds[bars + 1] AT TIME ZONE 'UTC')::date,
        bounds,
        ledger_first_id(bounds[1]),
        ledger_first_id(bounds[bars + 1]),
        next_tx,
        (SELECT string_agg(
                    format(CASE jsonb_typeof(value) WHEN 'object' THEN 'AND %I <> ALL (%L)' ELSE 'AND %I = ANY (%L)' END,
                           key, ARRAY(SELECT jsonb_array_elements_text(coalesce(value->'not', value)))),
                    ' ')
         FROM jsonb_each(chosen)),
        bars,
        signs
    );
END
$$;
