CREATE OR REPLACE FUNCTION audit_trail_workspace_accessaccount_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $hook$
-- Generated for workspace.AccessAccount by audit_trail/triggers/hook.py.
DECLARE
    actor constant jsonb := audit_trail_actor();
    widened constant boolean := coalesce(current_setting('wisely.tenant_id', true), '') IN ('', '00000000-0000-0000-0000-000000000000')
        AND current_setting('wisely.scope', true) IS DISTINCT FROM 'support';
    changes jsonb;
    was ALIAS FOR OLD;
    now ALIAS FOR NEW;
BEGIN
    -- Names of other records are looked up: without a scope, in that of support.
    IF widened THEN
        PERFORM set_config('wisely.scope', 'support', true);
    END IF;

    IF was.id IS DISTINCT FROM now.id OR was.tenant_id IS DISTINCT FROM now.tenant_id THEN
        RAISE EXCEPTION 'The key and the tenant of a record never change'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;

    -- Access Account, Account: Edit
    changes := '[]';
    IF was.label IS DISTINCT FROM now.label THEN
        changes := changes || jsonb_build_object(
            'field', 'label', 'label', 'Label',
            'before', was.label::text,
            'after', now.label::text
        );
    END IF;
    IF was.communication IS DISTINCT FROM now.communication THEN
        changes := changes || jsonb_build_object(
            'field', 'communication', 'label', 'Communication type',
            'before', CASE was.communication::text
                WHEN 'outgoing' THEN 'Outgoing'
                WHEN 'conversational' THEN 'Conversational'
                ELSE was.communication::text END,
            'after', CASE now.communication::text
                WHEN 'outgoing' THEN 'Outgoing'
                WHEN 'conversational' THEN 'Conversational'
                ELSE now.communication::text END
        );
    END IF;
    IF was.traffic IS DISTINCT FROM now.traffic THEN
        changes := changes || jsonb_build_object(
            'field', 'traffic', 'label', 'Traffic type',
            'before', CASE was.traffic::text
                WHEN 'otp' THEN 'OTP'
                WHEN 'transactional' THEN 'Transactional'
                WHEN 'promotional' THEN 'Promotional'
                ELSE was.traffic::text END,
            'after', CASE now.traffic::text
                WHEN 'otp' THEN 'OTP'
                WHEN 'transactional' THEN 'Transactional'
                WHEN 'promotional' THEN 'Promotional'
                ELSE now.traffic::text END
        );
    END IF;
    IF was.channels IS DISTINCT FROM now.channels THEN
        changes := changes || audit_trail_list_change(
            'channels', 'Channels',
            ARRAY(
                SELECT CASE item::text
                    WHEN 'whatsapp' THEN 'WhatsApp'
                    WHEN 'sms' THEN 'SMS'
                    WHEN 'rcs' THEN 'RCS'
                    WHEN 'truecaller' THEN 'Truecaller'
                    ELSE item::text END
                FROM unnest(was.channels) WITH ORDINALITY AS items (item, place) ORDER BY place
            ),
            ARRAY(
                SELECT CASE item::text
                    WHEN 'whatsapp' THEN 'WhatsApp'
                    WHEN 'sms' THEN 'SMS'
                    WHEN 'rcs' THEN 'RCS'
                    WHEN 'truecaller' THEN 'Truecaller'
                    ELSE item::text END
                FROM unnest(now.channels) WITH ORDINALITY AS items (item, place) ORDER BY place
            )
        );
    END IF;
    IF was.business_group_id IS DISTINCT FROM now.business_group_id THEN
        changes := changes || jsonb_build_object(
            'field', 'business_group', 'label', 'Business group',
            'before', coalesce((SELECT other.name FROM workspace_businessgroup AS other WHERE other.id = was.business_group_id), was.business_group_id::text),
            'after', coalesce((SELECT other.name FROM workspace_businessgroup AS other WHERE other.id = now.business_group_id), now.business_group_id::text)
        );
    END IF;
    IF was.allowed_ips IS DISTINCT FROM now.allowed_ips THEN
        changes := changes || audit_trail_list_change(
            'allowed_ips', 'Allowed IPs',
            ARRAY(
                SELECT item::text
                FROM unnest(was.allowed_ips) WITH ORDINALITY AS items (item, place) ORDER BY place
            ),
            ARRAY(
                SELECT item::text
                FROM unnest(now.allowed_ips) WITH ORDINALITY AS items (item, place) ORDER BY place
            )
        );
    END IF;
    IF was.is_active IS DISTINCT FROM now.is_active
        AND (was.is_active IS DISTINCT FROM now.is_active AND now.is_active IN (false)) IS NOT TRUE
        AND (was.is_active IS DISTINCT FROM now.is_active AND now.is_active IN (true)) IS NOT TRUE THEN
        changes := changes || jsonb_build_object(
            'field', 'is_active', 'label', 'Active',
            'before', CASE WHEN was.is_active THEN 'Yes' WHEN NOT was.is_active THEN 'No' END,
            'after', CASE WHEN now.is_active THEN 'Yes' WHEN NOT now.is_active THEN 'No' END
        );
    END IF;
    IF was.key_hash IS DISTINCT FROM now.key_hash THEN
        changes := changes || jsonb_build_object('field', 'key_hash', 'label', 'API key', 'masked', true);
    END IF;
    IF changes <> '[]' THEN
        INSERT INTO audit_trail_auditevent (
            id, status, reason_code, reason,
            tenant_id, request_id,
            actor_kind, actor_id, actor_name, actor_email,
            module, sub_module, action,
            resource_type, resource_id, resource_name,
            changes, ip, session
        ) VALUES (
            audit_trail_event_id(), 'success', '', '',
            now.tenant_id, (actor->>'request')::uuid,
            actor->>'kind', (actor->>'id')::uuid, audit_trail_actor_name(actor, now.tenant_id), coalesce(actor->>'email', ''),
            'access_account', 'account', 'edit',
            'accessaccount', now.id, now.label,
            changes, (actor->>'ip')::inet, coalesce(actor->>'session', '')
        );
    END IF;

    -- Access Account, Account: Deactivate
    changes := '[]';
    IF was.is_active IS DISTINCT FROM now.is_active
        AND (was.is_active IS DISTINCT FROM now.is_active AND now.is_active IN (false)) THEN
        changes := changes || jsonb_build_object(
            'field', 'is_active', 'label', 'Active',
            'before', CASE WHEN was.is_active THEN 'Yes' WHEN NOT was.is_active THEN 'No' END,
            'after', CASE WHEN now.is_active THEN 'Yes' WHEN NOT now.is_active THEN 'No' END
        );
    END IF;
    IF changes <> '[]' THEN
        INSERT INTO audit_trail_auditevent (
            id, status, reason_code, reason,
            tenant_id, request_id,
            actor_kind, actor_id, actor_name, actor_email,
            module, sub_module, action,
            resource_type, resource_id, resource_name,
            changes, ip, session
        ) VALUES (
            audit_trail_event_id(), 'success', '', '',
            now.tenant_id, (actor->>'request')::uuid,
            actor->>'kind', (actor->>'id')::uuid, audit_trail_actor_name(actor, now.tenant_id), coalesce(actor->>'email', ''),
            'access_account', 'account', 'deactivate',
            'accessaccount', now.id, now.label,
            changes, (actor->>'ip')::inet, coalesce(actor->>'session', '')
        );
    END IF;

    -- Access Account, Account: Activate
    changes := '[]';
    IF was.is_active IS DISTINCT FROM now.is_active
        AND (was.is_active IS DISTINCT FROM now.is_active AND now.is_active IN (true))
        AND (was.is_active IS DISTINCT FROM now.is_active AND now.is_active IN (false)) IS NOT TRUE THEN
        changes := changes || jsonb_build_object(
            'field', 'is_active', 'label', 'Active',
            'before', CASE WHEN was.is_active THEN 'Yes' WHEN NOT was.is_active THEN 'No' END,
            'after', CASE WHEN now.is_active THEN 'Yes' WHEN NOT now.is_active THEN 'No' END
        );
    END IF;
    IF changes <> '[]' THEN
        INSERT INTO audit_trail_auditevent (
            id, status, reason_code, reason,
            tenant_id, request_id,
            actor_kind, actor_id, actor_name, actor_email,
            module, sub_module, action,
            resource_type, resource_id, resource_name,
            changes, ip, session
        ) VALUES (
            audit_trail_event_id(), 'success', '', '',
            now.tenant_id, (actor->>'request')::uuid,
            actor->>'kind', (actor->>'id')::uuid, audit_trail_actor_name(actor, now.tenant_id), coalesce(actor->>'email', ''),
            'access_account', 'account', 'activate',
            'accessaccount', now.id, now.label,
            changes, (actor->>'ip')::inet, coalesce(actor->>'session', '')
        );
    END IF;

    IF widened THEN
        PERFORM set_config('wisely.scope', '', true);
    END IF;
    RETURN NULL;
