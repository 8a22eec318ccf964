-- As before, with the session of a person. The triggers of audited tables, which migrate installs, write it likewise.

ALTER TABLE audit_trail_pending ADD session text NOT NULL DEFAULT '';

-- At the transaction's end: writes what is pending of a record, one event an action and whoever acted. The first of the
-- record's rows brings them all.
CREATE OR REPLACE FUNCTION audit_trail_flush() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    told audit_trail_pending[];
    host audit_trail_pending;    -- the event that tells of the members: of the record's own change, if there is one
    latest audit_trail_pending;
    done record;
    all_changes jsonb;
BEGIN
    FOR told IN
        WITH gone AS (
            DELETE FROM audit_trail_pending
            WHERE resource_id = NEW.resource_id AND resource_type = NEW.resource_type RETURNING *
        )
        SELECT array_agg(gone::audit_trail_pending ORDER BY id) FROM gone
        GROUP BY request_id, actor_kind, actor_id, actor_name, actor_email, ip, session ORDER BY (array_agg(id ORDER BY id))[1]
    LOOP
        SELECT * INTO host FROM unnest(told) WHERE takes_members ORDER BY members IS NOT NULL, id LIMIT 1;

        FOR done IN
            SELECT module, sub_module, action, jsonb_agg(changes ORDER BY id) AS changes
            FROM unnest(told) GROUP BY module, sub_module, action ORDER BY (array_agg(id ORDER BY id))[1]
        LOOP
            all_changes := audit_trail_merge(jsonb_path_query_array(done.changes, '$[*][*]'));
            IF (done.module, done.sub_module, done.action) = (host.module, host.sub_module, host.action) THEN
                all_changes := all_changes || audit_trail_net_members(told);
            END IF;
            CONTINUE WHEN all_changes = '[]';
            SELECT * INTO latest FROM unnest(told) AS pending
                WHERE (module, sub_module, action) = (done.module, done.sub_module, done.action) ORDER BY pending.id DESC LIMIT 1;
            INSERT INTO audit_trail_auditevent (id, tenant_id, request_id, actor_kind, actor_id, actor_name, actor_email,
                                                module, sub_module, action, status, reason_code, reason, resource_type,
                                                resource_id, resource_name, changes, ip, session)
            VALUES (latest.event_id, latest.tenant_id, latest.request_id, latest.actor_kind, latest.actor_id, latest.actor_name,
                    latest.actor_email, done.module, done.sub_module, done.action, 'success', '', '', latest.resource_type,
                    latest.resource_id, latest.resource_name, all_changes, latest.ip, latest.session);
        END LOOP;
    END LOOP;
    RETURN NULL;
END
$$;

-- What is no change of a row: failures, notifications, what other services tell. The application's way to append; a
-- tenant's events are written in the tenant's own scope, or by support.
CREATE OR REPLACE FUNCTION audit_trail_record(tenant uuid, module text, sub_module text, action text, status text, reason_code text,
                                   reason text, resource_type text, resource_id uuid, resource_name text, changes jsonb)
    RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    actor constant jsonb := audit_trail_actor();
    new_id constant uuid := audit_trail_event_id();
BEGIN
    IF tenant IS DISTINCT FROM wisely_tenant() AND NOT wisely_support() THEN
        RAISE EXCEPTION 'An event of another tenant is refused' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (status = 'failure') <> (reason <> '' AND reason_code <> '') OR status NOT IN ('success', 'failure') THEN
        RAISE EXCEPTION 'An event is a success, or a failure with its code and reason' USING ERRCODE = 'check_violation';
    END IF;
    IF jsonb_typeof(changes) <> 'array' OR jsonb_path_exists(changes, '$[*] ? (@.type() != "object" || !exists(@.label))') THEN
        RAISE EXCEPTION 'Changes are a list of objects with a label' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO audit_trail_auditevent (id, tenant_id, request_id, actor_kind, actor_id, actor_name, actor_email, module,
                                        sub_module, action, status, reason_code, reason, resource_type, resource_id,
                                        resource_name, changes, ip, session)
    VALUES (new_id, tenant, (actor->>'request')::uuid, actor->>'kind', (actor->>'id')::uuid,
            audit_trail_actor_name(actor, tenant), coalesce(actor->>'email', ''), module, sub_module, action, status,
            reason_code, reason, resource_type, resource_id, resource_name, changes, (actor->>'ip')::inet,
            coalesce(actor->>'session', ''));
    RETURN new_id;
END
$$;
