-- As before, but names in the order of all lists that people read.
CREATE OR REPLACE FUNCTION audit_trail_net_members(told audit_trail_pending[]) RETURNS jsonb LANGUAGE sql STABLE
    RETURN (
        SELECT coalesce(jsonb_agg(change), '[]') FROM (
            SELECT jsonb_build_object(
                'field', field, 'label', label,
                'added', coalesce(jsonb_agg(name ORDER BY wisely_sort_key(name) COLLATE "C") FILTER (WHERE times > 0), '[]'),
                'removed', coalesce(jsonb_agg(name ORDER BY wisely_sort_key(name) COLLATE "C") FILTER (WHERE times < 0), '[]')
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