END
$hook$;

REVOKE EXECUTE ON FUNCTION audit_trail_workspace_accessaccount_update FROM PUBLIC;

CREATE OR REPLACE TRIGGER audit_trail_update AFTER UPDATE ON workspace_accessaccount
    FOR EACH ROW
    EXECUTE FUNCTION audit_trail_workspace_accessaccount_update();

ALTER TABLE workspace_accessaccount ENABLE ALWAYS TRIGGER audit_trail_update;

CREATE OR REPLACE FUNCTION audit_trail_workspace_accessaccount_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $hook$
-- Generated for workspace.AccessAccount by audit_trail/triggers/hook.py.
DECLARE
    actor constant jsonb := audit_trail_actor();
    widened constant boolean := coalesce(current_setting('wisely.tenant_id', true), '') IN ('', '00000000-0000-0000-0000-000000000000')
        AND current_setting('wisely.scope', true) IS DISTINCT FROM 'support';
    changes jsonb;
BEGIN
    -- Names of other records are looked up: without a scope, in that of support.
    IF widened THEN
        PERFORM set_config('wisely.scope', 'support', true);
    END IF;

    -- Access Account, Account: Setup
    INSERT INTO audit_trail_auditevent (
        id, status, reason_code, reason,
        tenant_id, request_id,
        actor_kind, actor_id, actor_name, actor_email,
        module, sub_module, action,
        resource_type, resource_id, resource_name,
        changes, ip, session
    )
    SELECT
        audit_trail_event_id(), 'success', '', '',
        it.tenant_id, (actor->>'request')::uuid,
        actor->>'kind', (actor->>'id')::uuid, audit_trail_actor_name(actor, it.tenant_id), coalesce(actor->>'email', ''),
        'access_account', 'account', 'setup',
        'accessaccount', it.id, it.label,
        content.changes, (actor->>'ip')::inet, coalesce(actor->>'session', '')
    FROM new_rows AS it, LATERAL (VALUES (to_jsonb(array_remove(ARRAY[
        CASE WHEN it.label <> '' THEN jsonb_build_object(
            'field', 'label', 'label', 'Label',
            'after', it.label::text
        ) END,
        CASE WHEN it.communication <> '' THEN jsonb_build_object(
            'field', 'communication', 'label', 'Communication type',
            'after', CASE it.communication::text
            WHEN 'outgoing' THEN 'Outgoing'
            WHEN 'conversational' THEN 'Conversational'
            ELSE it.communication::text END
        ) END,
        CASE WHEN it.traffic <> '' THEN jsonb_build_object(
            'field', 'traffic', 'label', 'Traffic type',
            'after', CASE it.traffic::text
            WHEN 'otp' THEN 'OTP'
            WHEN 'transactional' THEN 'Transactional'
            WHEN 'promotional' THEN 'Promotional'
            ELSE it.traffic::text END
        ) END,
        CASE WHEN cardinality(it.channels) > 0 THEN jsonb_build_object(
            'field', 'channels', 'label', 'Channels',
            'after', array_to_string(ARRAY(
            SELECT CASE item::text
                WHEN 'whatsapp' THEN 'WhatsApp'
                WHEN 'sms' THEN 'SMS'
                WHEN 'rcs' THEN 'RCS'
                WHEN 'truecaller' THEN 'Truecaller'
                ELSE item::text END
            FROM unnest(it.channels) WITH ORDINALITY AS items (item, place) ORDER BY place
        ), ', ')
        ) END,
        CASE WHEN it.business_group_id IS NOT NULL THEN jsonb_build_object(
            'field', 'business_group', 'label', 'Business group',
            'after', coalesce((SELECT other.name FROM workspace_businessgroup AS other WHERE other.id = it.business_group_id), it.business_group_id::text)
        ) END,
        CASE WHEN cardinality(it.allowed_ips) > 0 THEN jsonb_build_object(
            'field', 'allowed_ips', 'label', 'Allowed IPs',
            'after', array_to_string(ARRAY(
            SELECT item::text
            FROM unnest(it.allowed_ips) WITH ORDINALITY AS items (item, place) ORDER BY place
        ), ', ')
        ) END,
        CASE WHEN it.is_active IS NOT NULL THEN jsonb_build_object(
            'field', 'is_active', 'label', 'Active',
            'after', CASE WHEN it.is_active THEN 'Yes' WHEN NOT it.is_active THEN 'No' END
        ) END
    ]::jsonb[], NULL)))) AS content (changes);

    IF widened THEN
        PERFORM set_config('wisely.scope', '', true);
    END IF;
    RETURN NULL;
