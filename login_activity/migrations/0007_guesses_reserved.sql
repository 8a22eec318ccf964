-- Guesses: attempts with a wrong password or code, and those that are being checked. Nobody but the functions below
-- reads or writes either table: they span tenants.
DROP FUNCTION login_activity_guesses(text, inet, timestamptz);
DROP FUNCTION login_activity_add_failure(text, inet);
DROP TABLE login_activity_recent_failure;

-- ``counted``: whose guesses these are counted with. '' for strangers', or a row of the table below, as "device 7" or
-- "network 7"; codes of a second factor apart, as "code", "code device 7" … ``account``: an e-mail address, or '' where something else was typed: people type passwords there.
CREATE TABLE login_activity_guess (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    account text        NOT NULL,
    counted text        NOT NULL,
    network inet
);
CREATE INDEX login_activity_guess_by_account ON login_activity_guess (account, at);
CREATE INDEX login_activity_guess_by_network ON login_activity_guess (network, at) WHERE network IS NOT NULL;
CREATE INDEX login_activity_guess_by_time ON login_activity_guess (at);
ALTER TABLE login_activity_guess ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY keep ON login_activity_guess TO CURRENT_USER USING (true);

-- From where somebody has signed in: a browser, by the hash of what its cookie holds, or a network. A new password ends
-- what was before it. ``seen_at`` has no index, so that a sign-in rewrites no index.
CREATE TABLE login_activity_familiar (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id        uuid        NOT NULL REFERENCES tenancy_user ON DELETE CASCADE,
    token          text,
    previous_token text,
    network        inet,
    seen_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((token IS NULL) <> (network IS NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX login_activity_familiar_network ON login_activity_familiar (user_id, network);
ALTER TABLE login_activity_familiar ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY keep ON login_activity_familiar TO CURRENT_USER USING (true);

-- How long an account or an address is locked after so many failures beyond those that are free.
CREATE FUNCTION login_activity_wait(beyond bigint, waits integer[]) RETURNS interval
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
RETURN CASE WHEN beyond >= 0 THEN make_interval(mins => waits[least(beyond + 1, cardinality(waits))]) END;
REVOKE EXECUTE ON FUNCTION login_activity_wait FROM PUBLIC;

-- The row of login_activity_familiar that an attempt belongs to, or none. The browser counts before the network.
CREATE FUNCTION login_activity_find_familiar(person uuid, since timestamptz, network inet, tokens text[])
    RETURNS login_activity_familiar
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT it FROM login_activity_familiar AS it
        WHERE it.user_id = person AND it.seen_at >= coalesce(since, '-infinity')
          AND ((it.token = ANY (tokens) OR it.previous_token = ANY (tokens)) AND it.seen_at >= now() - interval '180 days'
               OR it.network = login_activity_find_familiar.network AND it.seen_at >= now() - interval '30 days')
        ORDER BY it.token IS NULL, it.id LIMIT 1;
END;
REVOKE EXECUTE ON FUNCTION login_activity_find_familiar FROM PUBLIC;

-- Reserve a guess at an account before its password is checked: so that of many at once no more than the limit are.
-- A right password gives it back. ``typed`` names the account; ``name``: what may be stored of it if nobody has it.
--
-- Either ``reservation`` and how long a failure of it would lock the account and the address (NULL: not), or
-- ``locked_for``. VOLATILE, so that it sees what others reserved while it waited for them.
CREATE FUNCTION login_activity_reserve_guess(
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
    SELECT * INTO person FROM tenancy_user WHERE email = typed ORDER BY password LIKE '!%', id LIMIT 1;
    PERFORM set_config('wisely.scope', scope, true);
    IF person.id IS NOT NULL THEN
        known_as := typed;
        familiar := login_activity_find_familiar(person.id, person.password_changed_at, address, tokens);
        IF familiar.id IS NOT NULL THEN
            whose := CASE WHEN familiar.token IS NULL THEN 'network ' ELSE 'device ' END || familiar.id;
        END IF;
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
REVOKE EXECUTE ON FUNCTION login_activity_reserve_guess FROM PUBLIC;

-- The password was right, or it was not looked at: it is no guess.
CREATE FUNCTION login_activity_give_back_guess(reservation bigint) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    DELETE FROM login_activity_guess WHERE id = reservation;
END;
REVOKE EXECUTE ON FUNCTION login_activity_give_back_guess FROM PUBLIC;

-- Somebody has signed in: forget the failures that were counted with this attempt, and remember from where. The browser
-- gets ``new_token``; returned is the one of its tokens that this replaces. What is too old, or beyond the newest 20, goes.
CREATE FUNCTION login_activity_remember_familiar(
        person uuid, reservation bigint, network inet, tokens text[], new_token text) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    scope constant text := coalesce(current_setting('wisely.scope', true), '');
    here constant inet := login_activity_remember_familiar.network;
    owner tenancy_user;
    familiar login_activity_familiar;
    replaced text;
    whose text := '';
BEGIN
    PERFORM set_config('wisely.scope', 'support', true);
    SELECT * INTO owner FROM tenancy_user WHERE id = person;
    PERFORM set_config('wisely.scope', scope, true);
    familiar := login_activity_find_familiar(person, owner.password_changed_at, here, tokens);
    IF familiar.id IS NOT NULL THEN
        whose := CASE WHEN familiar.token IS NULL THEN 'network ' ELSE 'device ' END || familiar.id;
    END IF;
    DELETE FROM login_activity_guess
        WHERE account = owner.email
          AND (counted IN (whose, rtrim('code ' || whose)) OR id = login_activity_remember_familiar.reservation);

    -- The one before stays good until the browser shows the new one: an answer may be lost.
    SELECT CASE WHEN it.token = ANY (tokens) THEN it.token ELSE it.previous_token END
        INTO replaced FROM login_activity_familiar AS it
        WHERE it.user_id = person AND (it.token = ANY (tokens) OR it.previous_token = ANY (tokens)) LIMIT 1;
    DELETE FROM login_activity_familiar WHERE user_id = person AND seen_at < owner.password_changed_at;
    IF familiar.token IS NOT NULL AND new_token IS NOT NULL THEN
        UPDATE login_activity_familiar SET token = new_token, previous_token = replaced, seen_at = clock_timestamp()
            WHERE id = familiar.id;
    ELSIF new_token IS NOT NULL THEN
        INSERT INTO login_activity_familiar (user_id, token) VALUES (person, new_token);
    END IF;
    IF here IS NOT NULL THEN
        INSERT INTO login_activity_familiar AS it (user_id, network) VALUES (person, here)
            ON CONFLICT (user_id, network) DO UPDATE SET seen_at = excluded.seen_at
            WHERE it.seen_at < now() - interval '1 hour';
    END IF;
    DELETE FROM login_activity_familiar WHERE id IN (
        SELECT id FROM login_activity_familiar WHERE user_id = person ORDER BY seen_at DESC, id DESC OFFSET 20);
    RETURN replaced;
END
$$;
REVOKE EXECUTE ON FUNCTION login_activity_remember_familiar FROM PUBLIC;

-- Nothing is familiar any more: whoever signed in may have been somebody else.
CREATE FUNCTION login_activity_forget_familiar(person uuid) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    DELETE FROM login_activity_familiar WHERE user_id = person;
END;
REVOKE EXECUTE ON FUNCTION login_activity_forget_familiar FROM PUBLIC;

-- For support: what is counted at an account and from an address now. ``counted``: '', "device", "network", "code",
-- or "address" for all strangers from there. ``locked_until``: NULL where nothing is locked.
CREATE FUNCTION login_activity_guesses(
        name text, network inet,
        per_account integer, accounts_per_address integer, failures_per_address integer, waits integer[])
    RETURNS TABLE (counted text, failures bigint, accounts bigint, locked_until timestamptz)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    scope constant text := coalesce(current_setting('wisely.scope', true), '');
    changed timestamptz;
BEGIN
    PERFORM set_config('wisely.scope', 'support', true);
    SELECT max(password_changed_at) INTO changed FROM tenancy_user WHERE email = name;
    PERFORM set_config('wisely.scope', scope, true);
    RETURN QUERY
        SELECT split_part(it.counted, ' ', 1), count(*), 1::bigint,
               least(max(at), clock_timestamp()) + login_activity_wait(count(*) - per_account, waits)
        FROM login_activity_guess AS it
        WHERE account = name
          AND at >= greatest(now() - interval '1 day', CASE WHEN NOT it.counted LIKE 'code%' THEN changed END)
        GROUP BY it.counted;
    RETURN QUERY
        SELECT 'address', sum(it.failures)::bigint, sum(it.accounts)::bigint,
               least(max(it.latest), clock_timestamp()) + login_activity_wait(
                   greatest(sum(it.failures) - failures_per_address, sum(it.accounts) - accounts_per_address)::bigint, waits)
        FROM (SELECT count(*) AS failures, max(at) AS latest,
                     count(DISTINCT nullif(account, '')) + count(*) FILTER (WHERE account = '') AS accounts
              FROM login_activity_guess AS guess
              WHERE guess.network = login_activity_guesses.network AND guess.counted IN ('', 'code')
                AND at >= now() - interval '1 hour') AS it;
END
$$;
REVOKE EXECUTE ON FUNCTION login_activity_guesses FROM PUBLIC;
