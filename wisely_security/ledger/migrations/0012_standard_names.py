"""Projectors, rollup and dimensions get their names: follower, summary and facets before.

A table's, column's or function's new name is known at once to whatever names it by a reference: policies, grants, functions of
standard SQL. Functions in PL/pgSQL name them in their text, which is rewritten.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import migrations

TABLES = {"ledger_follower": "ledger_projector", "ledger_summary": "ledger_rollup", "ledger_facets": "ledger_dimensions"}
COLUMNS = {("ledger_projector", "followed_at"): "projected_at", ("ledger_dimensions", "facets"): "dimensions"}
FUNCTIONS = {
    "ledger_news": "ledger_pending",
    "ledger_follow": "ledger_next_window",
    "ledger_summarise": "ledger_roll_up",
    "ledger_summarise_by": "ledger_roll_up_by",
    "ledger_summary_row": "ledger_rollup_row",
    "ledger_add_to_summary": "ledger_add_to_rollup",
    "ledger_fold_summary": "ledger_fold_rollup",
    "ledger_forget_summary": "ledger_forget_rollup",
}
WORDS = {
    **TABLES,
    **FUNCTIONS,
    **{before: after for (_, before), after in COLUMNS.items()},
    "facet": "dimension",
    "summarised": "rolled up",
}
PROJECTOR = ("ledger_summarise", "ledger_roll_up")  # as a value: ledger_projector.name


def rename(apps: Any, schema_editor: Any) -> None:
    tables = list(TABLES.items())
    columns = [(table, before, after) for (table, before), after in COLUMNS.items()]
    _rename(schema_editor, tables, columns, list(FUNCTIONS.items()), WORDS)
    schema_editor.execute("UPDATE ledger_projector SET name = %s WHERE name = %s", PROJECTOR[::-1])


def rename_back(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute("UPDATE ledger_projector SET name = %s WHERE name = %s", PROJECTOR)
    tables = [(after, before) for before, after in TABLES.items()]
    old_names = dict(tables)
    columns = [(old_names[table], after, before) for (table, before), after in COLUMNS.items()]
    functions = [(after, before) for before, after in FUNCTIONS.items()]
    _rename(schema_editor, tables, columns, functions, {after: before for before, after in WORDS.items()})


def _rename(
    schema_editor: Any,
    tables: list[tuple[str, str]],
    columns: list[tuple[str, str, str]],
    functions: list[tuple[str, str]],
    words: dict[str, str],
) -> None:
    for before, after in tables:
        schema_editor.execute(f"ALTER TABLE {before} RENAME TO {after}")
        schema_editor.execute(f"ALTER INDEX {before}_pkey RENAME TO {after}_pkey")
    for table, before, after in columns:
        schema_editor.execute(f"ALTER TABLE {table} RENAME {before} TO {after}")
    for before, after in functions:
        schema_editor.execute(f"ALTER FUNCTION {before} RENAME TO {after}")
    any_word = rf"\b({'|'.join(sorted(words, key=len, reverse=True))})\b"
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef(oid) FROM pg_proc "
            "WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'ledger%%' AND prosrc <> ''"
        )
        definitions = [definition for (definition,) in cursor.fetchall()]
    for definition in definitions:
        head, quote, body = definition.partition("AS $function$")
        if (rewritten := re.sub(any_word, lambda found: words[found[0]], body)) != body:
            schema_editor.execute(head + quote + rewritten, None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_sealing")]
    operations = [migrations.RunPython(rename, rename_back)]
