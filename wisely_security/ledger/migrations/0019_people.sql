-- How many events each person has, for what a filter of people offers: counted beside the rollup, by the same projector, under
-- its position. It has user IDs and kinds of actors, never a name or an address, so erasing a person leaves it as it is.
--
-- Its rows are by day and month like those of the rollup, but the day comes before the person in the key: of a period,
-- those who occur are read, and nobody else.

CREATE TABLE ledger_people (
    tenant_id uuid       NOT NULL,
    events    regclass   NOT NULL,
    first_day date       NOT NULL,
    person    text       NOT NULL COLLATE "C",  -- empty: nobody who is known
    quarters  smallint[] NOT NULL,  -- counted from the first day's beginning; beside each, in the same place:
    numbers   int[]      NOT NULL,
    PRIMARY KEY (tenant_id, events, first_day, person)
) WITH (fillfactor = 90);
ALTER TABLE ledger_people ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY read ON ledger_people FOR SELECT USING (tenant_id = (SELECT wisely_tenant()) OR (SELECT wisely_support()));
CREATE POLICY keep ON ledger_people TO CURRENT_USER USING (true);

-- Columns that say whose an event is. It is counted for the value of each.
ALTER TABLE ledger_dimensions ADD people text[] NOT NULL DEFAULT '{}';

-- Adds counts. ``counted``: a query for tenant_id, slot (the beginning of a quarter), person, number.
CREATE FUNCTION ledger_add_people(event_table regclass, counted text) RETURNS void
    LANGUAGE plpgsql SET work_mem = '32MB' SET jit = off AS $$
BEGIN
    EXECUTE format($sql$
        INSERT INTO ledger_people AS known (tenant_id, events, first_day, person, quarters, numbers)
        SELECT tenant_id, %L::regclass, first_day, person, array_agg(quarter ORDER BY quarter), array_agg(number ORDER BY quarter)
        FROM (
            SELECT tenant_id, first_day, person, (extract(epoch FROM slot AT TIME ZONE 'UTC' - first_day) / 900)::smallint AS quarter,
                   sum(number)::int AS number
            FROM (SELECT *, ledger_rollup_row(slot) AS first_day FROM (%s) AS counted) AS placed
            GROUP BY tenant_id, first_day, person, slot
        ) AS placed
        GROUP BY tenant_id, person, first_day
        ON CONFLICT (tenant_id, events, first_day, person) DO UPDATE SET (quarters, numbers) = (
            SELECT array_agg(quarter ORDER BY quarter), array_agg(number ORDER BY quarter)
            FROM (
                SELECT quarter, sum(number)::int AS number
                FROM (
                    SELECT * FROM unnest(known.quarters, known.numbers)
                    UNION ALL
                    SELECT * FROM unnest(EXCLUDED.quarters, EXCLUDED.numbers)
                ) AS either (quarter, number)
                GROUP BY quarter
            ) AS together
        )
        $sql$, event_table, counted);
END
$$;

-- The people of the events that fulfil a condition, of all partitions or of one.
CREATE FUNCTION ledger_count_people(event_table text, condition text, of_partition regclass DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    columns constant text[] := (SELECT people FROM ledger_dimensions WHERE events = event_table);
BEGIN
    IF columns <> '{}' THEN
        PERFORM ledger_add_people(event_table::regclass, format($sql$
            SELECT tenant_id, date_bin('15 minutes', occurred_at, 'epoch') AS slot, left(person, 50) COLLATE "C" AS person, 1 AS number
            FROM %s, unnest(coalesce(nullif(array_remove(ARRAY[%s], NULL), '{}'), ARRAY[''])) AS person
            WHERE %s
            $sql$,
            coalesce(of_partition, event_table::regclass),
            (SELECT string_agg(format('%I::text', name), ', ') FROM unnest(columns) AS name),
            condition
        ));
    END IF;
END
$$;

DROP FUNCTION ledger_roll_up_by(text, text[]);
CREATE FUNCTION ledger_roll_up_by(event_table text, columns text[], of_people text[] DEFAULT '{}') RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_dimensions WHERE (events, dimensions, people) = (event_table, columns, of_people)) THEN
        DELETE FROM ledger_projector WHERE (name, events) = ('ledger_roll_up', event_table);
        DELETE FROM ledger_rollup WHERE events = event_table::regclass;
        DELETE FROM ledger_people WHERE events = event_table::regclass;
        INSERT INTO ledger_dimensions (events, dimensions, people) VALUES (event_table, columns, of_people)
            ON CONFLICT (events) DO UPDATE SET dimensions = EXCLUDED.dimensions, people = EXCLUDED.people;
    END IF;
END
$$;

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
    PERFORM ledger_count_people(event_table, condition, of_partition);
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
    PERFORM ledger_add_people(event_table::regclass, format($sql$
        SELECT tenant_id, (first_day + quarter * interval '15 minutes') AT TIME ZONE 'UTC' AS slot, person, number
        FROM ledger_people AS known, unnest(quarters, numbers) AS each (quarter, number)
        WHERE %s
        $sql$, by_the_day));
    EXECUTE format('DELETE FROM ledger_people WHERE %s', by_the_day);
END
$$;

CREATE OR REPLACE FUNCTION ledger_forget_rollup(event_table text, before date, tenant uuid DEFAULT NULL, since date DEFAULT '-infinity')
    RETURNS void LANGUAGE sql
BEGIN ATOMIC
    DELETE FROM ledger_rollup
    WHERE events = event_table::regclass AND first_day >= since AND first_day < before AND (tenant IS NULL OR tenant_id = tenant);
    DELETE FROM ledger_people
    WHERE events = event_table::regclass AND first_day >= since AND first_day < before AND (tenant IS NULL OR tenant_id = tenant);
END;

REVOKE EXECUTE ON FUNCTION ledger_add_people, ledger_count_people, ledger_roll_up_by FROM PUBLIC;
