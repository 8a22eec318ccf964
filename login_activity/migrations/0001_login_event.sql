CREATE TABLE login_activity_loginevent (
    id             uuid    NOT NULL DEFAULT uuidv7(),
    tenant_id      uuid    NOT NULL,
    tx             bigint  NOT NULL DEFAULT ledger_tx(pg_current_xact_id()),
    occurred_at    timestamptz GENERATED ALWAYS AS (uuid_extract_timestamp(id)) VIRTUAL,
    request_id     uuid,
    user_id        uuid,
    user_name      text    NOT NULL,
    user_email     text    NOT NULL,
    acted_by       text    NOT NULL,
    action         text    NOT NULL,
    status         text    NOT NULL CHECK (status IN ('success', 'failure')),
    reason         text    NOT NULL CHECK (status = 'success' OR reason <> ''),
    ip             inet,
    device_kind    text    NOT NULL,
    device         text    NOT NULL,
    browser        text    NOT NULL,
    system         text    NOT NULL,
    user_agent     text    NOT NULL CHECK (length(user_agent) <= 512),
    user_agent_cut boolean NOT NULL,
    country        text    NOT NULL,
    place          text    NOT NULL,
    latitude       double precision,
    longitude      double precision,
    session        text    NOT NULL,
    detail         jsonb   NOT NULL,
    PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);

-- The newest of all tenants, for support. Its condition always holds; only support's query says it. Without one, the
-- planner takes this index for a tenant's page as well, and wades through everybody else's events.
CREATE INDEX login_activity_loginevent_id ON login_activity_loginevent (id) WHERE session >= '';
-- Recent guesses at passwords, for the lock-out: small, for only those are in them. (Asking for a new password with an
-- unknown address is no guess: counting it would tell which addresses have an account.)
CREATE INDEX login_activity_loginevent_guesses_by_account ON login_activity_loginevent (user_email, id)
    WHERE action IN ('log_in', 'change_password') AND reason IN ('wrong_password', 'unknown_user');
CREATE INDEX login_activity_loginevent_guesses_by_address ON login_activity_loginevent (ip, id)
    WHERE action IN ('log_in', 'change_password') AND reason IN ('wrong_password', 'unknown_user');

-- What people filter by, each value in order of time: common ones lie dense, seldom ones are found at once. The columns
-- after id are for filters together: they are checked in the index, so that only rows that are shown are fetched.
CREATE INDEX login_activity_loginevent_user ON login_activity_loginevent
    (tenant_id, user_id, id, status, action, country, device_kind) WHERE user_id IS NOT NULL;
CREATE INDEX login_activity_loginevent_unknown ON login_activity_loginevent
    (tenant_id, id, status, action, country, device_kind) WHERE user_id IS NULL;
CREATE INDEX login_activity_loginevent_email ON login_activity_loginevent (tenant_id, user_email, id) WHERE user_email <> '';
CREATE INDEX login_activity_loginevent_country ON login_activity_loginevent (tenant_id, country, id, device_kind, action);
CREATE INDEX login_activity_loginevent_device ON login_activity_loginevent (tenant_id, device_kind, id, action);
CREATE INDEX login_activity_loginevent_action ON login_activity_loginevent (tenant_id, action, id);
CREATE INDEX login_activity_loginevent_failures ON login_activity_loginevent (tenant_id, id, action, country, device_kind)
    WHERE status = 'failure';
CREATE INDEX login_activity_loginevent_ip ON login_activity_loginevent (tenant_id, ip, id) WHERE ip IS NOT NULL;
CREATE INDEX login_activity_loginevent_failures_by_ip ON login_activity_loginevent (tenant_id, ip, id)
    WHERE status = 'failure';

-- For support: what a person tells who was shown an error. A request belongs to one tenant, or to few.
CREATE INDEX login_activity_loginevent_request ON login_activity_loginevent (request_id, id) WHERE request_id IS NOT NULL;

-- For followers: what is new. A few pages a month, next to nothing for a write.
CREATE INDEX login_activity_loginevent_tx ON login_activity_loginevent USING brin (tx) WITH (pages_per_range = 32, autosummarize = on);

SELECT ledger_protect('login_activity_loginevent');

-- How often somebody guessed since a moment: at this account since its last sign-in or new password, and from this
-- address (a network: its prefix). It counts across tenants, before anybody is signed in, and returns nothing but the
-- two numbers. VOLATILE, so that it sees what was recorded just before it.
CREATE FUNCTION login_activity_guesses(account text, network inet, since timestamptz,
                                       OUT at_account bigint, OUT from_address bigint)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan AS $$  -- planned once a session, not at each sign-in
DECLARE
    scope constant text := coalesce(current_setting('wisely.scope', true), '');
    first_address constant inet := network($2);
    last_address constant inet := set_masklen(broadcast($2), CASE family($2) WHEN 4 THEN 32 ELSE 128 END);
    first uuid := ledger_first_id(since);
    -- Both bounds, so that no other month's partition is opened.
    last constant uuid := ledger_first_id(clock_timestamp() + interval '1 minute');
    anew timestamptz;
BEGIN
    PERFORM set_config('wisely.scope', 'support', true);
    SELECT count(*) INTO from_address FROM login_activity_loginevent
        WHERE ip BETWEEN first_address AND last_address AND id >= first AND id < last
          AND action IN ('log_in', 'change_password') AND reason IN ('wrong_password', 'unknown_user');
    SELECT greatest(last_login, password_changed_at) INTO anew FROM tenancy_user WHERE email = account;
    IF anew > since THEN
        first := ledger_first_id(anew);
    END IF;
    SELECT count(*) INTO at_account FROM login_activity_loginevent
        WHERE user_email = account AND id >= first AND id < last
          AND action IN ('log_in', 'change_password') AND reason IN ('wrong_password', 'unknown_user');
    PERFORM set_config('wisely.scope', scope, true);
END
$$;
REVOKE EXECUTE ON FUNCTION login_activity_guesses FROM PUBLIC;
