-- ``copied``: tables whose rows have been copied once while everybody works; since then what changes is noted below.
-- ``watched_at``: since when.
ALTER TABLE moving_move ADD copied text[] NOT NULL DEFAULT '{}', ADD watched_at timestamptz;

-- Rows of tenants that are leaving which were written or deleted since: each has to be copied again.
-- ``row_key``: the columns of its primary key.
CREATE TABLE moving_changed (
    name    text   NOT NULL,
    tenant  uuid   NOT NULL,
    id      bigint GENERATED ALWAYS AS IDENTITY,
    row_key jsonb  NOT NULL,
    PRIMARY KEY (name, tenant, id)
);
ALTER TABLE moving_changed ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY keep ON moving_changed TO CURRENT_USER USING (true);

-- Of a trigger whose arguments are the columns of the key. Only the owner writes to tables that it stands on.
CREATE FUNCTION moving_note() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whole constant jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
BEGIN
    INSERT INTO moving_changed (name, tenant, row_key)
        SELECT TG_TABLE_NAME, (whole->>'tenant_id')::uuid, jsonb_object_agg(name, whole->name) FROM unnest(TG_ARGV) AS name;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION moving_note FROM PUBLIC;
