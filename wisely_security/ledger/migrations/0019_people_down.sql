CREATE OR REPLACE FUNCTION ledger_add_to_rollup(event_table text, condition text, of_partition regclass DEFAULT NULL::regclass)
 RETURNS void
 LANGUAGE plpgsql
AS $$
DECLARE
    columns constant text[] := (SELECT dimensions FROM ledger_dimensions WHERE events = event_table);
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
        (SELECT string_agg(format('coalesce(%I, ''*'')', dimension), ', ') FROM unnest(columns) AS dimension),
        (SELECT string_agg(format('left(%1$I, 50) COLLATE "C" AS %1$I', dimension), ', ') FROM unnest(columns) AS dimension),
        coalesce(of_partition, event_table::regclass),
        condition,
        (SELECT string_agg(quote_ident(dimension), ', ') FROM unnest(columns) AS dimension)
    ));
END
$$;

CREATE OR REPLACE FUNCTION ledger_fold_rollup(event_table text)
 RETURNS void
 LANGUAGE plpgsql
AS $$
DECLARE
    by_the_day constant text := format(
        'events = %L::regclass AND first_day < %L AND extract(day FROM first_day) > 1',
        event_table, ledger_rollup_row(date_trunc('month', now(), 'UTC')));
BEGIN
    PERFORM ledger_add_counts(event_table::regclass, format($sql$
        SELECT tenant_id, (first_day + quarter * interval '15 minutes') AT TIME ZONE 'UTC' AS slot, series,
               each.successes, each.failures
        FROM ledger_rollup AS summary, unnest(quarters, summary.successes, summary.failures) AS each (quarter, successes, failures)
        WHERE %s
        $sql$, by_the_day));
    EXECUTE format('DELETE FROM ledger_rollup WHERE %s', by_the_day);
END
$$;

CREATE OR REPLACE FUNCTION ledger_forget_rollup(event_table text, before date, tenant uuid DEFAULT NULL, since date DEFAULT '-infinity')
    RETURNS void LANGUAGE sql
BEGIN ATOMIC
    DELETE FROM ledger_rollup
    WHERE events = event_table::regclass AND first_day >= since AND first_day < before AND (tenant IS NULL OR tenant_id = tenant);
END;

DROP FUNCTION ledger_roll_up_by(text, text[], text[]);
CREATE OR REPLACE FUNCTION ledger_roll_up_by(event_table text, columns text[])
 RETURNS void
 LANGUAGE plpgsql
AS $$
BEGIN
    IF columns IS DISTINCT FROM (SELECT dimensions FROM ledger_dimensions WHERE events = event_table) THEN
        DELETE FROM ledger_projector WHERE (name, events) = ('ledger_roll_up', event_table);
        DELETE FROM ledger_rollup WHERE events = event_table::regclass;
        INSERT INTO ledger_dimensions (events, dimensions) VALUES (event_table, columns)
            ON CONFLICT (events) DO UPDATE SET dimensions = EXCLUDED.dimensions;
    END IF;
END
$$;

REVOKE EXECUTE ON FUNCTION ledger_roll_up_by FROM PUBLIC;
DROP FUNCTION ledger_count_people, ledger_add_people;
ALTER TABLE ledger_dimensions DROP people;
DROP TABLE ledger_people;
