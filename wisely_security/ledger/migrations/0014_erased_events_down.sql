DROP FUNCTION ledger_redact, ledger_replace_salts, ledger_rebuild_segments;
CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;
DROP TABLE ledger_erased, ledger_signed_erasure;
