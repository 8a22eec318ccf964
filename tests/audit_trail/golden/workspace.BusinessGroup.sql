CREATE OR REPLACE FUNCTION audit_trail_workspace_businessgroup_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $hook$
-- Generated for workspace.BusinessGroup by audit_trail/triggers/hook.py.
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

    -- Business Group, Group: Edit
    changes := '[]';
    IF was.name IS DISTINCT FROM now.name THEN
        changes := changes || jsonb_build_object(
            'field', 'name', 'label', 'Name',
            'before', was.name::text,
            'after', now.name::text
        );
    END IF;
    IF was.description IS DISTINCT FROM now.description THEN
        changes := changes || jsonb_build_object(
            'field', 'description', 'label', 'Description',
            'before', was.description::text,
            'after', now.description::text
        );
    END IF;
    IF was.owner_id IS DISTINCT FROM now.owner_id THEN
        changes := changes || jsonb_build_object(
            'field', 'owner', 'label', 'Owner',
            'before', coalesce((SELECT other.name FROM tenancy_user AS other WHERE other.id = was.owner_id), was.owner_id::text),
            'after', coalesce((SELECT other.name FROM tenancy_user AS other WHERE other.id = now.owner_id), now.owner_id::text),
            'keys', jsonb_build_array(was.owner_id, now.owner_id)
        );
    END IF;
    IF changes <> '[]' THEN
        INSERT INTO audit_trail_pending (
            event_id, takes_members,
            tenant_id, request_id,
            actor_kind, actor_id, actor_name, actor_email,
            module, sub_module, action,
            resource_type, resource_id, resource_name,
            changes, ip, session
        ) VALUES (
            audit_trail_event_id(), true,
            now.tenant_id, (actor->>'request')::uuid,
            actor->>'kind', (actor->>'id')::uuid, audit_trail_actor_name(actor, now.tenant_id), coalesce(actor->>'email', ''),
            'business_group', 'group', 'edit',
            'businessgroup', now.id, now.name,
            changes, (actor->>'ip')::inet, coalesce(actor->>'session', '')
        );
    END IF;

    IF widened THEN
        PERFORM set_config('wisely.scope', '', true);
    END IF;
    RETURN NULL;
END
$hook$;

REVOKE EXECUTE ON FUNCTION audit_trail_workspace_businessgroup_update FROM PUBLIC;

CREATE OR REPLACE TRIGGER audit_trail_update AFTER UPDATE ON workspace_businessgroup
    FOR EACH ROW
    EXECUTE FUNCTION audit_trail_workspace_businessgroup_update();

ALTER TABLE workspace_businessgroup ENABLE ALWAYS TRIGGER audit_trail_update;

CREATE OR REPLACE FUNCTION audit_trail_workspace_businessgroup_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $hook$
-- Generated for workspace.BusinessGroup by audit_trail/triggers/hook.py.
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

    -- Business Group, Group: Add
    INSERT INTO audit_trail_pending (
        event_id, takes_members,
        tenant_id, request_id,
        actor_kind, actor_id, actor_name, actor_email,
        module, sub_module, action,
        resource_type, resource_id, resource_name,
        changes, ip, session
    )
    SELECT
        audit_trail_event_id(), true,
        it.tenant_id, (actor->>'request')::uuid,
        actor->>'kind', (actor->>'id')::uuid, audit_trail_actor_name(actor, it.tenant_id), coalesce(actor->>'email', ''),
        'business_group', 'group', 'add',
        'businessgroup', it.id, it.name,
        content.changes, (actor->>'ip')::inet, coalesce(actor->>'session', '')
    FROM new_rows AS it, LATERAL (VALUES (to_jsonb(array_remove(ARRAY[
        CASE WHEN it.name <> '' THEN jsonb_build_object(
            'field', 'name', 'label', 'Name',
            'after', it.name::text
        ) END,
        CASE WHEN it.description <> '' THEN jsonb_build_object(
            'field', 'description', 'label', 'Description',
            'after', it.description::text
        ) END,
        CASE WHEN it.owner_id IS NOT NULL THEN jsonb_build_object(
            'field', 'owner', 'label', 'Owner',
            'after', coalesce((SELECT other.name FROM tenancy_user AS other WHERE other.id = it.owner_id), it.owner_id::text)
        ) END
    ]::jsonb[], NULL)))) AS content (changes);

    IF widened THEN
        PERFORM set_config('wisely.scope', '', true);
    END IF;
    RETURN NULL;
