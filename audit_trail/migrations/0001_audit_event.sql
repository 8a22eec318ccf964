CREATE TABLE audit_trail_auditevent (
    id            uuid  NOT NULL DEFAULT uuidv7(),
    tenant_id     uuid  NOT NULL,
    tx            bigint NOT NULL DEFAULT ledger_tx(pg_current_xact_id()),
    occurred_at   timestamptz GENERATED ALWAYS AS (uuid_extract_timestamp(id)) VIRTUAL,
    request_id    uuid,
    actor_kind    text  NOT NULL,
    actor_id      uuid,
    actor_name    text  NOT NULL,
    actor_email   text  NOT NULL,
    module        text  NOT NULL,
    sub_module    text  NOT NULL,
    action        text  NOT NULL,
    status        text  NOT NULL,
    reason_code   text  NOT NULL,
    reason        text  NOT NULL,
    resource_type text  NOT NULL,
    resource_id   uuid,
    resource_name text  NOT NULL,
    changes       jsonb NOT NULL,
    ip            inet,
    PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);

-- The newest of all tenants, for support. Its condition always holds; only support's query says it, so that the planner
-- does not take this index for a tenant's page. No filter is on this column: one that is (action = 'edit') implies it.
CREATE INDEX audit_trail_auditevent_id ON audit_trail_auditevent (id) WHERE resource_type >= '';

-- What people filter by, each value in order of time: common ones lie dense, seldom ones are found at once. The columns
-- after id are for filters together: they are checked in the index, so that only rows that are shown are fetched.
CREATE INDEX audit_trail_auditevent_actor ON audit_trail_auditevent
    (tenant_id, actor_id, id, module, sub_module, action, status) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_trail_auditevent_no_person ON audit_trail_auditevent
    (tenant_id, actor_kind, id, module, sub_module, action, status) WHERE actor_kind <> 'person';
CREATE INDEX audit_trail_auditevent_email ON audit_trail_auditevent (tenant_id, actor_email, id) WHERE actor_email <> '';
CREATE INDEX audit_trail_auditevent_record ON audit_trail_auditevent (tenant_id, resource_id, id) WHERE resource_id IS NOT NULL;
CREATE INDEX audit_trail_auditevent_module ON audit_trail_auditevent (tenant_id, module, id, action);
CREATE INDEX audit_trail_auditevent_sub_module ON audit_trail_auditevent (tenant_id, sub_module, id, action);
CREATE INDEX audit_trail_auditevent_action ON audit_trail_auditevent (tenant_id, action, id);
CREATE INDEX audit_trail_auditevent_failures ON audit_trail_auditevent (tenant_id, id, module, sub_module, action)
    WHERE status = 'failure';
-- A request belongs to one tenant, or to few.
CREATE INDEX audit_trail_auditevent_request ON audit_trail_auditevent (request_id, id) WHERE request_id IS NOT NULL;

-- For followers: what is new. A few pages a month, next to nothing for a write.
CREATE INDEX audit_trail_auditevent_tx ON audit_trail_auditevent USING brin (tx) WITH (pages_per_range = 32, autosummarize = on);

SELECT ledger_protect('audit_trail_auditevent');
-- Nobody is granted INSERT: the functions below write, with the rights of the owner, for the tenant of the changed row.
-- They see to what is in an event as well: a CHECK here, or a policy to evaluate, would cost a save as much as the rest
-- of its event.
DROP POLICY append ON audit_trail_auditevent;
CREATE POLICY hook ON audit_trail_auditevent FOR INSERT TO CURRENT_USER WITH CHECK (true);

-- What the changes of a record with members (a group and its users) have been so far in a transaction: the record and
-- its members change in several statements and are one event, written at the transaction's end. Empty in between, so
-- it needs no write-ahead log.
CREATE UNLOGGED TABLE audit_trail_pending (
    id            uuid NOT NULL DEFAULT uuidv7(),
    resource_id   uuid NOT NULL,
    tenant_id     uuid NOT NULL,
    event_id      uuid NOT NULL,
    request_id    uuid,
    actor_kind    text NOT NULL,
    actor_id      uuid,
    actor_name    text NOT NULL,
    actor_email   text NOT NULL,
    module        text NOT NULL,
    sub_module    text NOT NULL,
    action        text NOT NULL,
    resource_type text NOT NULL,
    resource_name text NOT NULL,
    changes       jsonb NOT NULL,
    ip            inet,
    takes_members boolean NOT NULL,
    members       jsonb,
    PRIMARY KEY (resource_id, id)
);
ALTER TABLE audit_trail_pending ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY hook ON audit_trail_pending TO CURRENT_USER USING (true);

-- Who acts, as the application has announced it; else whoever has opened this session of the database.
CREATE FUNCTION audit_trail_actor() RETURNS jsonb LANGUAGE sql STABLE
    RETURN coalesce(nullif(current_setting('wisely.actor', true), '')::jsonb,
                    jsonb_build_object('kind', 'database', 'name', session_user));

