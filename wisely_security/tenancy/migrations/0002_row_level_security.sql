-- The scope of the current transaction, as the database backend announces it. The nil UUID, which events of nobody's
-- tenant carry, is nobody's scope. PL/pgSQL is ready after its first call in a session; SQL would be planned into
-- every statement anew, which takes half as long again as a plain update.
CREATE FUNCTION wisely_tenant() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN nullif(nullif(current_setting('wisely.tenant_id', true), '')::uuid, '00000000-0000-0000-0000-000000000000');
END
$$;
CREATE FUNCTION wisely_support() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN coalesce(current_setting('wisely.scope', true) = 'support', false);
END
$$;
CREATE FUNCTION wisely_credential() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN nullif(current_setting('wisely.credential', true), '');
END
$$;

-- The one Super Admin of a tenant is a user of that tenant, and a user's role is one of the user's tenant.
ALTER TABLE tenancy_tenant ADD CONSTRAINT tenant_super_admin_is_a_member
    FOREIGN KEY (id, super_admin_id) REFERENCES tenancy_user (tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE tenancy_user ADD CONSTRAINT user_role_is_of_the_tenant
    FOREIGN KEY (tenant_id, role_id) REFERENCES tenancy_role (tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE tenancy_session ADD CONSTRAINT session_user_is_of_the_tenant
    FOREIGN KEY (tenant_id, user_id) REFERENCES tenancy_user (tenant_id, id) DEFERRABLE INITIALLY DEFERRED;

-- What owns an enterprise is an aggregator.
ALTER TABLE tenancy_tenant
    ADD CONSTRAINT tenant_id_and_edition UNIQUE (id, edition),
    ADD COLUMN aggregator_edition varchar(10)
        GENERATED ALWAYS AS (CASE WHEN aggregator_id IS NOT NULL THEN 'aggregator' END) STORED,
    ADD CONSTRAINT tenant_aggregator_is_one
        FOREIGN KEY (aggregator_id, aggregator_edition) REFERENCES tenancy_tenant (id, edition);

ALTER TABLE tenancy_tenant ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE tenancy_role ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE tenancy_user ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE tenancy_session ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON tenancy_tenant USING (id = (SELECT wisely_tenant()) OR (SELECT wisely_support()));
CREATE POLICY enterprises_below ON tenancy_tenant FOR SELECT USING (aggregator_id = (SELECT wisely_tenant()));
CREATE POLICY own_tenant ON tenancy_role USING (tenant_id = (SELECT wisely_tenant()) OR (SELECT wisely_support()));
CREATE POLICY own_tenant ON tenancy_user USING (tenant_id = (SELECT wisely_tenant()) OR (SELECT wisely_support()));
CREATE POLICY own_tenant ON tenancy_session USING (tenant_id = (SELECT wisely_tenant()) OR (SELECT wisely_support()));
-- Before a tenant is known: the one row that the visitor's credential names.
CREATE POLICY by_credential ON tenancy_user FOR SELECT
    USING (email = (SELECT wisely_credential()) OR id::text = (SELECT wisely_credential()));
CREATE POLICY by_credential ON tenancy_session FOR SELECT USING (key_hash = (SELECT wisely_credential()));