END
$hook$;

REVOKE EXECUTE ON FUNCTION audit_trail_workspace_businessgroup_insert FROM PUBLIC;

CREATE OR REPLACE TRIGGER audit_trail_insert AFTER INSERT ON workspace_businessgroup
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION audit_trail_workspace_businessgroup_insert();

ALTER TABLE workspace_businessgroup ENABLE ALWAYS TRIGGER audit_trail_insert;

CREATE OR REPLACE FUNCTION audit_trail_workspace_businessgroup_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $hook$
-- Generated for workspace.BusinessGroup by audit_trail/triggers/hook.py.
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

    -- Business Group, Group: Delete
    INSERT INTO audit_trail_pending (
        event_id, takes_members,
        tenant_id, request_id,
        actor_kind, actor_id, actor_name, actor_email,
        module, sub_module, action,
        resource_type, resource_id, resource_name,
        changes, ip, session
    )
    SELECT
        audit_trail_event_id(), true,
        it.tenant_id, (actor->>'request')::uuid,
        actor->>'kind', (actor->>'id')::uuid, audit_trail_actor_name(actor, it.tenant_id), coalesce(actor->>'email', ''),
        'business_group', 'group', 'delete',
        'businessgroup', it.id, it.name,
        content.changes, (actor->>'ip')::inet, coalesce(actor->>'session', '')
    FROM old_rows AS it, LATERAL (VALUES (to_jsonb(array_remove(ARRAY[
        CASE WHEN it.name <> '' THEN jsonb_build_object(
            'field', 'name', 'label', 'Name',
            'before', it.name::text
        ) END,
        CASE WHEN it.description <> '' THEN jsonb_build_object(
            'field', 'description', 'label', 'Description',
            'before', it.description::text
        ) END,
        CASE WHEN it.owner_id IS NOT NULL THEN jsonb_build_object(
            'field', 'owner', 'label', 'Owner',
            'before', coalesce((SELECT other.name FROM tenancy_user AS other WHERE other.id = it.owner_id), it.owner_id::text)
        ) END
    ]::jsonb[], NULL)))) AS content (changes);

    IF widened THEN
        PERFORM set_config('wisely.scope', '', true);
    END IF;
    RETURN NULL;
END
$hook$;

REVOKE EXECUTE ON FUNCTION audit_trail_workspace_businessgroup_delete FROM PUBLIC;

CREATE OR REPLACE TRIGGER audit_trail_delete AFTER DELETE ON workspace_businessgroup
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION audit_trail_workspace_businessgroup_delete();

ALTER TABLE workspace_businessgroup ENABLE ALWAYS TRIGGER audit_trail_delete;

CREATE OR REPLACE FUNCTION audit_trail_workspace_businessgroup_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $hook$
-- Generated for workspace.BusinessGroup by audit_trail/triggers/hook.py.
DECLARE
    actor constant jsonb := audit_trail_actor();
    widened constant boolean := NOT wisely_support();
    changes jsonb;
