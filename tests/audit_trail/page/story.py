"""The actions of a tenant, recorded by the real triggers and the recorder, for tests of pages that show them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone

from audit_trail.recording.recorder import Resource, record
from audit_trail.vocabulary import Code
from wisely_security.core.request_context import Client, RequestContext, using
from wisely_security.tenancy.models import Role, Tenant, User
from wisely_security.workspace.modules import access_accounts, business_groups, templates
from wisely_security.workspace.modules.access_accounts import AccessAccount
from wisely_security.workspace.modules.business_groups import BusinessGroup, BusinessGroupUser
from wisely_security.workspace.modules.templates import Review, Template

OFFICE = ip_address("203.0.113.7")
BODY = """Hello {{1}},

your order {{2}} is on its way.
It comes on {{3}}.

Reply STOP to hear no more.
Acme"""
OTHER_BODY = BODY.replace("It comes on {{3}}.", "It comes on {{3}} before noon.\nTrack it: {{4}}")


@contextmanager
def a_request(tenant: Tenant, actor: User | None) -> Iterator[UUID]:
    """One request by a user of the tenant, or (None) by the system, in a transaction of its own."""
    request_id = uuid4()
    context = RequestContext(
        tenant_id=tenant.pk,
        actor=actor.as_actor() if actor else None,
        client=Client(address=OFFICE if actor else None),
        request_id=request_id,
        session="9007199254740993" if actor else "",  # a number, to a spreadsheet
    )
    with using(context), transaction.atomic():
        yield request_id
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@dataclass(frozen=True, slots=True)
class Story:
    group: BusinessGroup
    account: AccessAccount
    template: Template
    bulk: UUID  # the request that made several groups


def record_story(tenant: Tenant, chief: User, colleague: User) -> Story:
    """Seventeen events: additions, edits, members, a secret, a long text, refusals, the system, one large request."""
    with a_request(tenant, chief):
        group = BusinessGroup.objects.create(tenant=tenant, name="Sales", owner=chief)
        BusinessGroupUser.objects.create(group=group, user=colleague)
    with a_request(tenant, chief):
        group.name, group.description = "Sales & <b>Service</b>", "Everybody who speaks with customers"
        group.save()
        BusinessGroupUser.objects.filter(group=group).delete()
        BusinessGroupUser.objects.create(group=group, user=chief)
    with a_request(tenant, chief):
        account = AccessAccount.objects.create(
            tenant=tenant,
            label="Shop",
            communication="outgoing",
            traffic="otp",
            channels=["sms"],
            business_group=group,
            key_hash="0" * 64,
            key_start="wk_1234",
            key_made_at=timezone.now(),
        )
    with a_request(tenant, colleague):
        account.channels, account.key_hash = ["sms", "whatsapp"], "1" * 64
        account.save()
    with a_request(tenant, None):
        AccessAccount.objects.filter(pk=account.pk).update(is_active=False)
    with a_request(tenant, colleague):
        template = Template.objects.create(
            tenant=tenant, name="order_shipped", category="utility", language="en", body=BODY
        )
    with a_request(tenant, colleague):
        Template.objects.filter(pk=template.pk).update(body=OTHER_BODY, footer="Thank you")
    with a_request(tenant, chief):
        Template.objects.filter(pk=template.pk).update(content_status=Review.REJECTED, remark="Say who is writing.")
    with a_request(tenant, chief):
        record(
            business_groups.ADD,
            tenant_id=tenant.pk,
            failed=Code.DUPLICATE,
            reason="Name: A business group with this name already exists.",
        )
        record(
            templates.APPROVE,
            tenant_id=tenant.pk,
            resource=Resource(type="template", id=template.pk, name=str(template)),
            failed=Code.NOT_ALLOWED,
            reason="Approve the content of the template first.",
        )
    with a_request(tenant, colleague):
        record(
            access_accounts.EDIT,
            tenant_id=tenant.pk,
            resource=Resource(type="accessaccount", id=uuid4()),
            failed=Code.NO_PERMISSION,
            reason="The role doesn’t allow this.",
        )
    with a_request(tenant, chief) as bulk:
        BusinessGroup.objects.bulk_create(
            BusinessGroup(tenant=tenant, name=f"Region {name}", owner=chief)
            for name in ("East", "North", "South", "West")
        )
    with a_request(tenant, chief):
        role = Role.objects.create(tenant=tenant, name="Auditor", permissions=["audit_trail.view"])
    with a_request(tenant, chief):
        role.delete()
    return Story(group, account, template, bulk)
