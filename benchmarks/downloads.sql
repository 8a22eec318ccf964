-- Events of one tenant, evenly over the last twenty days: 2,000 people, edits of one field and of two, a failure in 25.
INSERT INTO login_activity_loginevent (
    id, tenant_id, user_id, user_name, user_email, acted_by, action, status, reason, ip, device_kind, device, browser,
    system, user_agent, user_agent_cut, country, place, latitude, longitude, session, detail, request_id)
SELECT uuidv7(make_interval(secs => -n::float8 * 1728000 / %(rows)s)), %(tenant)s, md5(person::text)::uuid,
    'Person Number ' || person, 'person.' || person || '@acme.example', '',
    (ARRAY['log_in', 'log_in', 'log_out', 'view'])[1 + n %% 4],
    CASE WHEN n %% 25 = 0 THEN 'failure' ELSE 'success' END, CASE WHEN n %% 25 = 0 THEN 'wrong_password' ELSE '' END,
    ('81.2.' || person %% 250 || '.' || n %% 250)::inet, 'windows_pc', 'Windows PC', 'Chrome ' || 120 + n %% 20, 'Windows 11',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/' || 120 + n %% 20
        || '.0.0.0 Safari/537.36',
    false, 'IN', (ARRAY['Mumbai, Maharashtra, India', 'Pune, Maharashtra, India', 'Singapore'])[1 + person %% 3], 19.1, 72.9,
    substr(md5((n / 3)::text), 1, 16),
    CASE WHEN n %% 4 = 3 THEN '{"area": "Login Activity", "filters": {"Period": "Last 30 days"}, "rows": 50}'::jsonb ELSE '{}' END,
    md5(n::text)::uuid
FROM (SELECT n, (n * 7919::bigint %% 2000)::int AS person FROM generate_series(%(rows)s, 1, -1) AS n) AS drawn;

INSERT INTO audit_trail_auditevent (
    id, tenant_id, request_id, actor_kind, actor_id, actor_name, actor_email, module, sub_module, action, status,
    reason_code, reason, resource_type, resource_id, resource_name, changes, ip)
SELECT uuidv7(make_interval(secs => -n::float8 * 1728000 / %(rows)s)), %(tenant)s, md5(n::text)::uuid, 'person',
    md5(person::text)::uuid, 'Person Number ' || person, 'person.' || person || '@acme.example',
    (ARRAY['business_group', 'templates', 'users', 'roles'])[1 + n %% 4],
    (ARRAY['group', 'template', 'user', 'role'])[1 + n %% 4], (ARRAY['edit', 'edit', 'edited', 'edit'])[1 + n %% 4],
    CASE WHEN n %% 25 = 0 THEN 'failure' ELSE 'success' END, CASE WHEN n %% 25 = 0 THEN 'invalid_input' ELSE '' END,
    CASE WHEN n %% 25 = 0 THEN 'Name: This name is taken.' ELSE '' END, 'template', md5((n %% 5000)::text)::uuid,
    'Record ' || n %% 5000,
    CASE WHEN n %% 25 = 0 THEN '[]' ELSE jsonb_build_array(
        jsonb_build_object('field', 'name', 'label', 'Name', 'before', 'Summer sale ' || n %% 5000, 'after', 'Autumn sale ' || n)
    ) || CASE WHEN n %% 2 = 0 THEN '[]' ELSE jsonb_build_array(
        jsonb_build_object('field', 'text', 'label', 'Prefilled text', 'before', 'Hello', 'after', 'Order ' || n || ', please')
    ) END END,
    ('81.2.' || person %% 250 || '.' || n %% 250)::inet
FROM (SELECT n, (n * 7919::bigint %% 2000)::int AS person FROM generate_series(%(rows)s, 1, -1) AS n) AS drawn;
