"""Operations for migrations of event tables, which have a partition a month and are written to all the time."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations import AddIndex
from django.db.models import Index

PARTITIONS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass"


class AddEventIndex(AddIndex):
    """Adds an index month by month, and keeps nobody from writing. For migrations that are not ``atomic``.

    What was interrupted is done again. Later partitions get the index with all others, when they are attached.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        index: Index = self.index
        table, name = model._meta.db_table, index.name
        definition = str(index.create_sql(model, schema_editor)).partition(" ON ")[2].partition(" ")[2]
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(f'CREATE INDEX IF NOT EXISTS "{name}" ON ONLY {table} {definition}')
            cursor.execute(PARTITIONS, [table])
            for number, (partition,) in enumerate(sorted(cursor.fetchall())):
                of_month = f"{name}_{partition.removeprefix(table).strip('_') or number}"
                cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [of_month])
                if cursor.fetchone() == (False,):
                    cursor.execute(f'DROP INDEX CONCURRENTLY "{of_month}"')
                cursor.execute(f'CREATE INDEX CONCURRENTLY IF NOT EXISTS "{of_month}" ON {partition} {definition}')
                cursor.execute(f'ALTER INDEX "{name}" ATTACH PARTITION "{of_month}"')

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(f'DROP INDEX "{self.index.name}"')
