"""The changes of an event as one line, in SQL, for the CSV.

"Name: Sale → Sales; Users: added Ann, removed Bob; API key: changed". Of a record that was made, "Name: Sales"; of one
that was deleted, "Name: was Sales". A dash is an empty value. An expression, and no function: PostgreSQL would call
one that holds a query ten times as slowly.
"""

CHANGES = """
    CASE WHEN changes = '[]' THEN '' ELSE (
        SELECT string_agg((change->>'label') || ': ' || CASE
            WHEN change ? 'masked' THEN 'changed'
            WHEN change ? 'before' AND change ? 'after'
            THEN coalesce(nullif(change->>'before', ''), '–') || ' → ' || coalesce(nullif(change->>'after', ''), '–')
            WHEN change ? 'before' THEN 'was ' || coalesce(nullif(change->>'before', ''), '–')
            WHEN change ? 'after' THEN coalesce(nullif(change->>'after', ''), '–')
            ELSE concat_ws(', ',
                'added ' || (
                    SELECT string_agg(item, ', ' ORDER BY place)
                    FROM jsonb_array_elements_text(change->'added') WITH ORDINALITY AS items (item, place)),
                'removed ' || (
                    SELECT string_agg(item, ', ' ORDER BY place)
                    FROM jsonb_array_elements_text(change->'removed') WITH ORDINALITY AS items (item, place)))
        END, '; ' ORDER BY place)
        FROM jsonb_array_elements(changes) WITH ORDINALITY AS each (change, place)
    ) END
"""
CHANGES_START = "coalesce(changes->0->>'label', '')"
