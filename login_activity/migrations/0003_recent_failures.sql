-- The failed attempts of the last hours, for the lock-out alone: so it needs no index on the events. The writer of an
-- event adds to it in the same transaction, and removes what is too old to matter. It spans tenants, so nobody but the
-- functions below reads it.
CREATE TABLE login_activity_recent_failure (
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    account text        NOT NULL,
    ip      inet
);
CREATE INDEX login_activity_recent_failure_by_account ON login_activity_recent_failure (account, at);
CREATE INDEX login_activity_recent_failure_by_address ON login_activity_recent_failure (ip, at) WHERE ip IS NOT NULL;
CREATE INDEX login_activity_recent_failure_by_time ON login_activity_recent_failure (at);
ALTER TABLE login_activity_recent_failure ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY keep ON login_activity_recent_failure TO CURRENT_USER USING (true);

-- For settings.LOCKOUT_MINUTES of up to a day, whatever the caller says.
CREATE FUNCTION login_activity_add_failure(account text, address inet) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    INSERT INTO login_activity_recent_failure (account, ip) VALUES (account, address);
    -- A few at a time, and none that somebody else removes: no attempt waits for another.
    DELETE FROM login_activity_recent_failure WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM login_activity_recent_failure WHERE at < now() - interval '1 day'
        ORDER BY at LIMIT 100 FOR UPDATE SKIP LOCKED));
END;
REVOKE EXECUTE ON FUNCTION login_activity_add_failure FROM PUBLIC;

-- An address may be invited by several tenants, so several users may have it: the one with an account has signed in.
--
-- How often somebody guessed since a moment: at this account since its last sign-in or new password, and from this
-- address (a network: its prefix). It counts across tenants, before anybody is signed in, and returns nothing but the
-- two numbers. VOLATILE, so that it sees what was recorded just before it.
CREATE OR REPLACE FUNCTION login_activity_guesses(account text, network inet, since timestamptz,
                                       OUT at_account bigint, OUT from_address bigint)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan AS $$  -- planned once a session, not at each sign-in
DECLARE
    scope constant text := coalesce(current_setting('wisely.scope', true), '');
    first_address constant inet := network($2);
    last_address constant inet := set_masklen(broadcast($2), CASE family($2) WHEN 4 THEN 32 ELSE 128 END);
    anew timestamptz;
BEGIN
    SELECT count(*) INTO from_address FROM login_activity_recent_failure
        WHERE ip BETWEEN first_address AND last_address AND at >= since;
    PERFORM set_config('wisely.scope', 'support', true);
    SELECT max(greatest(last_login, password_changed_at)) INTO anew FROM tenancy_user WHERE email = login_activity_guesses.account;
    PERFORM set_config('wisely.scope', scope, true);
    SELECT count(*) INTO at_account FROM login_activity_recent_failure AS failure
        WHERE failure.account = login_activity_guesses.account AND at >= greatest(since, anew);
END
$$;

-- What counts at the moment of the upgrade.
DO $$
BEGIN
    PERFORM set_config('wisely.scope', 'support', true);
    INSERT INTO login_activity_recent_failure (at, account, ip)
        SELECT occurred_at, user_email, ip FROM login_activity_loginevent
        WHERE id >= ledger_first_id(now() - interval '1 day') AND id < ledger_first_id(now() + interval '1 minute')
              AND action IN ('log_in', 'change_password') AND reason IN ('wrong_password', 'unknown_user');
    PERFORM set_config('wisely.scope', '', true);
END
$$;
