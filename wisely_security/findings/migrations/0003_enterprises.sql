-- An aggregator's enterprises side by side: failed sign-ins between each bound and the next (all in order, none left out), and the
-- last sign-in. Exact: from the rollup, and from what it has not consumed yet. Bounds are quarters of an hour.
--
-- It reads other tenants' events, so it answers an aggregator alone, and of its own enterprises.
CREATE FUNCTION findings_enterprises(aggregator uuid, bounds timestamptz[])
    RETURNS TABLE (enterprise_id uuid, failures int[], signed_in_at timestamptz)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    record constant text := 'login_activity_loginevent';
    scope constant text := coalesce(current_setting('wisely.scope', true), '');
    bars constant int := array_length(bounds, 1) - 1;
    sign_ins constant text := (
        SELECT string_agg(CASE dimension WHEN 'action' THEN 'log_in' ELSE '*' END, '|' ORDER BY place)
        FROM ledger_dimensions, unnest(dimensions) WITH ORDINALITY AS each (dimension, place) WHERE events = record);
    pending_from constant bigint := coalesce((
        SELECT next_tx FROM ledger_projector WHERE (name, events) = ('ledger_roll_up', record)), 0);
    quarters_of_bounds constant int[] := (
        SELECT array_agg((extract(epoch FROM bound) / 900)::int ORDER BY bound) FROM unnest(bounds) AS bound);
BEGIN
    IF aggregator IS DISTINCT FROM wisely_tenant() THEN
        RAISE EXCEPTION 'An aggregator sees its own enterprises only' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM set_config('wisely.scope', 'support', true);
    RETURN QUERY
        WITH enterprise AS MATERIALIZED (
            SELECT id FROM tenancy_tenant WHERE aggregator_id = aggregator
        ), failed AS (
            SELECT tenant_id, bar, sum(number)::int AS number FROM (
                SELECT rollup.tenant_id, width_bucket((first_day - date 'epoch') * 96 + quarter, quarters_of_bounds) AS bar,
                       each.failures AS number
                FROM enterprise JOIN ledger_rollup AS rollup ON rollup.tenant_id = enterprise.id,
                     unnest(quarters, rollup.failures) AS each (quarter, failures)
                WHERE events = record::regclass AND series = sign_ins AND each.failures > 0
                      AND first_day >= date_trunc('month', bounds[1] AT TIME ZONE 'UTC')::date
                      AND first_day <= (bounds[bars + 1] AT TIME ZONE 'UTC')::date
                UNION ALL
                SELECT tenant_id, width_bucket(occurred_at, bounds), 1
                FROM login_activity_loginevent
                WHERE tx >= pending_from AND tenant_id IN (SELECT id FROM enterprise) AND action = 'log_in' AND status <> 'success'
                      AND id >= ledger_first_id(bounds[1]) AND id < ledger_first_id(bounds[bars + 1])
            ) AS counted
            WHERE bar BETWEEN 1 AND bars GROUP BY tenant_id, bar
        )
        SELECT enterprise.id,
               ARRAY(
                   SELECT coalesce(number, 0)
                   FROM generate_series(1, bars) AS each (bar)
                   LEFT JOIN failed ON failed.bar = each.bar AND tenant_id = enterprise.id
                   ORDER BY each.bar
               ),
               -- The rollup knows the quarter of an hour; what is newer is pending.
               (
                   SELECT occurred_at FROM login_activity_loginevent
                   WHERE tenant_id = enterprise.id AND action = 'log_in' AND status = 'success'
                         AND id >= ledger_first_id(coalesce(known.quarter, 'epoch'))
                   ORDER BY id DESC LIMIT 1
               )
        FROM enterprise LEFT JOIN LATERAL (
            SELECT (first_day + max(each.quarter) * interval '15 minutes') AT TIME ZONE 'UTC' AS quarter
            FROM (
                SELECT first_day, quarters, successes FROM ledger_rollup
                WHERE tenant_id = enterprise.id AND events = record::regclass AND series = sign_ins AND 0 < ANY (successes)
                ORDER BY first_day DESC LIMIT 1
            ) AS newest, unnest(quarters, successes) AS each (quarter, successes)
            WHERE each.successes > 0 GROUP BY first_day
        ) AS known ON true;
    PERFORM set_config('wisely.scope', scope, true);
END
$$;
REVOKE EXECUTE ON FUNCTION findings_enterprises FROM PUBLIC;
