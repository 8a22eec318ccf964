"""Valid records of every audited model: ``make(BusinessGroup, tenant, name="North")``.

What a test does not name is filled in: unique where it has to be, and with records to refer to, made on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

from django.db.models import Model

from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Edition, Tenant, User, UserStatus
from wisely_security.tenancy.sign_in.accounts import create_tenant

M = TypeVar("M", bound=Model)
Valid = Callable[[Tenant, int], dict[str, Any]]

VALID: dict[type[Model], Valid] = {}  # filled in by the package
_numbers = count(1_000)  # not 1: a search for record 1 would find record 10


def make(model: type[M], tenant: Tenant, **fields: Any) -> M:
    """A saved record, made in the tenant's scope."""
    record = build(model, tenant, **fields)
    with acting_as(tenant_id=tenant.pk):
        record.save()
    return record


def build(model: type[M], tenant: Tenant, **fields: Any) -> M:
    """An unsaved record; what it refers to is saved."""
    filled = {"tenant": tenant, **VALID[model](tenant, next(_numbers)), **fields}
    return model(**{name: _saved(value, tenant) for name, value in filled.items()})


def _saved(value: Any, tenant: Tenant) -> Any:
    """Create a record in place of a model."""
    return make(value, tenant) if isinstance(value, type) and issubclass(value, Model) else value


def find(model: type[M], tenant: Tenant, **fields: Any) -> M:
    """The one record that a tenant has with these values."""
    with acting_as(tenant_id=tenant.pk):
        return model._default_manager.get(tenant=tenant, **fields)


def make_tenant(edition: Edition = Edition.ENTERPRISE) -> Tenant:
    """A tenant with its built-in roles and a Super Admin."""
    number = next(_numbers)
    admin = User(name=f"Admin {number}", email=f"admin{number}@made.example", status=UserStatus.ACTIVE)
    return create_tenant(f"Tenant {number}", f"tenant-{number}", edition, super_admin=admin)
