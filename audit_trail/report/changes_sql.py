"""The changes of an event as one line, in SQL, for the CSV.

"Name: Sale → Sales; Users: added Ann, removed Bob; API key: changed". Of a record that was made, "Name: Sales"; of one
that was deleted, "Name: was Sales". A dash is an empty value.

An expression, and no function: PostgreSQL would call one that holds a query ten times as slowly. Most events have one
change: its words need no query, which would take as long again. Elements are numbered with ``generate_series``, which
hands them on one by one; ``jsonb_array_elements`` and an ORDER BY would store and sort them first, for every event.
"""


def _in_words(change: str) -> str:
    return f"""{change}->>'label' || CASE
        WHEN {change} ? 'masked' THEN ': changed'
        WHEN {change} ? 'after' THEN
            CASE WHEN {change} ? 'before' THEN ': ' || {_or_dash(change, "before")} || ' → ' ELSE ': ' END
            || {_or_dash(change, "after")}
        WHEN {change} ? 'before' THEN ': was ' || {_or_dash(change, "before")}
        ELSE ': ' || concat_ws(', ', {_listed(change, "added")}, {_listed(change, "removed")})
    END"""


def _or_dash(change: str, key: str) -> str:
    return f"coalesce(nullif({change}->>'{key}', ''), '–')"


def _listed(change: str, key: str) -> str:
    """ "added Ann, Zoë"; NULL where there are none."""
    return f"'{key} ' || (SELECT string_agg(item, ', ') FROM jsonb_array_elements_text({change}->'{key}') AS item)"


CHANGES = f"""
    CASE jsonb_array_length(changes) WHEN 0 THEN '' WHEN 1 THEN {_in_words("changes->0")} ELSE (
        SELECT string_agg({_in_words("change")}, '; ')
        FROM (SELECT changes->generate_series(0, jsonb_array_length(changes) - 1) AS change) AS each
    ) END
"""
