-- Since when somebody has had their role and could use it; NULL: since the account was made. Whatever changes it: a page,
-- the API, SQL.
CREATE FUNCTION tenancy_time_in_role() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.role_id IS DISTINCT FROM OLD.role_id OR (OLD.status = 'pending' AND NEW.status = 'active') THEN
        NEW.role_since := now();
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER tenancy_time_in_role BEFORE UPDATE ON tenancy_user FOR EACH ROW EXECUTE FUNCTION tenancy_time_in_role();

-- Since when a tenant's Super Admin has been the one; NULL: from the beginning.
CREATE FUNCTION tenancy_time_of_super_admin() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.super_admin_id IS DISTINCT FROM OLD.super_admin_id THEN
        NEW.super_admin_since := now();
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER tenancy_time_of_super_admin BEFORE UPDATE ON tenancy_tenant
    FOR EACH ROW EXECUTE FUNCTION tenancy_time_of_super_admin();