END
$hook$;

REVOKE EXECUTE ON FUNCTION audit_trail_workspace_accessaccount_insert FROM PUBLIC;

CREATE OR REPLACE TRIGGER audit_trail_insert AFTER INSERT ON workspace_accessaccount
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION audit_trail_workspace_accessaccount_insert();

ALTER TABLE workspace_accessaccount ENABLE ALWAYS TRIGGER audit_trail_insert;

CREATE OR REPLACE FUNCTION audit_trail_workspace_accessaccount_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $hook$
-- Generated for workspace.AccessAccount by audit_trail/triggers/hook.py.
DECLARE
    actor constant jsonb := audit_trail_actor();
    widened constant boolean := coalesce(current_setting('wisely.tenant_id', true), '') IN ('', '00000000-0000-0000-0000-000000000000')
        AND current_setting('wisely.scope', true) IS DISTINCT FROM 'support';
    changes jsonb;
BEGIN
    -- Names of other records are looked up: without a scope, in that of support.
    IF widened THEN
        PERFORM set_config('wisely.scope', 'support', true);
    END IF;

    -- Access Account, Account: Delete
    INSERT INTO audit_trail_auditevent (
        id, status, reason_code, reason,
        tenant_id, request_id,
        actor_kind, actor_id, actor_name, actor_email,
        module, sub_module, action,
        resource_type, resource_id, resource_name,
        changes, ip, session
    )
    SELECT
        audit_trail_event_id(), 'success', '', '',
        it.tenant_id, (actor->>'request')::uuid,
        actor->>'kind', (actor->>'id')::uuid, audit_trail_actor_name(actor, it.tenant_id), coalesce(actor->>'email', ''),
        'access_account', 'account', 'delete',
        'accessaccount', it.id, it.label,
        content.changes, (actor->>'ip')::inet, coalesce(actor->>'session', '')
    FROM old_rows AS it, LATERAL (VALUES (to_jsonb(array_remove(ARRAY[
        CASE WHEN it.label <> '' THEN jsonb_build_object(
            'field', 'label', 'label', 'Label',
            'before', it.label::text
        ) END,
        CASE WHEN it.communication <> '' THEN jsonb_build_object(
            'field', 'communication', 'label', 'Communication type',
            'before', CASE it.communication::text
            WHEN 'outgoing' THEN 'Outgoing'
            WHEN 'conversational' THEN 'Conversational'
            ELSE it.communication::text END
        ) END,
        CASE WHEN it.traffic <> '' THEN jsonb_build_object(
            'field', 'traffic', 'label', 'Traffic type',
            'before', CASE it.traffic::text
            WHEN 'otp' THEN 'OTP'
            WHEN 'transactional' THEN 'Transactional'
            WHEN 'promotional' THEN 'Promotional'
            ELSE it.traffic::text END
        ) END,
        CASE WHEN cardinality(it.channels) > 0 THEN jsonb_build_object(
            'field', 'channels', 'label', 'Channels',
            'before', array_to_string(ARRAY(
            SELECT CASE item::text
                WHEN 'whatsapp' THEN 'WhatsApp'
                WHEN 'sms' THEN 'SMS'
                WHEN 'rcs' THEN 'RCS'
                WHEN 'truecaller' THEN 'Truecaller'
                ELSE item::text END
            FROM unnest(it.channels) WITH ORDINALITY AS items (item, place) ORDER BY place
        ), ', ')
        ) END,
        CASE WHEN it.business_group_id IS NOT NULL THEN jsonb_build_object(
            'field', 'business_group', 'label', 'Business group',
            'before', coalesce((SELECT other.name FROM workspace_businessgroup AS other WHERE other.id = it.business_group_id), it.business_group_id::text)
        ) END,
        CASE WHEN cardinality(it.allowed_ips) > 0 THEN jsonb_build_object(
            'field', 'allowed_ips', 'label', 'Allowed IPs',
            'before', array_to_string(ARRAY(
            SELECT item::text
            FROM unnest(it.allowed_ips) WITH ORDINALITY AS items (item, place) ORDER BY place
        ), ', ')
        ) END,
        CASE WHEN it.is_active IS NOT NULL THEN jsonb_build_object(
            'field', 'is_active', 'label', 'Active',
            'before', CASE WHEN it.is_active THEN 'Yes' WHEN NOT it.is_active THEN 'No' END
        ) END
    ]::jsonb[], NULL)))) AS content (changes);

    IF widened THEN
        PERFORM set_config('wisely.scope', '', true);
    END IF;
    RETURN NULL;
