-- Events that nobody signed in for, in floods. Of each tenant (NULL: of none), as many as are usual are written one by
-- one; beyond that they are counted here, and what was counted becomes an event a minute later. Nobody but the
-- functions below reads or writes the two tables.

-- Those that were written one by one in the last minute.
CREATE TABLE login_activity_admitted (
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    tenant_id uuid,
    account   text        NOT NULL,
    network   inet
);
CREATE INDEX login_activity_admitted_by_time ON login_activity_admitted (tenant_id, at);
ALTER TABLE login_activity_admitted ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY keep ON login_activity_admitted TO CURRENT_USER USING (true);

-- A row for each account and address of the others. ``client``: of the first of them; ``agents``: more than one.
CREATE TABLE login_activity_counted (
    tenant_id uuid,
    action    text        NOT NULL,
    status    text        NOT NULL,
    reason    text        NOT NULL,
    user_id   uuid,
    account   text        NOT NULL,
    ip        inet,
    name      text        NOT NULL,
    client    jsonb       NOT NULL,
    request   uuid,
    agents    boolean     NOT NULL DEFAULT false,
    times     bigint      NOT NULL DEFAULT 1,
    first_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT login_activity_counted_once
        UNIQUE NULLS NOT DISTINCT (tenant_id, action, status, reason, user_id, account, ip)
) WITH (fillfactor = 70);
ALTER TABLE login_activity_counted ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY keep ON login_activity_counted TO CURRENT_USER USING (true);

-- Whether an event is written by itself; otherwise it has been counted. It waits for nobody but whoever counts the same
-- account from the same address, so requests at once may write a few more than the limits say.
CREATE FUNCTION login_activity_admit(of_tenant uuid, what jsonb, whose uuid, account_name text, address inet,
                                     its_network inet, its_client jsonb, its_request uuid, limits int[])
    RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan AS $$  -- planned once a session
DECLARE
    since constant timestamptz := clock_timestamp() - interval '1 minute';
    lately record;
BEGIN
    SELECT count(*) FILTER (WHERE network = its_network) AS from_network,
           count(*) FILTER (WHERE account = account_name AND account <> '') AS at_account,
           count(*) AS of_all
        INTO lately FROM login_activity_admitted
        WHERE at > since AND tenant_id IS NOT DISTINCT FROM of_tenant;
    IF lately.from_network < limits[1] AND lately.at_account < limits[2] AND lately.of_all < limits[3] THEN
        INSERT INTO login_activity_admitted (tenant_id, account, network) VALUES (of_tenant, account_name, its_network);
        -- A few at a time, and none that somebody else removes.
        DELETE FROM login_activity_admitted WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM login_activity_admitted
            WHERE at <= since AND tenant_id IS NOT DISTINCT FROM of_tenant
            ORDER BY at LIMIT 20 FOR UPDATE SKIP LOCKED));
        RETURN true;
    END IF;
    INSERT INTO login_activity_counted AS it
            (tenant_id, action, status, reason, user_id, account, ip, name, client, request)
        VALUES (of_tenant, what->>'action', what->>'status', what->>'reason', whose, account_name, address,
                what->>'name', its_client, its_request)
        ON CONFLICT ON CONSTRAINT login_activity_counted_once DO UPDATE
            SET times = it.times + 1, last_at = clock_timestamp(),
                agents = it.agents OR it.client->>'agent' <> EXCLUDED.client->>'agent';
    RETURN false;
END
$$;
REVOKE EXECUTE ON FUNCTION login_activity_admit FROM PUBLIC;

-- Takes what has been counted, of each kind of event that began to be counted before a moment. Whoever takes it writes
-- the events in the same transaction. One at a time; a row that is being counted on is left for the next time.
CREATE FUNCTION login_activity_take_counted(begun_before timestamptz, most int) RETURNS SETOF login_activity_counted
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock('login_activity_counted'::regclass::oid::int, 1) THEN
        RETURN;
    END IF;
    RETURN QUERY
        DELETE FROM login_activity_counted WHERE ctid = ANY (ARRAY(
            SELECT counted.ctid FROM login_activity_counted AS counted
            JOIN (SELECT tenant_id, action, status, reason FROM login_activity_counted
                  GROUP BY tenant_id, action, status, reason HAVING min(first_at) < begun_before) AS due
                ON (due.tenant_id IS NOT DISTINCT FROM counted.tenant_id AND due.action = counted.action
                    AND due.status = counted.status AND due.reason = counted.reason)
            ORDER BY counted.tenant_id, counted.action, counted.reason LIMIT most FOR UPDATE OF counted SKIP LOCKED))
        RETURNING *;
END
$$;
REVOKE EXECUTE ON FUNCTION login_activity_take_counted FROM PUBLIC;

-- Since when something has been counted that is no event yet.
CREATE FUNCTION login_activity_counted_since() RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT min(first_at) FROM login_activity_counted;
END;
REVOKE EXECUTE ON FUNCTION login_activity_counted_since FROM PUBLIC;
