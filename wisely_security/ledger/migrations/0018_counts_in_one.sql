-- Counts of several questions at once: a page asks for its chart, for what a switch hides and for today, and each call had
-- cost as much in preparing as in counting. ``questions``: [{"chosen": {…}, "bounds": [1970000, 1970096]}, …]; ``chosen`` as
-- before (0017); ``bounds`` are numbers of quarters of an hour since 1970. Questions and bars are numbered from 1.
--
-- What is pending is read once, and grouped before it is compared with the series: so it counts for each of them.

DROP FUNCTION ledger_counts(text, uuid, jsonb, timestamptz[]);

CREATE FUNCTION ledger_counts(event_table text, tenant uuid, questions jsonb)
    RETURNS TABLE (asked int, bar int, successes bigint, failures bigint)
    LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off AS $$
DECLARE
    columns constant text[] := (SELECT dimensions FROM ledger_dimensions WHERE events = event_table);
    next_tx constant bigint := coalesce((
        SELECT projector.next_tx FROM ledger_projector AS projector WHERE (name, events) = ('ledger_roll_up', event_table)), 0);
    first_quarter constant bigint := (SELECT min((question->'bounds'->>0)::int) FROM jsonb_array_elements(questions) AS question);
    last_quarter constant bigint := (SELECT max((question->'bounds'->>-1)::int) FROM jsonb_array_elements(questions) AS question);
    numbers int[];
    every_series text[];
    signs int[];
    every_bounds text[];
BEGIN
    IF EXISTS (SELECT FROM jsonb_path_query(questions, '$[*].chosen.keyvalue()') AS pair WHERE pair->>'key' <> ALL (columns)) THEN
        RAISE EXCEPTION '% is not rolled up by %', event_table, questions USING ERRCODE = 'undefined_column';
    END IF;
    WITH RECURSIVE question (number, chosen, bounds) AS (
        SELECT number::int, question->'chosen', translate(question->>'bounds', '[]', '{}')
        FROM jsonb_array_elements(questions) WITH ORDINALITY AS each (question, number)
    ), summand (number, place, value, sign) AS (
        SELECT number, place, value, CASE WHEN jsonb_typeof(chosen->dimension) = 'object' THEN -1 ELSE 1 END
        FROM question, unnest(columns) WITH ORDINALITY AS each (dimension, place),
             jsonb_array_elements_text(CASE jsonb_typeof(chosen->dimension) WHEN 'array' THEN chosen->dimension
                                       WHEN 'object' THEN chosen->dimension->'not' ELSE '[]' END) AS value
        UNION ALL
        SELECT number, place, '*', 1 FROM question, unnest(columns) WITH ORDINALITY AS each (dimension, place)
        WHERE jsonb_typeof(chosen->dimension) IS DISTINCT FROM 'array'
    ), product (number, place, series, sign) AS (
        SELECT number, 0::bigint, NULL::text, 1 FROM question
        UNION ALL
        SELECT number, summand.place, concat_ws('|', product.series, summand.value), product.sign * summand.sign
        FROM product JOIN summand USING (number) WHERE summand.place = product.place + 1
    )
    SELECT array_agg(number), array_agg(series), array_agg(sign), array_agg(bounds)
    INTO numbers, every_series, signs, every_bounds
    FROM product JOIN question USING (number) WHERE place = cardinality(columns);
    RETURN QUERY EXECUTE format($sql$
        WITH wanted AS MATERIALIZED (
            SELECT number, series, sign, bounds, cardinality(bounds) AS beyond,
                   date_trunc('month', date 'epoch' + bounds[1] / 96)::date AS first_day,
                   date 'epoch' + bounds[cardinality(bounds)] / 96 AS last_day
            FROM unnest($2, $3, $4, $5) AS each (number, series, sign, its_bounds), LATERAL (SELECT its_bounds::int[] AS bounds) AS it
        )
        SELECT number, bar, sum(successes)::bigint, sum(failures)::bigint
        FROM (
            SELECT number, beyond, width_bucket(day + quarter, bounds) AS bar,
                   sign * sum(successes) AS successes, sign * sum(failures) AS failures
            FROM (
                SELECT number, sign, bounds, beyond, (rollup.first_day - date 'epoch') * 96 AS day,
                       unnest(quarters) AS quarter, unnest(rollup.successes) AS successes, unnest(rollup.failures) AS failures
                FROM wanted, ledger_rollup AS rollup
                WHERE tenant_id = $1 AND events = %1$L::regclass AND rollup.series = wanted.series
                      AND rollup.first_day BETWEEN wanted.first_day AND wanted.last_day
            ) AS each
            GROUP BY number, sign, beyond, bar
            UNION ALL
            SELECT number, beyond, width_bucket(quarter, bounds), sign * successes, sign * failures
            FROM (
                SELECT floor(extract(epoch FROM occurred_at) / 900)::int AS quarter, %2$s,
                       count(*) FILTER (WHERE status = 'success') AS successes,
                       count(*) FILTER (WHERE status <> 'success') AS failures
                FROM %1$I WHERE tenant_id = $1 AND id >= $6 AND id < $7 AND tx >= $8
                GROUP BY quarter, %2$s
            ) AS pending, wanted
            WHERE series = concat_ws('|', %3$s)
        ) AS counted
        WHERE bar > 0 AND bar < beyond
        GROUP BY number, bar
        $sql$,
        event_table,
        (SELECT string_agg(quote_ident(dimension), ', ') FROM unnest(columns) AS dimension),
        (SELECT string_agg(format('CASE split_part(series, ''|'', %s) WHEN ''*'' THEN ''*'' ELSE left(%I, 50) END',
                                  place, dimension), ', ' ORDER BY place)
         FROM unnest(columns) WITH ORDINALITY AS each (dimension, place))
    ) USING tenant, numbers, every_series, signs, every_bounds,
            ledger_first_id(to_timestamp(first_quarter * 900)), ledger_first_id(to_timestamp(last_quarter * 900)), next_tx;
END
$$;
