"""Valid records of every audited model: ``make(BusinessGroup, tenant, name="North")``.

What a test does not name is filled in: unique where it has to be, and with records to refer to, made on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db.models import Model
from django.utils import timezone

from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Edition, Role, Tenant, User, UserStatus
from wisely_security.tenancy.sign_in.accounts import create_tenant
from wisely_security.workspace.modules.access_accounts import AccessAccount, Communication, Traffic
from wisely_security.workspace.modules.business_groups import BusinessGroup, BusinessGroupUser
from wisely_security.workspace.modules.business_profile import BusinessProfile, Employees, Industry
from wisely_security.workspace.modules.consent_groups import ConsentGroup
from wisely_security.workspace.modules.templates import Category, Template
from wisely_security.workspace.modules.waba_numbers import MessageLink, WabaNumber
from wisely_security.workspace.receivers.receiver import CheckpointReceiver
from wisely_security.workspace.records.record import Channel

M = TypeVar("M", bound=Model)

_numbers = count(1_000)  # not 1: a search for record 1 would find record 10


def make(model: type[M], tenant: Tenant, **fields: Any) -> M:
    """A saved record, made in the tenant's scope."""
    record = build(model, tenant, **fields)
    with acting_as(tenant_id=tenant.pk):
        record.save()
    return record


def build(model: type[M], tenant: Tenant, **fields: Any) -> M:
    """An unsaved record; what it refers to is saved."""
    filled = {"tenant": tenant, **_DEFAULTS[model](tenant, next(_numbers)), **fields}
    return model(**{name: _saved(value, tenant) for name, value in filled.items()})


def _saved(value: Any, tenant: Tenant) -> Any:
    """Create a record in place of a model."""
    return make(value, tenant) if isinstance(value, type) and issubclass(value, Model) else value


def make_tenant(edition: Edition = Edition.ENTERPRISE) -> Tenant:
    """A tenant with its built-in roles and a Super Admin."""
    number = next(_numbers)
    admin = User(name=f"Admin {number}", email=f"admin{number}@made.example", status=UserStatus.ACTIVE)
    return create_tenant(f"Tenant {number}", f"tenant-{number}", edition, super_admin=admin)


Defaults = Callable[[Tenant, int], dict[str, Any]]

_DEFAULTS: dict[type[Model], Defaults] = {
    Role: lambda tenant, number: {"name": f"Role {number}", "permissions": ["audit_trail.view"]},
    User: lambda tenant, number: {
        "role": Role,
        "email": f"user{number}@made.example",
        "name": f"User {number}",
        "status": UserStatus.ACTIVE,
        "password": make_password(None),
    },
    BusinessGroup: lambda tenant, number: {"name": f"Group {number}", "owner_id": tenant.super_admin_id},
    BusinessGroupUser: lambda tenant, number: {"group": BusinessGroup, "user": User},
    AccessAccount: lambda tenant, number: {
        "label": f"Account {number}",
        "communication": Communication.OUTGOING,
        "traffic": Traffic.OTP,
        "channels": [Channel.SMS],
        "business_group": BusinessGroup,
        "allowed_ips": ["192.0.2.0/24"],
        "key_hash": f"{number:064}",
        "key_start": f"wk_{number:09}",
        "key_made_at": timezone.now(),
    },
    BusinessProfile: lambda tenant, number: {
        "legal_name": f"Company {number}",
        "industry": Industry.RETAIL,
        "employees": Employees.TO_50,
        "channels": [Channel.WHATSAPP],
        "street": "1 High Street",
        "city": "Leeds",
        "postal_code": "LS1 1AA",
        "country": "GB",
        "contact_name": "Pat Parker",
        "contact_email": "pat@made.example",
        "contact_phone": "+441132000000",
        "currency": "GBP",
        "time_zone": "Europe/London",
        "language": "en",
    },
    WabaNumber: lambda tenant, number: {"number": f"+1415{number:08}", "display_name": f"Number {number}"},
    MessageLink: lambda tenant, number: {
        "number": WabaNumber,
        "name": f"Link {number}",
        "text": "Hello",
        "code": f"{number:022}",
    },
    Template: lambda tenant, number: {
        "name": f"template_{number}",
        "category": Category.UTILITY,
        "language": "en",
        "body": "Your order {{1}} is on its way.",
    },
    ConsentGroup: lambda tenant, number: {
        "name": f"Consent {number}",
        "access_account": AccessAccount,
        "channel": Channel.SMS,
        "number": "+14155550123",
        "opt_in_response": "Welcome.",
        "opt_out_response": "Goodbye.",
    },
    CheckpointReceiver: lambda tenant, number: {
        "name": f"Receiver {number}",
        "kind": "email",
        "address": f"receiver{number}@made.example",
        "frequency": "daily",
    },
}
