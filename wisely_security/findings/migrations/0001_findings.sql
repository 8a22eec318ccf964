-- Findings: which events each rests on, what the rules remember of people and networks, and the windows in which both records
-- are examined together, in the order of time.

-- ``event_id`` stands in front, for a page of a record asks which of its events belong to a finding.
CREATE TABLE findings_event (
    tenant_id  uuid NOT NULL,
    event_id   uuid NOT NULL,
    finding_id uuid NOT NULL,
    record     text NOT NULL,
    PRIMARY KEY (tenant_id, event_id, finding_id),
    FOREIGN KEY (tenant_id, finding_id) REFERENCES findings_finding (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX findings_event_of_finding ON findings_event (tenant_id, finding_id, event_id);

-- Derived from events alone; bounded for each subject (memory.py). ``seen_at``: of the newest event.
CREATE TABLE findings_memory (
    tenant_id uuid        NOT NULL,
    kind      text        NOT NULL,
    subject   text        NOT NULL,
    seen_at   timestamptz NOT NULL,
    data      jsonb       NOT NULL,
    PRIMARY KEY (tenant_id, kind, subject)
) WITH (fillfactor = 70);
CREATE INDEX findings_memory_networks ON findings_memory (seen_at) WHERE kind = 'network';

DO $$
DECLARE
    of text;
BEGIN
    FOREACH of IN ARRAY ARRAY['findings_event', 'findings_memory'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', of);
        EXECUTE format('CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT wisely_tenant()) OR (SELECT wisely_support()))', of);
    END LOOP;
END
$$;

-- The next window of both records: transactions from ``since`` up to, not including, ``until``, about ``most`` events of each or
-- fewer. Or, where one transaction has far more, ``is_part``: the next ones of it after ``after_tenant``, ``after_id``. NULLs:
-- another process is at it, or nothing is pending. Both records have a row in ledger_projector, always with the same position.
CREATE FUNCTION findings_begin_window(most int, OUT since bigint, OUT until bigint, OUT more boolean, OUT is_part boolean,
                                      OUT after_tenant uuid, OUT after_id uuid)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET jit = off AS $$
DECLARE
    records constant text[] := ARRAY['audit_trail_auditevent', 'login_activity_loginevent'];
    scope constant text := coalesce(current_setting('wisely.scope', true), '');
    start constant bigint := coalesce((SELECT next_tx FROM ledger_projector WHERE (name, events) = ('findings', records[1])), 0);
    locked int;
    counted int := 0;
    newest bigint;
    its_newest bigint;
    its_count int;
    record text;
BEGIN
    PERFORM set_config('wisely.scope', 'support', true);
    IF coalesce(ledger_pending(records[1], start), ledger_pending(records[2], start)) IS NOT NULL THEN
        INSERT INTO ledger_projector (name, events) SELECT 'findings', it FROM unnest(records) AS it
            WHERE NOT EXISTS (SELECT FROM ledger_projector WHERE (name, events) = ('findings', it))
            ORDER BY it ON CONFLICT DO NOTHING;
        -- Both, before anything is read: who restores or archives a month locks one of them, then the record.
        PERFORM FROM ledger_projector WHERE name = 'findings' AND events = ANY (records) FOR UPDATE SKIP LOCKED;
        GET DIAGNOSTICS locked = ROW_COUNT;
        IF locked = cardinality(records) THEN
            SELECT it.next_tx, it.after_tenant, it.after_id, ledger_tx(pg_snapshot_xmin(pg_current_snapshot()))
                INTO since, after_tenant, after_id, until
                FROM ledger_projector AS it WHERE (it.name, it.events) = ('findings', records[1]);
        END IF;
    END IF;
    is_part := after_id IS NOT NULL;
    more := is_part;
    IF is_part THEN
        until := since + 1;
    ELSIF until > since THEN
        FOREACH record IN ARRAY records LOOP
            EXECUTE format('SELECT count(*), max(tx) FROM (SELECT tx FROM %I WHERE tx >= $1 AND tx < $2 LIMIT $3) AS it', record)
                INTO its_count, its_newest USING since, until, most + 1;
            IF its_count > most THEN
                more := true;
                newest := least(newest, its_newest);
            END IF;
        END LOOP;
        IF more THEN
            until := greatest(newest, since + 1);  -- rows lie about in the order of their transactions
            LOOP
                counted := 0;
                FOREACH record IN ARRAY records LOOP
                    EXECUTE format('SELECT count(*) FROM (SELECT FROM %I WHERE tx >= $1 AND tx < $2 LIMIT $3) AS it', record)
                        INTO its_count USING since, until, 2 * most + 1;
                    counted := greatest(counted, its_count);
                END LOOP;
                EXIT WHEN counted <= 2 * most OR until = since + 1;
                until := since + (until - since) / 2;
            END LOOP;
            is_part := counted > 2 * most;
        END IF;
    ELSE
        since := NULL;
    END IF;
    PERFORM set_config('wisely.scope', scope, true);
END
$$;

-- The window is examined. ``last_tenant``, ``last_id``: up to where, if it was a part of a transaction.
CREATE FUNCTION findings_end_window(until bigint, last_tenant uuid, last_id uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE ledger_projector SET next_tx = until, after_tenant = last_tenant, after_id = last_id, projected_at = now()
        WHERE name = 'findings' AND next_tx <= until AND until <= ledger_tx(pg_snapshot_xmin(pg_current_snapshot()));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Findings go on where they ended, and never ahead of running transactions'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION findings_begin_window, findings_end_window FROM PUBLIC;
