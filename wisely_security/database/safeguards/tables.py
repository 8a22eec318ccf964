"""Row-level security, policies and grants of each table are as declared, and nothing besides."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.core.checks import CheckMessage, Error

from . import catalogue, declared
from .catalogue import FoundPolicy, Relation
from .declared import Policy, Table

OPERATIONS = "wisely_security/database/operations.py"


def of_tenants() -> list[tuple[Relation, Table]]:
    """Every table with a declaration, that of an ordinary record where nobody made one."""
    found = []
    for relation in catalogue.relations():
        table = declared.declared(relation.name)
        if table is None and "tenant_id" in relation.columns and not _is_examined_elsewhere(relation):
            table = Table()
        if table is not None:
            found.append((relation, table))
    return found


def _is_examined_elsewhere(relation: Relation) -> bool:
    return relation.is_partition or declared.is_examined_elsewhere(relation.name)


def row_level_security_is_on() -> Iterator[CheckMessage]:
    for relation, table in of_tenants():
        if table.policies is None:
            continue
        isolate = f"In a migration of its app, after CreateModel: TenantTable(…) of {OPERATIONS}."
        if not relation.has_security:
            yield Error(f"{relation.name} has no row-level security.", hint=isolate, id="wisely_security.E010")
        if not relation.is_forced:
            yield Error(
                f"{relation.name}: row-level security does not apply to the owner (FORCE is missing).",
                hint=f"{isolate} Where it is isolated already: ALTER TABLE {relation.name} FORCE ROW LEVEL SECURITY.",
                id="wisely_security.E011",
            )


def policies_are_as_declared() -> Iterator[CheckMessage]:
    by_table: dict[str, list[FoundPolicy]] = defaultdict(list)
    for policy in catalogue.policies():
        by_table[policy.table].append(policy)
    for relation, table in of_tenants():
        found, wanted = by_table[relation.name], {_comparable(each): each for each in table.policies or ()}
        for key in wanted.keys() - {_found_comparable(each) for each in found}:
            yield Error(
                f"{relation.name} has no policy for {_described(wanted[key])}.",
                hint=f"In a migration: TenantTable(…) of {OPERATIONS} makes that of an ordinary record.",
                id="wisely_security.E012",
            )
        for policy in found:
            if _found_comparable(policy) not in wanted:
                yield Error(
                    f"{relation.name}: the policy {policy.name} ({policy.command}) is not declared: "
                    f"USING ({policy.using or '-'}) WITH CHECK ({policy.check or '-'}).",
                    hint=f"DROP POLICY {policy.name} ON {relation.name} in a migration, or declare it in its app's "
                    "safeguards.py.",
                    id="wisely_security.E013",
                )


def _comparable(policy: Policy) -> tuple[object, ...]:
    return True, policy.command, _plain(policy.using), _plain(policy.check), policy.for_owner, not policy.for_owner


def _found_comparable(policy: FoundPolicy) -> tuple[object, ...]:
    using, check = _plain(policy.using), _plain(policy.check)
    return policy.permissive, policy.command, using, check, policy.for_owner, policy.for_all


def _plain(expression: str) -> str:
    """Without what PostgreSQL adds when it writes an expression out. No declared one depends on its parentheses."""
    return re.sub(r"::(text|uuid)\b|\bAS wisely_\w+|[\s()]", "", expression).lower()


def _described(policy: Policy) -> str:
    return f"{policy.command}: {policy.using or policy.check}{' (owner only)' if policy.for_owner else ''}"


def grants_are_as_declared() -> Iterator[CheckMessage]:
    for relation, table in of_tenants():
        columns = {f"INSERT ({column})" for column in table.insert_columns()}
        missing = [*sorted(table.grants - {*relation.grants}), *sorted(columns - {*relation.column_grants})]
        if missing:
            yield Error(
                f"{relation.name}: the app role has no {', '.join(missing)}.",
                hint=f"TenantTable(…) or AddEventColumn(…) of {OPERATIONS} grants it in a migration; otherwise: "
                f"GRANT {', '.join(missing)} ON {relation.name} TO app_role().",
                id="wisely_security.E014",
            )
        yield from _too_much(relation, table.grants, columns)


def _too_much(relation: Relation, grants: frozenset[str], columns: set[str]) -> Iterator[CheckMessage]:
    too_many = [*sorted({*relation.grants} - grants), *sorted({*relation.column_grants} - columns)]
    too_many += [f"GRANT OPTION for {privilege}" for privilege in relation.grantable]
    if too_many and not relation.public_grants:
        yield Error(
            f"{relation.name}: the app role has {', '.join(too_many)}, and should not.",
            hint=f"REVOKE it in a migration; or, if the application needs it, declare {relation.name} in its app's "
            "safeguards.py.",
            id="wisely_security.E015",
        )


def nothing_is_granted_to_public() -> Iterator[CheckMessage]:
    for relation in catalogue.relations():
        if relation.public_grants:
            yield Error(
                f"{relation.name}: PUBLIC has {', '.join(sorted(relation.public_grants))}.",
                hint=f"In a migration: REVOKE ALL ON {relation.name} FROM PUBLIC.",
                id="wisely_security.E016",
            )


def nothing_is_granted_on_partitions() -> Iterator[CheckMessage]:
    """Policies of a partitioned table do not hold where a partition is addressed directly."""
    for relation in catalogue.relations():
        if not _is_examined_elsewhere(relation):
            continue
        if granted := [*relation.grants, *relation.column_grants]:
            yield Error(
                f"{relation.name} is a partition, and the app role has {', '.join(granted)} on it, "
                "which bypasses all policies.",
                hint=f"As the owner: REVOKE ALL ON {relation.name} FROM the app role.",
                id="wisely_security.E017",
            )


def every_table_is_accounted_for() -> Iterator[CheckMessage]:
    """A table without a tenant_id is declared, or nothing of a tenant and nothing of the app role's."""
    tenants = {relation.name for relation, table in of_tenants() if table.policies is not None}
    leads_to: dict[str, list[str]] = defaultdict(list)
    for key in catalogue.foreign_keys():
        leads_to[key.table] += [key.referred] if key.referred in tenants else []
    for relation in catalogue.relations():
        if "tenant_id" in relation.columns or declared.declared(relation.name) or _is_examined_elsewhere(relation):
            continue
        if what := _unaccounted(relation, leads_to[relation.name]):
            yield Error(
                f"{relation.name} has no tenant_id, but {what}.",
                hint="Give its model a tenant (workspace/records/record.py; between two records, a model of its own as "
                "through), "
                "or declare the table in its app's safeguards.py.",
                id="wisely_security.E018",
            )


def _unaccounted(relation: Relation, referred: Sequence[str]) -> str:
    if referred:
        return f"refers to {', '.join(sorted(set(referred)))}, which belong to tenants"
    granted = [*relation.grants, *relation.column_grants]
    return f"the app role has {', '.join(granted)} on it" if granted else ""
