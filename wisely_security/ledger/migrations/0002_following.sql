-- Following an event table: whoever derives something from events (a summary, an index of words, a seal) reads what is
-- new in windows of transactions. A window ends below the oldest transaction that still runs, so an event that is
-- committed late, with an old id, falls into a later window: each event is in exactly one.

-- The number of a transaction, as events carry it. Not xid8, for which there is no BRIN index; events lie in the order
-- of their transactions, and bigint's comparisons may use an index under row-level security too (they are LEAKPROOF).
CREATE FUNCTION ledger_tx(tx xid8) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN tx::text::bigint;

CREATE TABLE ledger_follower (
    name        text        NOT NULL,
    events      text        NOT NULL,
    next_tx     bigint      NOT NULL DEFAULT 0,
    followed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, events)
);

-- Some event from a transaction on, within the scope; NULL where there is none. Never by reading a whole table: the
-- planner, who expects to meet one soon, would.
CREATE FUNCTION ledger_news(event_table text, since bigint, OUT id uuid)
    LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
    EXECUTE format('SELECT id FROM %I WHERE tx >= %s LIMIT 1', event_table, since) INTO id;
END
$$;

-- The next window of a follower: transactions from ``since`` up to, not including, ``until``. What is derived from it
-- is written in the same transaction, or the window comes again. Two NULLs: somebody else is at it, or nothing is new;
-- then nothing is written at all, so an idle database stays idle.
CREATE FUNCTION ledger_follow(follower text, event_table text, OUT since bigint, OUT until bigint)
    LANGUAGE plpgsql AS $$
DECLARE
    scope constant text := coalesce(current_setting('wisely.scope', true), '');
    news uuid;
BEGIN
    PERFORM set_config('wisely.scope', 'support', true);
    news := ledger_news(event_table, coalesce(
        (SELECT next_tx FROM ledger_follower WHERE name = follower AND events = event_table), 0));
    PERFORM set_config('wisely.scope', scope, true);
    IF news IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO ledger_follower (name, events) SELECT follower, event_table
        WHERE NOT EXISTS (SELECT FROM ledger_follower WHERE name = follower AND events = event_table)
        ON CONFLICT DO NOTHING;
    SELECT next_tx, ledger_tx(pg_snapshot_xmin(pg_current_snapshot())) INTO since, until FROM ledger_follower
        WHERE name = follower AND events = event_table FOR UPDATE SKIP LOCKED;
    IF until > since THEN
        UPDATE ledger_follower SET next_tx = until, followed_at = now() WHERE name = follower AND events = event_table;
    ELSE
        since := NULL;
        until := NULL;
    END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION ledger_follow FROM PUBLIC;
