"""The rules, in the order in which their faults are best mended."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage

from ..rules import rule
from . import definitions, functions, guards, references, residence, roles, shadows, tables

RULES = (
    roles.owner_is_bound_by_policies,
    tables.row_level_security_is_on,
    tables.policies_are_as_declared,
    tables.grants_are_as_declared,
    tables.nothing_is_granted_to_public,
    tables.nothing_is_granted_on_partitions,
    tables.every_table_is_accounted_for,
    references.references_stay_in_their_tenant,
    guards.guards_stand,
    residence.every_table_is_guarded,
    guards.nothing_is_rewritten,
    functions.search_paths_are_fixed,
    functions.execution_is_granted_as_declared,
    definitions.functions_are_as_migrated,
    shadows.tables_are_tables,
    shadows.nothing_is_shadowed,
    shadows.sessions_begin_plainly,
)


@rule
def safeguards_stand() -> Iterator[CheckMessage]:
    if powers := list(roles.app_role_has_no_powers()):
        yield from powers  # what it has besides follows from those
        return
    for each in RULES:
        yield from each()