END
$hook$;

REVOKE EXECUTE ON FUNCTION audit_trail_workspace_accessaccount_delete FROM PUBLIC;

CREATE OR REPLACE TRIGGER audit_trail_delete AFTER DELETE ON workspace_accessaccount
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION audit_trail_workspace_accessaccount_delete();

ALTER TABLE workspace_accessaccount ENABLE ALWAYS TRIGGER audit_trail_delete;

CREATE OR REPLACE FUNCTION audit_trail_workspace_accessaccount_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $hook$
-- Generated for workspace.AccessAccount by audit_trail/triggers/hook.py.
DECLARE
    actor constant jsonb := audit_trail_actor();
    widened constant boolean := NOT wisely_support();
    changes jsonb;
BEGIN
    -- Names of other records are looked up: without a scope, in that of support.
    IF widened THEN
        PERFORM set_config('wisely.scope', 'support', true);
    END IF;

    -- Access Account, Account: Delete
    INSERT INTO audit_trail_auditevent (
        id, status, reason_code, reason,
        tenant_id, request_id,
        actor_kind, actor_id, actor_name, actor_email,
        module, sub_module, action,
        resource_type, resource_id, resource_name,
        changes, ip, session
    )
    SELECT
        audit_trail_event_id(), 'success', '', '',
        it.tenant_id, (actor->>'request')::uuid,
        actor->>'kind', (actor->>'id')::uuid, audit_trail_actor_name(actor, it.tenant_id), coalesce(actor->>'email', ''),
        'access_account', 'account', 'delete',
        'accessaccount', it.id, it.label,
        content.changes, (actor->>'ip')::inet, coalesce(actor->>'session', '')
    FROM workspace_accessaccount AS it, LATERAL (VALUES (to_jsonb(array_remove(ARRAY[
        CASE WHEN it.label <> '' THEN jsonb_build_object(
            'field', 'label', 'label', 'Label',
            'before', it.label::text
        ) END,
        CASE WHEN it.communication <> '' THEN jsonb_build_object(
            'field', 'communication', 'label', 'Communication type',
            'before', CASE it.communication::text
            WHEN 'outgoing' THEN 'Outgoing'
            WHEN 'conversational' THEN 'Conversational'
            ELSE it.communication::text END
        ) END,
        CASE WHEN it.traffic <> '' THEN jsonb_build_object(
            'field', 'traffic', 'label', 'Traffic type',
            'before', CASE it.traffic::text
            WHEN 'otp' THEN 'OTP'
            WHEN 'transactional' THEN 'Transactional'
            WHEN 'promotional' THEN 'Promotional'
            ELSE it.traffic::text END
        ) END,
        CASE WHEN cardinality(it.channels) > 0 THEN jsonb_build_object(
            'field', 'channels', 'label', 'Channels',
            'before', array_to_string(ARRAY(
            SELECT CASE item::text
                WHEN 'whatsapp' THEN 'WhatsApp'
                WHEN 'sms' THEN 'SMS'
                WHEN 'rcs' THEN 'RCS'
                WHEN 'truecaller' THEN 'Truecaller'
                ELSE item::text END
            FROM unnest(it.channels) WITH ORDINALITY AS items (item, place) ORDER BY place
        ), ', ')
        ) END,
        CASE WHEN it.business_group_id IS NOT NULL THEN jsonb_build_object(
            'field', 'business_group', 'label', 'Business group',
            'before', coalesce((SELECT other.name FROM workspace_businessgroup AS other WHERE other.id = it.business_group_id), it.business_group_id::text)
        ) END,
        CASE WHEN cardinality(it.allowed_ips) > 0 THEN jsonb_build_object(
            'field', 'allowed_ips', 'label', 'Allowed IPs',
            'before', array_to_string(ARRAY(
            SELECT item::text
            FROM unnest(it.allowed_ips) WITH ORDINALITY AS items (item, place) ORDER BY place
        ), ', ')
        ) END,
        CASE WHEN it.is_active IS NOT NULL THEN jsonb_build_object(
            'field', 'is_active', 'label', 'Active',
            'before', CASE WHEN it.is_active THEN 'Yes' WHEN NOT it.is_active THEN 'No' END
        ) END
    ]::jsonb[], NULL)))) AS content (changes);

    IF widened THEN
        PERFORM set_config('wisely.scope', '', true);
    END IF;
    RETURN NULL;
END
$hook$;

REVOKE EXECUTE ON FUNCTION audit_trail_workspace_accessaccount_truncate FROM PUBLIC;

CREATE OR REPLACE TRIGGER audit_trail_truncate BEFORE TRUNCATE ON workspace_accessaccount
    FOR EACH STATEMENT
    EXECUTE FUNCTION audit_trail_workspace_accessaccount_truncate();

ALTER TABLE workspace_accessaccount ENABLE ALWAYS TRIGGER audit_trail_truncate;