BEGIN
    -- Names of other records are looked up: without a scope, in that of support.
    IF widened THEN
        PERFORM set_config('wisely.scope', 'support', true);
    END IF;

    -- Business Group, Group: Delete
    INSERT INTO audit_trail_pending (
        event_id, takes_members,
        tenant_id, request_id,
        actor_kind, actor_id, actor_name, actor_email,
        module, sub_module, action,
        resource_type, resource_id, resource_name,
        changes, ip, session
    )
    SELECT
        audit_trail_event_id(), true,
        it.tenant_id, (actor->>'request')::uuid,
        actor->>'kind', (actor->>'id')::uuid, audit_trail_actor_name(actor, it.tenant_id), coalesce(actor->>'email', ''),
        'business_group', 'group', 'delete',
        'businessgroup', it.id, it.name,
        content.changes, (actor->>'ip')::inet, coalesce(actor->>'session', '')
    FROM workspace_businessgroup AS it, LATERAL (VALUES (to_jsonb(array_remove(ARRAY[
        CASE WHEN it.name <> '' THEN jsonb_build_object(
            'field', 'name', 'label', 'Name',
            'before', it.name::text
        ) END,
        CASE WHEN it.description <> '' THEN jsonb_build_object(
            'field', 'description', 'label', 'Description',
            'before', it.description::text
        ) END,
        CASE WHEN it.owner_id IS NOT NULL THEN jsonb_build_object(
            'field', 'owner', 'label', 'Owner',
            'before', coalesce((SELECT other.name FROM tenancy_user AS other WHERE other.id = it.owner_id), it.owner_id::text)
        ) END
    ]::jsonb[], NULL)))) AS content (changes);

    IF widened THEN
        PERFORM set_config('wisely.scope', '', true);
    END IF;
    RETURN NULL;
END
$hook$;

REVOKE EXECUTE ON FUNCTION audit_trail_workspace_businessgroup_truncate FROM PUBLIC;

CREATE OR REPLACE TRIGGER audit_trail_truncate BEFORE TRUNCATE ON workspace_businessgroup
    FOR EACH STATEMENT
    EXECUTE FUNCTION audit_trail_workspace_businessgroup_truncate();

ALTER TABLE workspace_businessgroup ENABLE ALWAYS TRIGGER audit_trail_truncate;

CREATE OR REPLACE FUNCTION audit_trail_workspace_businessgroupuser_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $hook$
-- Generated for workspace.BusinessGroupUser by audit_trail/triggers/hook.py.
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

    IF was.group_id IS DISTINCT FROM now.group_id OR was.user_id IS DISTINCT FROM now.user_id THEN
        -- Business Group, Group: Edit. Users: removed
        INSERT INTO audit_trail_pending (
            event_id, takes_members, members,
            tenant_id, request_id,
            actor_kind, actor_id, actor_name, actor_email,
            module, sub_module, action,
            resource_type, resource_id, resource_name,
            changes, ip, session
        )
        SELECT
            audit_trail_event_id(), true, it.members,
            it.tenant_id, (actor->>'request')::uuid,
            actor->>'kind', (actor->>'id')::uuid, audit_trail_actor_name(actor, it.tenant_id), coalesce(actor->>'email', ''),
            'business_group', 'group', 'edit',
            'businessgroup', it.group_id, coalesce((SELECT host.name FROM workspace_businessgroup AS host WHERE host.id = it.group_id), ''),
            '[]'::jsonb, (actor->>'ip')::inet, coalesce(actor->>'session', '')
        FROM (
            SELECT it.tenant_id, it.group_id, jsonb_agg(jsonb_build_object(
                'field', 'user', 'label', 'Users',
                'id', it.user_id, 'name', coalesce((SELECT other.name FROM tenancy_user AS other WHERE other.id = it.user_id), it.user_id::text),
                'times', -1
            )) AS members
            FROM (SELECT was.*) AS it GROUP BY it.tenant_id, it.group_id
        ) AS it;
        -- Business Group, Group: Edit. Users: added
        INSERT INTO audit_trail_pending (
            event_id, takes_members, members,
            tenant_id, request_id,
            actor_kind, actor_id, actor_name, actor_email,
            module, sub_module, action,
            resource_type, resource_id, resource_name,
            changes, ip, session
        )
        SELECT
            audit_trail_event_id(), true, it.members,
            it.tenant_id, (actor->>'request')::uuid,
            actor->>'kind', (actor->>'id')::uuid, audit_trail_actor_name(actor, it.tenant_id), coalesce(actor->>'email', ''),
            'business_group', 'group', 'edit',
            'businessgroup', it.group_id, coalesce((SELECT host.name FROM workspace_businessgroup AS host WHERE host.id = it.group_id), ''),
            '[]'::jsonb, (actor->>'ip')::inet, coalesce(actor->>'session', '')
        FROM (
            SELECT it.tenant_id, it.group_id, jsonb_agg(jsonb_build_object(
                'field', 'user', 'label', 'Users',
                'id', it.user_id, 'name', coalesce((SELECT other.name FROM tenancy_user AS other WHERE other.id = it.user_id), it.user_id::text),
                'times', 1
            )) AS members
            FROM (SELECT now.*) AS it GROUP BY it.tenant_id, it.group_id
        ) AS it;
    END IF;

    IF widened THEN
        PERFORM set_config('wisely.scope', '', true);
    END IF;
    RETURN NULL;
