-- Reserve a guess at an account before its password is checked: so that of many at once no more than the limit are.
-- A right password gives it back. ``typed`` names the account; ``name``: what may be stored of it if nobody has it.
--
-- Either ``reservation`` and how long a failure of it would lock the account and the address (NULL: not), or
-- ``locked_for``. VOLATILE, so that it sees what others reserved while it waited for them.
CREATE OR REPLACE FUNCTION login_activity_reserve_guess(
        typed text, name text, code boolean, network inet, tokens text[], own_transaction boolean,
        per_account integer, accounts_per_address integer, failures_per_address integer, waits integer[],
        OUT reservation bigint, OUT account_lock interval, OUT address_lock interval, OUT locked_for interval)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan AS $$  -- planned once a session, not at each sign-in
#variable_conflict use_column
DECLARE
    scope constant text := coalesce(current_setting('wisely.scope', true), '');
    address constant inet := login_activity_reserve_guess.network;
    per_address constant integer := accounts_per_address;
    present timestamptz;
    person tenancy_user;
    familiar login_activity_familiar;
    whose text := '';
    known_as text := name;
    failures bigint;
    accounts bigint;
    is_new boolean;
    latest timestamptz;
BEGIN
    IF own_transaction THEN  -- a guess that a crash forgets costs less than waiting for the disk at each sign-in
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
    -- First the account, then the address, always: nobody waits in a circle.
    PERFORM pg_advisory_xact_lock(hashtextextended(typed, 0));
    PERFORM set_config('wisely.scope', 'support', true);
    -- An address may be invited by several tenants, so several users may have it: the one with an account signs in.
    -- Row-level security calls these for a row that is found. Called here, they take as long where there is none.
    PERFORM wisely_tenant(), wisely_support();
    SELECT * INTO person FROM tenancy_user WHERE email = typed ORDER BY password LIKE '!%', id LIMIT 1;
    PERFORM set_config('wisely.scope', scope, true);
    -- Of nobody too, so that the time of an answer does not disclose who has an account.
    familiar := login_activity_find_familiar(
        coalesce(person.id, '00000000-0000-0000-0000-000000000000'), person.password_changed_at, address, tokens);
    IF person.id IS NOT NULL THEN
        known_as := typed;
    END IF;
    IF familiar.id IS NOT NULL THEN
        whose := CASE WHEN familiar.token IS NULL THEN 'network ' ELSE 'device ' END || familiar.id;
    END IF;

    IF code THEN
        whose := rtrim('code ' || whose);
    END IF;

    present := clock_timestamp();
    IF known_as <> '' THEN
        SELECT count(*), max(at) INTO failures, latest FROM login_activity_guess
            WHERE account = known_as AND counted = whose
              AND at >= greatest(present - interval '1 day', CASE WHEN NOT code THEN person.password_changed_at END);
        locked_for := least(latest, present) + login_activity_wait(failures - per_account, waits) - present;
        IF locked_for > interval '0' THEN
            RETURN;
        END IF;
        account_lock := login_activity_wait(failures + 1 - per_account, waits);
    END IF;

    IF familiar.id IS NULL AND address IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended(address::text, 1));
        present := clock_timestamp();
        SELECT count(*), count(DISTINCT nullif(account, '')) + count(*) FILTER (WHERE account = ''), max(at),
               known_as = '' OR bool_and(account <> known_as) IS NOT FALSE
            INTO failures, accounts, latest, is_new FROM login_activity_guess
            WHERE network = address AND counted IN ('', 'code') AND at >= present - interval '1 hour';
        locked_for := least(latest, present) - present + login_activity_wait(
            greatest(failures - failures_per_address, accounts - per_address), waits);
        IF locked_for > interval '0' THEN
            account_lock := NULL;
            RETURN;
        END IF;
        address_lock := login_activity_wait(
            greatest(failures + 1 - failures_per_address, accounts + is_new::integer - per_address), waits);
    END IF;

    locked_for := NULL;
    INSERT INTO login_activity_guess (account, counted, network) VALUES (known_as, whose, address)
        RETURNING id INTO reservation;
    IF reservation % 50 = 0 THEN  -- none that somebody else removes: no attempt waits for another
        DELETE FROM login_activity_guess WHERE id = ANY (ARRAY(
            SELECT id FROM login_activity_guess WHERE at < present - interval '1 day'
            ORDER BY at LIMIT 1000 FOR UPDATE SKIP LOCKED));
    END IF;
END
$$;
