-- Moves of families of tenants to another cell and from there, each in the source and, in the end, in the target too.
-- ``cut``: events of transactions from this one on may not have been copied yet. ``frozen_seconds``: how long nothing could
-- be written of these tenants.
CREATE TABLE moving_move (
    id             uuid        PRIMARY KEY DEFAULT uuidv7(),
    tenants        uuid[]      NOT NULL,
    slugs          text[]      NOT NULL,
    name           text        NOT NULL,
    source         text        NOT NULL,
    target         text        NOT NULL,
    state          text        NOT NULL CHECK (state IN ('copying', 'frozen', 'departed', 'switched', 'done', 'cancelled')),
    cut            bigint,
    events         bigint,
    begun_at       timestamptz NOT NULL DEFAULT now(),
    frozen_at      timestamptz,
    frozen_seconds float8,
    finished_at    timestamptz
);
ALTER TABLE moving_move ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY keep ON moving_move TO CURRENT_USER USING (true);

-- As before, and what moves a family names all of it in ``wisely.moving``. While it is frozen, projectors that the owner runs
-- finish with its last events.
CREATE OR REPLACE FUNCTION cells_refuse(tenant uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found public.cells_residence;
BEGIN
    SELECT * INTO found FROM public.cells_residence WHERE tenant_id = tenant;
    IF found.state = 'here' THEN
        RETURN;
    ELSIF found.state IN ('arriving', 'frozen', 'departed')
          AND tenant::text = ANY (string_to_array(current_setting('wisely.moving', true), ' '))
          AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'public.cells_residence'::regclass) THEN
        RETURN;
    ELSIF found.state = 'frozen' THEN
        RAISE EXCEPTION 'The tenant % is being moved to another database', tenant
            USING ERRCODE = 'WS001', HINT = 'It takes seconds. What was to be written was not.';
    END IF;
    RAISE EXCEPTION 'The tenant % does not live in this database', tenant
        USING ERRCODE = 'WS002', DETAIL = coalesce('It is ' || found.state || ' ' || found.cell || '.', 'It is unknown here.');
END
$$;
