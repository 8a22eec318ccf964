-- Makes a table of the workspace visible to its own tenant and to support alone, and its rows something that other
-- rows of the same tenant can refer to.
CREATE FUNCTION workspace_isolate(isolated regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', isolated);
    EXECUTE format('CREATE POLICY own_tenant ON %s
                    USING (tenant_id = (SELECT wisely_tenant()) OR (SELECT wisely_support()))', isolated);
    EXECUTE format('ALTER TABLE %s ADD UNIQUE (tenant_id, id)', isolated);
END
$$;

-- What a row refers to is of the row's tenant.
CREATE FUNCTION workspace_same_tenant(referring regclass, referring_column text, referred regclass) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ADD FOREIGN KEY (tenant_id, %I) REFERENCES %s (tenant_id, id) DEFERRABLE INITIALLY DEFERRED',
                   referring, referring_column, referred);
END
$$;

SELECT workspace_isolate('workspace_businessgroup'), workspace_isolate('workspace_businessgroupuser'),
       workspace_isolate('workspace_businessprofile'), workspace_isolate('workspace_accessaccount'),
       workspace_isolate('workspace_wabanumber'), workspace_isolate('workspace_messagelink'),
       workspace_isolate('workspace_template'), workspace_isolate('workspace_consentgroup');

SELECT workspace_same_tenant('workspace_businessgroup', 'owner_id', 'tenancy_user'),
       workspace_same_tenant('workspace_businessgroupuser', 'group_id', 'workspace_businessgroup'),
       workspace_same_tenant('workspace_businessgroupuser', 'user_id', 'tenancy_user'),
       workspace_same_tenant('workspace_accessaccount', 'business_group_id', 'workspace_businessgroup'),
       workspace_same_tenant('workspace_wabanumber', 'business_group_id', 'workspace_businessgroup'),
       workspace_same_tenant('workspace_messagelink', 'number_id', 'workspace_wabanumber'),
       workspace_same_tenant('workspace_template', 'number_id', 'workspace_wabanumber'),
       workspace_same_tenant('workspace_consentgroup', 'access_account_id', 'workspace_accessaccount');

-- Before a tenant is known: the access account whose key was presented, and the link whose code was opened.
CREATE POLICY by_credential ON workspace_accessaccount FOR SELECT USING (key_hash = (SELECT wisely_credential()));
CREATE POLICY by_credential ON workspace_messagelink FOR SELECT USING (code = (SELECT wisely_credential()));