-- The actor's name, with where the actor is from in the record of another tenant.
CREATE FUNCTION audit_trail_actor_name(actor jsonb, tenant uuid) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN actor->>'name' || CASE WHEN actor->>'tenant' <> tenant::text THEN ' (' || (actor->>'company') || ')' ELSE '' END;

-- The id of an event: of now. The owner, and nobody else, may set wisely.at to another moment, for demo data.
CREATE FUNCTION audit_trail_event_id() RETURNS uuid LANGUAGE sql VOLATILE
    RETURN CASE WHEN current_setting('wisely.at', true) <> '' AND session_user = current_user
                THEN uuidv7(current_setting('wisely.at', true)::timestamptz - clock_timestamp())
                ELSE uuidv7() END;

-- A change of a list: what was added and removed; where only the order has changed, the list before and after.
CREATE FUNCTION audit_trail_list_change(field text, label text, was text[], now text[]) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    RETURN jsonb_build_object('field', field, 'label', label) || CASE
        WHEN was @> now AND now @> was
        THEN jsonb_build_object('before', array_to_string(was, ', '), 'after', array_to_string(now, ', '))
        ELSE jsonb_build_object('added', ARRAY(SELECT item FROM unnest(now) AS item WHERE was IS NULL OR item <> ALL (was)),
                                'removed', ARRAY(SELECT item FROM unnest(was) AS item WHERE now IS NULL OR item <> ALL (now)))
    END;

-- Changes of one record by the same action in one statement or several, as one: each field from first to last. There
-- and back is no change. ``keys`` are what the words of a reference are for: another owner may have the same name.
CREATE FUNCTION audit_trail_merge(changes jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
    RETURN (
        SELECT coalesce(jsonb_agg(
            first - 'keys' || CASE WHEN last ? 'after' THEN jsonb_build_object('after', last->'after') ELSE '{}' END
            ORDER BY place), '[]')
        FROM (
            SELECT min(place) AS place, count(*) AS times, (array_agg(change ORDER BY place))[1] AS first,
                   (array_agg(change ORDER BY place DESC))[1] AS last
            FROM jsonb_array_elements(changes) WITH ORDINALITY AS each (change, place)
            GROUP BY change->>'field'
        ) AS field
        WHERE times = 1 OR NOT first ? 'before' OR CASE WHEN first ? 'keys'
            THEN first->'keys'->0 <> last->'keys'->1 ELSE first->'before' IS DISTINCT FROM last->'after' END
    );

-- Who was added to and removed from a record in the end, by list: [{field, label, added, removed}].
CREATE FUNCTION audit_trail_net_members(told audit_trail_pending[]) RETURNS jsonb LANGUAGE sql STABLE
    RETURN (
        SELECT coalesce(jsonb_agg(change), '[]') FROM (
            SELECT jsonb_build_object(
                'field', field, 'label', label,
                'added', coalesce(jsonb_agg(name ORDER BY name) FILTER (WHERE times > 0), '[]'),
                'removed', coalesce(jsonb_agg(name ORDER BY name) FILTER (WHERE times < 0), '[]')
            ) AS change
            FROM (
                SELECT member->>'field' AS field, member->>'label' AS label, max(member->>'name') AS name,
                       sum((member->>'times')::int) AS times
                FROM unnest(told) AS pending, jsonb_array_elements(pending.members) AS member
                GROUP BY member->>'field', member->>'label', member->>'id'
            ) AS net
            WHERE times <> 0 GROUP BY field, label
        ) AS lists
    );

-- At the transaction's end: writes what is pending of a record, one event an action and whoever acted. The first of the
-- record's rows brings them all.
CREATE FUNCTION audit_trail_flush() RETURNS trigger
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
        GROUP BY request_id, actor_kind, actor_id, actor_name, actor_email, ip ORDER BY (array_agg(id ORDER BY id))[1]
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
                                                resource_id, resource_name, changes, ip)
            VALUES (latest.event_id, latest.tenant_id, latest.request_id, latest.actor_kind, latest.actor_id, latest.actor_name,
                    latest.actor_email, done.module, done.sub_module, done.action, 'success', '', '', latest.resource_type,
                    latest.resource_id, latest.resource_name, all_changes, latest.ip);
        END LOOP;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER flush AFTER INSERT ON audit_trail_pending
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_trail_flush();
ALTER TABLE audit_trail_pending ENABLE ALWAYS TRIGGER flush;

-- What is no change of a row: failures, notifications, what other services tell. The application's way to append; a
-- tenant's events are written in the tenant's own scope, or by support.
CREATE FUNCTION audit_trail_record(tenant uuid, module text, sub_module text, action text, status text, reason_code text,
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
                                        resource_name, changes, ip)
    VALUES (new_id, tenant, (actor->>'request')::uuid, actor->>'kind', (actor->>'id')::uuid,
            audit_trail_actor_name(actor, tenant), coalesce(actor->>'email', ''), module, sub_module, action, status,
            reason_code, reason, resource_type, resource_id, resource_name, changes, (actor->>'ip')::inet);
    RETURN new_id;
END
$$;
REVOKE EXECUTE ON FUNCTION audit_trail_record, audit_trail_flush FROM PUBLIC;
