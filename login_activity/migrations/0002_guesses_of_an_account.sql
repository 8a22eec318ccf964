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
    first uuid := ledger_first_id(since);
    -- Both bounds, so that no other month's partition is opened.
    last constant uuid := ledger_first_id(clock_timestamp() + interval '1 minute');
    anew timestamptz;
BEGIN
    PERFORM set_config('wisely.scope', 'support', true);
    SELECT count(*) INTO from_address FROM login_activity_loginevent
        WHERE ip BETWEEN first_address AND last_address AND id >= first AND id < last
          AND action IN ('log_in', 'change_password') AND reason IN ('wrong_password', 'unknown_user');
    SELECT max(greatest(last_login, password_changed_at)) INTO anew FROM tenancy_user WHERE email = account;
    IF anew > since THEN
        first := ledger_first_id(anew);
    END IF;
    SELECT count(*) INTO at_account FROM login_activity_loginevent
        WHERE user_email = account AND id >= first AND id < last
          AND action IN ('log_in', 'change_password') AND reason IN ('wrong_password', 'unknown_user');
    PERFORM set_config('wisely.scope', scope, true);
END
$$;
