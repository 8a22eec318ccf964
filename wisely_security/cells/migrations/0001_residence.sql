-- Residence: which tenants live in this database. Whoever writes an event or a row of a tenant that does not live here is
-- refused, whatever sent the statement here: work that was handed to another thread, a download that outlived its request,
-- a script. ``cell``: where a tenant is going (frozen), where it went (departed), where it comes from (arriving).
CREATE TABLE cells_residence (
    tenant_id uuid        PRIMARY KEY,
    state     text        NOT NULL DEFAULT 'here' CHECK (state IN ('here', 'arriving', 'frozen', 'departed')),
    cell      text        NOT NULL DEFAULT '',
    since     timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE cells_residence ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY read ON cells_residence FOR SELECT USING (tenant_id = (SELECT wisely_tenant()) OR (SELECT wisely_support()));
CREATE POLICY keep ON cells_residence TO CURRENT_USER USING (true);

-- Raises an error where nothing may be written of a tenant: WS001, it is being moved; WS002, it does not live here.
-- The owner that moves it names it in ``wisely.moving``, and writes what arrives and removes what has departed.
CREATE FUNCTION cells_refuse(tenant uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found public.cells_residence;
BEGIN
    SELECT * INTO found FROM public.cells_residence WHERE tenant_id = tenant;
    IF found.state = 'here' THEN
        RETURN;
    ELSIF found.state IN ('arriving', 'departed') AND current_setting('wisely.moving', true) = tenant::text
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

-- Before a statement: for the tenant of its transaction. With the rights of the caller, who sees that one row.
-- Only what reads the latest state with each statement notices in time that a tenant was frozen.
CREATE FUNCTION cells_guard_statement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    tenant constant uuid := nullif(current_setting('wisely.tenant_id', true), '')::uuid;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION '% is written in transactions that are READ COMMITTED', TG_TABLE_NAME
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    IF tenant IS NOT NULL AND NOT EXISTS (SELECT FROM public.cells_residence WHERE tenant_id = tenant AND state = 'here')
       AND tenant <> '00000000-0000-0000-0000-000000000000' THEN
        PERFORM public.cells_refuse(tenant);
    END IF;
    RETURN NULL;
END
$$;

-- After a row that was written in support's scope, which is of any tenant. In a tenant's own, row-level security sees to
-- it that rows are of that tenant.
CREATE FUNCTION cells_guard_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    tenant uuid;
BEGIN
    IF TG_OP = 'DELETE' THEN
        tenant := OLD.tenant_id;
    ELSE
        tenant := NEW.tenant_id;
    END IF;
    IF tenant IS NOT NULL AND NOT EXISTS (SELECT FROM public.cells_residence WHERE tenant_id = tenant AND state = 'here')
       AND tenant <> '00000000-0000-0000-0000-000000000000' THEN
        PERFORM public.cells_refuse(tenant);
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION cells_guard_tenant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.cells_residence WHERE tenant_id = OLD.id AND state = 'here') THEN
        PERFORM public.cells_refuse(OLD.id);
    END IF;
    RETURN NULL;
END
$$;

-- A new tenant lives where it is made. One that is deleted keeps its row, as the record keeps its events.
CREATE FUNCTION cells_settle() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO cells_residence (tenant_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
    PERFORM cells_refuse(NEW.id);
    RETURN NEW;
END
$$;

-- Guards a table with a tenant_id, or tenants themselves. An event table is guarded for what is added; nothing else happens to it.
CREATE FUNCTION cells_guard(guarded regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    is_of_events constant boolean := (SELECT relkind = 'p' FROM pg_class WHERE oid = guarded);
    is_of_tenants constant boolean := guarded = 'tenancy_tenant'::regclass;
    written constant text := CASE WHEN is_of_events THEN 'INSERT' WHEN is_of_tenants THEN 'UPDATE OR DELETE'
                                  ELSE 'INSERT OR UPDATE OR DELETE' END;
BEGIN
    EXECUTE format('CREATE TRIGGER residence BEFORE %s ON %s FOR EACH STATEMENT EXECUTE FUNCTION cells_guard_statement()',
                   written, guarded);
    EXECUTE format('CREATE TRIGGER residence_of_row AFTER %s ON %s FOR EACH ROW
                    WHEN (current_setting(''wisely.scope'', true) = ''support'') EXECUTE FUNCTION %s()',
                   written, guarded, CASE WHEN is_of_tenants THEN 'cells_guard_tenant' ELSE 'cells_guard_row' END);
    IF is_of_tenants THEN
        EXECUTE format('CREATE TRIGGER residence_begins BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION cells_settle()', guarded);
    END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION cells_guard, cells_settle FROM PUBLIC;

-- Whoever has lived here so far, deleted ones included.
SET LOCAL wisely.scope = 'support';
INSERT INTO cells_residence (tenant_id)
SELECT id FROM tenancy_tenant UNION SELECT tenant_id FROM ledger_log UNION SELECT tenant_id FROM ledger_rollup;
SET LOCAL wisely.scope = '';

SELECT cells_guard('api_keptanswer');
SELECT cells_guard('audit_trail_auditevent');
SELECT cells_guard('erasure_erasurerequest');
SELECT cells_guard('findings_alert');
SELECT cells_guard('findings_alertsettings');
SELECT cells_guard('findings_asksettings');
SELECT cells_guard('findings_event');
SELECT cells_guard('findings_finding');
SELECT cells_guard('findings_findingexception');
SELECT cells_guard('findings_question');
SELECT cells_guard('findings_rulesettings');
SELECT cells_guard('login_activity_loginevent');
SELECT cells_guard('notes_note');
SELECT cells_guard('outbox_notification');
SELECT cells_guard('outbox_recipient');
SELECT cells_guard('scheduled_reports_reportrecipient');
SELECT cells_guard('scheduled_reports_reportrun');
SELECT cells_guard('scheduled_reports_savedview');
SELECT cells_guard('scheduled_reports_scheduledreport');
SELECT cells_guard('tenancy_authenticatorapp');
SELECT cells_guard('tenancy_passkey');
SELECT cells_guard('tenancy_recoverycode');
SELECT cells_guard('tenancy_role');
SELECT cells_guard('tenancy_session');
SELECT cells_guard('tenancy_tenant');
SELECT cells_guard('tenancy_user');
SELECT cells_guard('workspace_accessaccount');
SELECT cells_guard('workspace_businessgroup');
SELECT cells_guard('workspace_businessgroupuser');
SELECT cells_guard('workspace_businessprofile');
SELECT cells_guard('workspace_checkpointreceiver');
SELECT cells_guard('workspace_consentgroup');
SELECT cells_guard('workspace_messagelink');
SELECT cells_guard('workspace_template');
SELECT cells_guard('workspace_wabanumber');