END
$hook$;

REVOKE EXECUTE ON FUNCTION audit_trail_workspace_businessgroupuser_update FROM PUBLIC;

CREATE OR REPLACE TRIGGER audit_trail_update AFTER UPDATE ON workspace_businessgroupuser
    FOR EACH ROW
    EXECUTE FUNCTION audit_trail_workspace_businessgroupuser_update();

ALTER TABLE workspace_businessgroupuser ENABLE ALWAYS TRIGGER audit_trail_update;

CREATE OR REPLACE FUNCTION audit_trail_workspace_businessgroupuser_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $hook$
-- Generated for workspace.BusinessGroupUser by audit_trail/triggers/hook.py.
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

    -- Business Group, Group: Edit. Users: added
    INSERT INTO audit_trail_pending (
        event_id, takes_members, members,
        tenant_id, request_id,
        actor_kind, actor_id, actor_name, actor_email,
        module, sub_module, action,
        resource_type, resource_id, resource_name,
        changes, ip, session
    )
    SELECT
        audit_trail_event_id(), true, it.members,
        it.tenant_id, (actor->>'request')::uuid,
        actor->>'kind', (actor->>'id')::uuid, audit_trail_actor_name(actor, it.tenant_id), coalesce(actor->>'email', ''),
        'business_group', 'group', 'edit',
        'businessgroup', it.group_id, coalesce((SELECT host.name FROM workspace_businessgroup AS host WHERE host.id = it.group_id), ''),
        '[]'::jsonb, (actor->>'ip')::inet, coalesce(actor->>'session', '')
    FROM (
        SELECT it.tenant_id, it.group_id, jsonb_agg(jsonb_build_object(
            'field', 'user', 'label', 'Users',
            'id', it.user_id, 'name', coalesce((SELECT other.name FROM tenancy_user AS other WHERE other.id = it.user_id), it.user_id::text),
            'times', 1
        )) AS members
        FROM new_rows AS it GROUP BY it.tenant_id, it.group_id
    ) AS it;

    IF widened THEN
        PERFORM set_config('wisely.scope', '', true);
    END IF;
    RETURN NULL;
END
$hook$;

REVOKE EXECUTE ON FUNCTION audit_trail_workspace_businessgroupuser_insert FROM PUBLIC;

CREATE OR REPLACE TRIGGER audit_trail_insert AFTER INSERT ON workspace_businessgroupuser
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION audit_trail_workspace_businessgroupuser_insert();

ALTER TABLE workspace_businessgroupuser ENABLE ALWAYS TRIGGER audit_trail_insert;

