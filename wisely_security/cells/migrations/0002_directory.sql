-- The directory: which tenant, and which account, lives in which cell. It is used in the first cell alone.
CREATE TABLE cells_directory_tenant (
    tenant_id uuid PRIMARY KEY,
    slug      text NOT NULL,
    name      text NOT NULL,
    cell      text NOT NULL
);
CREATE TABLE cells_directory_address (
    email      text PRIMARY KEY,  -- in lower case; one account for each on the whole platform
    user_id    uuid NOT NULL UNIQUE,
    tenant_id  uuid,  -- NULL: support staff, who live in the first cell
    claimed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX directory_address_tenant ON cells_directory_address (tenant_id);

ALTER TABLE cells_directory_tenant ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE cells_directory_address ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY support ON cells_directory_tenant FOR SELECT USING ((SELECT wisely_support()));
CREATE POLICY support ON cells_directory_address FOR SELECT USING ((SELECT wisely_support()));
CREATE POLICY keep ON cells_directory_tenant TO CURRENT_USER USING (true);
CREATE POLICY keep ON cells_directory_address TO CURRENT_USER USING (true);

-- The cell of one account, by its address or its id; NULL: the directory does not have it.
CREATE FUNCTION cells_cell_of(address text, account uuid) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(t.cell, 'main')
    FROM cells_directory_address AS a LEFT JOIN cells_directory_tenant AS t USING (tenant_id)
    WHERE a.email = address OR a.user_id = account
    LIMIT 1
$$;

-- Take an address for an account. Returns whose it is, since how many seconds, and in which cell that one lives.
CREATE FUNCTION cells_claim(address text, account uuid, tenant uuid, OUT holder uuid, OUT age float8, OUT cell text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM cells_directory_address AS a WHERE a.user_id = account AND a.email <> address;
    INSERT INTO cells_directory_address AS a (email, user_id, tenant_id) VALUES (address, account, tenant)
        ON CONFLICT (email) DO UPDATE SET tenant_id = excluded.tenant_id WHERE a.user_id = account;
    SELECT a.user_id, extract(epoch FROM clock_timestamp() - a.claimed_at), coalesce(t.cell, 'main')
        INTO holder, age, cell
        FROM cells_directory_address AS a LEFT JOIN cells_directory_tenant AS t USING (tenant_id)
        WHERE a.email = address;
END
$$;

-- The account is gone from its cell: unless the directory has it in another one by now.
CREATE FUNCTION cells_release(account uuid, from_cell text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM cells_directory_address AS a WHERE a.user_id = account
        AND coalesce((SELECT t.cell FROM cells_directory_tenant AS t WHERE t.tenant_id = a.tenant_id), from_cell) = from_cell
$$;

-- A tenant as its cell has it: new, renamed or (without a name) gone. Where it lives changes when it is moved only.
CREATE FUNCTION cells_keep_tenant(tenant uuid, short_name text, full_name text, its_cell text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF full_name IS NULL THEN
        DELETE FROM cells_directory_tenant AS t WHERE t.tenant_id = tenant AND t.cell = its_cell;
    ELSE
        INSERT INTO cells_directory_tenant AS t (tenant_id, slug, name, cell)
            VALUES (tenant, short_name, full_name, its_cell)
            ON CONFLICT (tenant_id) DO UPDATE SET slug = excluded.slug, name = excluded.name WHERE t.cell = its_cell;
    END IF;
END
$$;

-- What the directory has yet to hear of this cell's tenants and accounts. ``number`` grows with each change of one.
CREATE TABLE cells_change (
    kind       text NOT NULL,
    id         uuid NOT NULL,
    number     bigint GENERATED ALWAYS AS IDENTITY,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, id)
);
CREATE FUNCTION cells_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.cells_change AS c (kind, id) VALUES (TG_ARGV[0], CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END)
        ON CONFLICT (kind, id) DO UPDATE SET number = DEFAULT;
    RETURN NULL;
END
$$;
CREATE TRIGGER cells_directory AFTER INSERT OR DELETE ON tenancy_user
    FOR EACH ROW EXECUTE FUNCTION cells_note_change('user');
CREATE TRIGGER cells_directory_update AFTER UPDATE OF email, password, tenant_id ON tenancy_user
    FOR EACH ROW
    WHEN ((OLD.email, OLD.tenant_id, left(OLD.password, 1) = '!') IS DISTINCT FROM (NEW.email, NEW.tenant_id, left(NEW.password, 1) = '!'))
    EXECUTE FUNCTION cells_note_change('user');
CREATE TRIGGER cells_directory AFTER INSERT OR DELETE ON tenancy_tenant
    FOR EACH ROW EXECUTE FUNCTION cells_note_change('tenant');
CREATE TRIGGER cells_directory_update AFTER UPDATE OF name, slug ON tenancy_tenant
    FOR EACH ROW
    WHEN ((OLD.name, OLD.slug) IS DISTINCT FROM (NEW.name, NEW.slug))
    EXECUTE FUNCTION cells_note_change('tenant');
