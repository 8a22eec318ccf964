-- The pattern that large_history.py repeats: events without id and request, drawn at random, the same user with the same
-- device and place.
SELECT setseed(0.5);

CREATE OR REPLACE FUNCTION large_history_id(moment float) RETURNS uuid LANGUAGE sql VOLATILE
    RETURN (lpad(to_hex(moment::bigint), 12, '0') || '7' || lpad(to_hex((random() * 4095)::int), 3, '0') || '8'
            || lpad(to_hex((random() * 2147483647)::bigint), 15, '0'))::uuid;

CREATE UNLOGGED TABLE large_history_drawn AS
    SELECT n, (%(tenants)s::uuid[])[place] AS tenant_id, 1.0 / place AS share, random() AS a, random() AS b, random() AS c,
           1 + floor(power(random(), 1.5) * greatest(5, 2000 / place))::int AS person
    FROM (
        SELECT n, CASE WHEN random() < 0.4 THEN 1
                       ELSE 2 + floor(power(random(), 2) * (cardinality(%(tenants)s::uuid[]) - 1))::int END AS place
        FROM generate_series(0, %(pattern)s - 1) AS n
    ) AS placed;

CREATE UNLOGGED TABLE large_history_login AS
    SELECT n, tenant_id, NULL::uuid AS request_id,
        CASE WHEN c >= 0.01 THEN md5(tenant_id::text || person)::uuid END AS user_id,
        (ARRAY['Asha', 'Ravi', 'Meera', 'John', 'Maria', 'Chen', 'Fatima', 'Lars'])[1 + person %% 8] || ' '
            || (ARRAY['Sharma', 'Iyer', 'Khan', 'Smith', 'Garcia', 'Wang', 'Hassan', 'Berg', 'Rossi'])[1 + person %% 9] AS user_name,
        CASE WHEN c < 0.01 THEN 'guess' || person || '@example.net'
             ELSE 'person' || person || '.' || substr(tenant_id::text, 1, 4) || '@company.example' END AS user_email,
        '' AS acted_by, action, CASE WHEN c < 0.04 THEN 'failure' ELSE 'success' END AS status,
        CASE WHEN c >= 0.04 THEN '' WHEN action = 'log_in' THEN 'wrong_password' ELSE 'no_permission' END AS reason,
        ('10.' || person %% 200 || '.' || person %% 250 || '.' || (b * 40)::int)::inet AS ip,
        (ARRAY['windows_pc', 'windows_pc', 'windows_pc', 'mac', 'android_phone', 'android_phone', 'iphone', 'linux_pc', 'ipad',
               'android_tablet'])[1 + person %% 10] AS device_kind,
        (ARRAY['Windows PC', 'Windows PC', 'Windows PC', 'Mac', 'Android phone (Pixel 9)', 'Android phone (SM-S921B)', 'iPhone',
               'Linux PC', 'iPad', 'Android tablet'])[1 + person %% 10] AS device,
        (ARRAY['Chrome', 'Firefox', 'Edge', 'Safari'])[1 + person %% 4] || ' ' || 120 + person %% 20 AS browser, system,
        'Mozilla/5.0 (' || system || ') AppleWebKit/537.36 (KHTML, like Gecko) Chrome/' || 120 + person %% 20
            || '.0.0.0 Safari/537.36' AS user_agent,
        false AS user_agent_cut,
        CASE WHEN b < 0.60 THEN 'IN' WHEN b < 0.75 THEN 'US' WHEN b < 0.85 THEN 'GB' WHEN b < 0.92 THEN 'DE' WHEN b < 0.97 THEN 'SG'
             WHEN b < 0.99 THEN 'JP' ELSE 'BR' END AS country,
        (ARRAY['Mumbai, Maharashtra, India', 'Pune, Maharashtra, India', 'Delhi, India', 'London, England, United Kingdom',
               'Berlin, Germany', 'Singapore', 'Austin, Texas, United States'])[1 + person %% 7] AS place,
        19.07 AS latitude, 72.87 AS longitude, substr(md5(person::text || n / 40), 1, 16) AS session, '{}'::jsonb AS detail
    FROM (
        SELECT *,
            CASE WHEN a < 0.35 THEN 'log_in' WHEN a < 0.55 THEN 'log_out' WHEN a < 0.93 THEN 'view' WHEN a < 0.97 THEN 'edit'
                 WHEN a < 0.98 THEN 'end_session' WHEN a < 0.99 THEN 'change_password' ELSE 'reset_password' END AS action,
            (ARRAY['Windows 11', 'Windows 10', 'Windows 11', 'macOS 15', 'Android 15', 'Android 14', 'iOS 18', 'Linux', 'iPadOS 18',
                   'Android 13'])[1 + person %% 10] AS system
        FROM large_history_drawn
    ) AS event ORDER BY n;

-- The first actions of the registry are common, the last ones rare.
CREATE UNLOGGED TABLE large_history_audit AS
    SELECT n, tenant_id, NULL::uuid AS request_id, CASE WHEN c > 0.97 THEN 'system' ELSE 'person' END AS actor_kind,
        CASE WHEN c <= 0.97 THEN md5(tenant_id::text || person)::uuid END AS actor_id,
        CASE WHEN c > 0.97 THEN 'System' ELSE 'Person ' || person END AS actor_name,
        CASE WHEN c > 0.97 THEN '' ELSE 'person' || person || '.' || substr(tenant_id::text, 1, 4) || '@company.example' END
            AS actor_email,
        action_keys->>0 AS module, action_keys->>1 AS sub_module, action_keys->>2 AS action,
        CASE WHEN c < 0.04 THEN 'failure' ELSE 'success' END AS status,
        CASE WHEN c < 0.04 THEN 'invalid_input' ELSE '' END AS reason_code,
        CASE WHEN c < 0.04 THEN 'Name: This name is taken.' ELSE '' END AS reason,
        'template' AS resource_type, md5(tenant_id::text || record)::uuid AS resource_id, 'Record ' || record AS resource_name,
        jsonb_build_array(
            jsonb_build_object('field', 'name', 'label', 'Name', 'before', 'Summer sale ' || record, 'after', 'Autumn sale ' || n),
            jsonb_build_object('field', 'text', 'label', 'Prefilled text', 'before', 'Hello', 'after', 'Order ' || n || ', please')
        ) AS changes,
        ('10.' || person %% 200 || '.' || person %% 250 || '.' || (b * 40)::int)::inet AS ip
    FROM (
        SELECT *, given -> floor(power(a, 3) * jsonb_array_length(given))::int AS action_keys,
               1 + (power(b, 2) * 20000 * share)::int AS record
        FROM large_history_drawn, to_jsonb(%(actions)s::text[]) AS given
    ) AS event ORDER BY n;

DROP TABLE large_history_drawn;