CREATE OR REPLACE FUNCTION audit_trail_workspace_businessgroupuser_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $hook$
-- Generated for workspace.BusinessGroupUser by audit_trail/triggers/hook.py.
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

    -- Business Group, Group: Edit. Users: removed
    INSERT INTO audit_trail_pending (
        event_id, takes_members, members,
        tenant_id, request_id,
        actor_kind, actor_id, actor_name, actor_email,
        module, sub_module, action,
        resource_type, resource_id, resource_name,
        changes, ip, session
    )
    SELECT
        audit_trail_event_id(), true, it.members,
        it.tenant_id, (actor->>'request')::uuid,
        actor->>'kind', (actor->>'id')::uuid, audit_trail_actor_name(actor, it.tenant_id), coalesce(actor->>'email', ''),
        'business_group', 'group', 'edit',
        'businessgroup', it.group_id, coalesce((SELECT host.name FROM workspace_businessgroup AS host WHERE host.id = it.group_id), ''),
        '[]'::jsonb, (actor->>'ip')::inet, coalesce(actor->>'session', '')
    FROM (
        SELECT it.tenant_id, it.group_id, jsonb_agg(jsonb_build_object(
            'field', 'user', 'label', 'Users',
            'id', it.user_id, 'name', coalesce((SELECT other.name FROM tenancy_user AS other WHERE other.id = it.user_id), it.user_id::text),
            'times', -1
        )) AS members
        FROM old_rows AS it GROUP BY it.tenant_id, it.group_id
    ) AS it;

    IF widened THEN
        PERFORM set_config('wisely.scope', '', true);
    END IF;
    RETURN NULL;
END
$hook$;

REVOKE EXECUTE ON FUNCTION audit_trail_workspace_businessgroupuser_delete FROM PUBLIC;

CREATE OR REPLACE TRIGGER audit_trail_delete AFTER DELETE ON workspace_businessgroupuser
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION audit_trail_workspace_businessgroupuser_delete();

ALTER TABLE workspace_businessgroupuser ENABLE ALWAYS TRIGGER audit_trail_delete;

CREATE OR REPLACE FUNCTION audit_trail_workspace_businessgroupuser_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $hook$
-- Generated for workspace.BusinessGroupUser by audit_trail/triggers/hook.py.
DECLARE
    actor constant jsonb := audit_trail_actor();
    widened constant boolean := NOT wisely_support();
    changes jsonb;
BEGIN
    -- Names of other records are looked up: without a scope, in that of support.
    IF widened THEN
        PERFORM set_config('wisely.scope', 'support', true);
    END IF;

    -- Business Group, Group: Edit. Users: removed
    INSERT INTO audit_trail_pending (
        event_id, takes_members, members,
        tenant_id, request_id,
        actor_kind, actor_id, actor_name, actor_email,
        module, sub_module, action,
        resource_type, resource_id, resource_name,
        changes, ip, session
    )
    SELECT
        audit_trail_event_id(), true, it.members,
        it.tenant_id, (actor->>'request')::uuid,
        actor->>'kind', (actor->>'id')::uuid, audit_trail_actor_name(actor, it.tenant_id), coalesce(actor->>'email', ''),
        'business_group', 'group', 'edit',
        'businessgroup', it.group_id, coalesce((SELECT host.name FROM workspace_businessgroup AS host WHERE host.id = it.group_id), ''),
        '[]'::jsonb, (actor->>'ip')::inet, coalesce(actor->>'session', '')
    FROM (
        SELECT it.tenant_id, it.group_id, jsonb_agg(jsonb_build_object(
            'field', 'user', 'label', 'Users',
            'id', it.user_id, 'name', coalesce((SELECT other.name FROM tenancy_user AS other WHERE other.id = it.user_id), it.user_id::text),
            'times', -1
        )) AS members
        FROM workspace_businessgroupuser AS it GROUP BY it.tenant_id, it.group_id
    ) AS it;

    IF widened THEN
        PERFORM set_config('wisely.scope', '', true);
    END IF;
    RETURN NULL;
END
$hook$;

REVOKE EXECUTE ON FUNCTION audit_trail_workspace_businessgroupuser_truncate FROM PUBLIC;

CREATE OR REPLACE TRIGGER audit_trail_truncate BEFORE TRUNCATE ON workspace_businessgroupuser
    FOR EACH STATEMENT
    EXECUTE FUNCTION audit_trail_workspace_businessgroupuser_truncate();

ALTER TABLE workspace_businessgroupuser ENABLE ALWAYS TRIGGER audit_trail_truncate;
