"""A business group that is added and edited in the browser: who is notified, and what the record shows of that."""

from __future__ import annotations

from django.db import connection
from django.test import Client

from audit_trail.models import AuditEvent
from tests.support.cast import Cast, sign_in
from tests.support.servers.smtp import MailServer
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import User
from wisely_security.workspace.modules.business_groups import BusinessGroup

from .changes import colleague, deliver_all, waiting

GROUPS = "/settings/business-groups/"


def save(client: Client, url: str, name: str, owner: User, *users: User) -> None:
    form = client.get(url).context["form"]
    typed = {
        "name": name,
        "description": "",
        "owner": str(owner.pk),
        "users": [str(user.pk) for user in users],
        "seen": form["seen"].value() or "",
    }
    assert client.post(url, typed).status_code == 302


def notified(cast: Cast) -> list[tuple[str, str, str]]:
    with acting_as(tenant_id=cast.acme.pk):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        events = AuditEvent.objects.filter(module="business_group").order_by("id")
        return [(str(event.request_id), event.action, event.status) for event in events]


def test_a_change_and_its_notifications_have_the_same_request_id(cast: Cast, mailbox: MailServer) -> None:
    alice, ella = sign_in(cast.alice), colleague(cast, "Ella Ellis")
    save(alice, f"{GROUPS}add/", "Sales", cast.bob, ella)
    deliver_all()
    with acting_as(tenant_id=cast.acme.pk):
        group = BusinessGroup.objects.get()
    save(alice, f"{GROUPS}{group.pk}/edit/", "Sales North", cast.bob)
    deliver_all()
    subjects = [(message["To"], message["Subject"]) for message in mailbox.messages]
    assert sorted(subjects) == [
        ("bob@acme.example", "The business group Sales North was changed"),
        ("bob@acme.example", "The business group Sales was added"),
        ("ella@acme.example", "You were added to the business group Sales"),
        ("ella@acme.example", "You were removed from the business group Sales North"),
    ]
    (first, *_), *_, (last, *_) = recorded = notified(cast)
    assert sorted(recorded) == sorted(
        [
            (first, "add", "success"),
            (first, "notify_owner", "success"),
            (first, "notify_users", "success"),
            (last, "edit", "success"),
            (last, "notify_owner", "success"),
            (last, "notify_users", "success"),
        ]
    )
    assert first != last


def test_saving_without_a_change_notifies_nobody(cast: Cast, mailbox: MailServer) -> None:
    alice = sign_in(cast.alice)
    save(alice, f"{GROUPS}add/", "Sales", cast.bob)
    deliver_all()
    with acting_as(tenant_id=cast.acme.pk):
        group = BusinessGroup.objects.get()
    save(alice, f"{GROUPS}{group.pk}/edit/", "Sales", cast.bob)
    assert waiting(cast.acme) == []
