"""What people do in a session, for tests of the pages that show it."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from uuid import UUID, uuid4

from audit_trail.recording.recorder import Resource
from audit_trail.recording.recorder import record as record_change
from audit_trail.vocabulary import Code
from login_activity.sign_ins.recorder import record
from login_activity.vocabulary import Action, Reason
from tests.support.cast import person
from wisely_security.core.request_context import Client, RequestContext, acting_as, using
from wisely_security.tenancy.models import Role, Tenant, User

NAME = "9007199254740993"
OFFICE, HOTEL = "203.0.113.7", "198.51.100.9"
REFUSED = {"failed": Code.NO_PERMISSION, "reason": "The role doesn’t allow this."}


def did(user: User, *steps: Any, address: str = OFFICE, name: str = NAME, tenant: Tenant | None = None) -> None:
    """Each step an action of Login Activity, with a reason if there is one; or of the Audit Trail, with what it was
    done to (a name or a user), and whether it was refused."""
    owner = tenant or user.tenant
    assert owner
    client, actor = Client(address=ip_address(address)), user.as_actor()
    context = RequestContext(tenant_id=owner.pk, actor=actor, client=client, request_id=uuid4(), session=name)
    with using(context):
        for step in steps:
            match step:
                case Action():
                    record(step, user, tenant_id=owner.pk, detail={"area": "Findings"} if step == Action.VIEW else None)
                case (Action() as action, Reason() as reason):
                    record(action, user, note=reason)
                case (action, resource, *refused):
                    how: Any = REFUSED if refused else {}
                    record_change(action, tenant_id=owner.pk, resource=_resource(resource), **how)


def _resource(named: str | User) -> Resource:
    if isinstance(named, User):
        return Resource(type="user", id=named.pk, name=named.name)
    return Resource(type="businessgroup", id=key_of(named), name=named)


def key_of(name: str) -> UUID:
    return UUID(bytes=name.encode().ljust(16)[:16])


def reader_with(tenant: Tenant, *permissions: str) -> User:
    with acting_as(tenant_id=tenant.pk):
        role = Role.objects.create(tenant=tenant, name="Reader", permissions=list(permissions))
        reader = person("Rita Reed", "rita@acme.example", tenant=tenant, role=role)
        reader.save()
    return reader
