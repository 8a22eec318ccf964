-- Following an event table: whoever derives something from events (a summary, an index of words, a seal) reads what is
-- new in windows of transactions. A window ends below the oldest transaction that still runs, so an event that is
-- committed late, with an old id, falls into a later window: each event is in exactly one.

-- The number of a transaction, as events carry it. Not xid8, for which there is no BRIN index; events lie in the order
-- of their transactions, and bigint's comparisons may use an index under row-level security too (they are LEAKPROOF).
CREATE FUNCTION ledger_tx(tx xid8) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN tx::text::bigint;

CREATE TABLE ledger_follower (
    name    text   NOT NULL,
    events  text   NOT NULL,
    next_tx bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (name, events)
);

-- The next window of a follower: transactions from ``since`` up to, not including, ``until``. What is derived from it
-- is written in the same transaction, or the window comes again. Two NULLs: somebody else is at it, or nothing is new.
CREATE FUNCTION ledger_follow(follower text, event_table text, OUT since bigint, OUT until bigint)
    LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_follower (name, events) SELECT follower, event_table
        WHERE NOT EXISTS (SELECT FROM ledger_follower WHERE name = follower AND events = event_table)
        ON CONFLICT DO NOTHING;
    SELECT next_tx, ledger_tx(pg_snapshot_xmin(pg_current_snapshot())) INTO since, until FROM ledger_follower
        WHERE name = follower AND events = event_table FOR UPDATE SKIP LOCKED;
    IF until > since THEN
        UPDATE ledger_follower SET next_tx = until WHERE name = follower AND events = event_table;
    ELSE
        since := NULL;
        until := NULL;
    END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION ledger_follow FROM PUBLIC;
