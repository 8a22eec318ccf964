-- Functions that every event table uses. They run with the rights of whoever calls them: the owner.

-- The smallest UUIDv7 of a moment (RFC 9562: 48 bits of milliseconds, then version, variant and randomness).
-- All ids made at or after the moment are greater, all made before it are smaller.
CREATE FUNCTION ledger_first_id(moment timestamptz) RETURNS uuid
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid;

CREATE FUNCTION ledger_refuse_change() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;

-- Guards one physical table, also when it is addressed directly.
CREATE FUNCTION ledger_guard(guarded regclass) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s
                    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', guarded);
END
$$;

-- Makes a partitioned table an event table: append-only, and isolated by tenant.
-- Whoever reads sees the rows of the transaction's tenant, or of all tenants in support's scope; whoever writes
-- writes rows of the transaction's tenant, or of none (the nil UUID: events of nobody's tenant).
CREATE FUNCTION ledger_protect(parent regclass) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_guard(parent);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', parent);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', parent);
    EXECUTE format('CREATE POLICY read ON %s FOR SELECT USING (tenant_id = (SELECT wisely_tenant()) OR (SELECT wisely_support()))', parent);
    EXECUTE format('CREATE POLICY append ON %s FOR INSERT
                    WITH CHECK (tenant_id IN ((SELECT wisely_tenant()), ''00000000-0000-0000-0000-000000000000''))', parent);
    EXECUTE format('CREATE TABLE %I PARTITION OF %s DEFAULT', parent::text || '_default', parent);
    PERFORM ledger_guard((parent::text || '_default')::regclass);
END
$$;

-- Creates the monthly partitions (UTC) from one day to another, both months included. Safe to run at any time and
-- any number of times. Rows that had to go to the default partition move to the month they belong to; DELETE is not
-- available, so the default partition is replaced by an empty one. Returns the names of the new partitions.
CREATE FUNCTION ledger_create_partitions(parent regclass, from_day date, to_day date) RETURNS SETOF text
    LANGUAGE plpgsql AS $$
DECLARE
    stem constant text := parent::text;
    spare constant text := stem || '_default';
    month timestamptz := date_trunc('month', from_day::timestamp) AT TIME ZONE 'UTC';
    next_month timestamptz;
    partition text;
    strays boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext(stem));  -- two at a time would create the same month
    WHILE month <= to_day::timestamp AT TIME ZONE 'UTC' LOOP
        next_month := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
        partition := stem || to_char(month AT TIME ZONE 'UTC', '_YYYY_MM');
        IF to_regclass(partition) IS NULL THEN
            -- The strongest lock first: with less, this would wait for who reads, who would wait for it to write.
            EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', parent);
            EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED)',
                           partition, parent);
            EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE id >= %L AND id < %L)',
                           spare, ledger_first_id(month), ledger_first_id(next_month)) INTO strays;
            IF strays THEN
                EXECUTE format('ALTER TABLE %s DETACH PARTITION %I', parent, spare);
                EXECUTE format('ALTER TABLE %I RENAME TO %I', spare, spare || '_old');
                EXECUTE format('CREATE TABLE %I PARTITION OF %s DEFAULT', spare, parent);
                PERFORM ledger_guard(spare::regclass);
                PERFORM ledger_copy(spare || '_old', partition,
                    format('id >= %L AND id < %L', ledger_first_id(month), ledger_first_id(next_month)));
                PERFORM ledger_copy(spare || '_old', spare,
                    format('NOT (id >= %L AND id < %L)', ledger_first_id(month), ledger_first_id(next_month)));
                EXECUTE format('DROP TABLE %I', spare || '_old');
            END IF;
            EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                           parent, partition, ledger_first_id(month), ledger_first_id(next_month));
            PERFORM ledger_guard(partition::regclass);
            RETURN NEXT partition;
        END IF;
        month := next_month;
    END LOOP;
END
$$;

-- Copies rows as they are, but for generated columns.
CREATE FUNCTION ledger_copy(source text, target text, condition text) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    columns text := (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                     WHERE attrelid = source::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '');
BEGIN
    EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM %I WHERE %s', target, columns, columns, source, condition);
END
$$;
