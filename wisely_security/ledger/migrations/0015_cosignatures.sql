-- What witnesses have signed (C2SP tlog-cosignature). ``line``: the signature line, with its end; ``signed_at``: when the
-- witness says that it signed.
CREATE TABLE ledger_cosignature (
    tenant_id   uuid        NOT NULL,
    events      regclass    NOT NULL,
    size        bigint      NOT NULL,
    witness     text        NOT NULL,
    line        text        NOT NULL,
    signed_at   timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, events, size, witness)
);
SELECT ledger_guard('ledger_cosignature');
ALTER TABLE ledger_cosignature ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY read ON ledger_cosignature FOR SELECT USING (tenant_id = (SELECT wisely_tenant()) OR (SELECT wisely_support()));
CREATE POLICY keep ON ledger_cosignature TO CURRENT_USER USING (true);

-- Of a published checkpoint of the tenant in scope, as one line of a note. A witness that signs once more changes nothing.
CREATE FUNCTION ledger_append_cosignature(event_table text, tenant uuid, its_size bigint, its_witness text, its_line text,
                                          its_signed_at timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (tenant = wisely_tenant() OR wisely_support()) IS NOT TRUE OR (its_line ~ E'^— [^[:space:]+]+ [A-Za-z0-9+/]+=*\n$') IS NOT TRUE THEN
        RAISE EXCEPTION 'A cosignature is a line of a note, of the tenant in scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO ledger_cosignature (tenant_id, events, size, witness, line, signed_at)
        SELECT tenant_id, events, checkpoint.size, its_witness, its_line, its_signed_at
        FROM ledger_checkpoint AS checkpoint JOIN ledger_log AS log USING (tenant_id, events)
        WHERE (tenant_id, events, checkpoint.size) = (tenant, event_table::regclass, its_size) AND checkpoint.size <= published
        ON CONFLICT DO NOTHING;
    IF NOT FOUND AND NOT EXISTS (
        SELECT FROM ledger_cosignature WHERE (tenant_id, events, size, witness) = (tenant, event_table::regclass, its_size, its_witness)
    ) THEN
        RAISE EXCEPTION 'There is no such checkpoint' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION ledger_append_cosignature FROM PUBLIC;
