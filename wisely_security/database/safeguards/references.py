"""What a row of a tenant refers to is of the same tenant: each reference is a foreign key together with the tenant."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.core.checks import CheckMessage, Error

from . import catalogue, declared
from .tables import OPERATIONS, of_tenants


def references_stay_in_their_tenant() -> Iterator[CheckMessage]:
    tenant_columns = {relation.name: table.tenant_column for relation, table in of_tenants() if table.tenant_column}
    keys = catalogue.foreign_keys()
    safe = {
        (key.table, key.columns[1], key.referred)
        for key in keys
        if key.holds and len(key.columns) == 2 and key.columns[0] == tenant_columns.get(key.table)
        if key.referred_columns[0] == tenant_columns.get(key.referred)
    }
    single = {(key.table, key.columns[0], key.referred) for key in keys if len(key.columns) == 1}
    for table, column, referred in sorted((single | _of_models()) - safe):
        of, to = tenant_columns.get(table), tenant_columns.get(referred)
        if not of or not to or column == of or declared.leads_across_tenants(table, column):
            continue
        yield Error(
            f"{table}.{column} can refer to a row of {referred} that belongs to another tenant.",
            hint=f"In a migration: TenantTable(…) for a new table, SameTenantKey(…) for a new field ({OPERATIONS}).",
            id="wisely_security.E019",
        )


def _of_models() -> set[tuple[str, str, str]]:
    """Those that have no constraint of their own as well."""
    return {
        (model._meta.db_table, str(field.column), field.related_model._meta.db_table)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is not None
    }
