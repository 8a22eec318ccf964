"""How a notice reaches its person: members through the outbox, support staff, who have no tenant, at once."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from login_activity.sign_ins.recorder import here
from wisely_security.core.request_context import acting_as, current
from wisely_security.core.site_url import absolute
from wisely_security.core.text.characters import without_links
from wisely_security.tenancy.models import Tenant, User
from wisely_security.tenancy.models.time_zones import zone_named
from wisely_security.tenancy.sign_in import mail
from wisely_security.workspace.modules.users import NOTIFY
from wisely_security.workspace.outbox import kinds
from wisely_security.workspace.outbox.kinds import MailKind
from wisely_security.workspace.outbox.models import Notification, Recipient
from wisely_security.workspace.outbox.wake_event import wake_event

from .notices import NOTICES, Notice

logger = logging.getLogger(__name__)
KIND = TEMPLATE = "account_notice"
_mail_workers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="account-mail")


def notify(notice: Notice, user: User, **values: str) -> None:
    """Tell ``user``, once the current transaction is committed. ``values``: what the notice's sentence names."""
    details = {"notice": notice.key, "values": values, "facts": _facts(user)}
    with acting_as(**user.own_scope):
        if user.tenant_id is None:
            context = {"link": absolute(reverse(notice.page)), "tenant": None, **_text(details, user.email, None)}
            transaction.on_commit(lambda: _mail_workers.submit(_send, user, context) and None)
            return
        Notification.objects.put(
            [Recipient(name=user.name, email=user.email)],
            tenant_id=user.tenant_id,
            kind=KIND,
            resource_id=user.pk,
            resource_name=user.name,
            link=absolute(reverse(notice.page)),
            details=details,
        )
    transaction.on_commit(wake_event.set)


def _facts(user: User) -> list[tuple[str, str]]:
    """When and from where, as this request came."""
    device, place = here()
    address = current().client.address
    software = [device.label, device.software] if address else []
    return [
        ("When", f"{timezone.now().astimezone(zone_named(user.time_zone)):%A, %-d %B %Y, %H:%M} ({user.time_zone})"),
        ("Device", without_links(" · ".join(filter(None, software)))),
        ("Place", place.label if address else ""),
        ("Address", str(address or "")),
    ]


def _text(details: dict[str, Any], account: str, company: str | None) -> dict[str, Any]:
    notice = NOTICES[details["notice"]]
    return {
        "subject": notice.subject,
        "sentence": notice.sentence.format(account=account, **details["values"]),
        "if_not_you": notice.if_not_you.format(company=company or "your company"),
        "button": notice.button,
        "facts": details["facts"],
    }


def context(notification: Notification, recipient: Recipient) -> dict[str, Any]:
    """What the template reads. Whoever was deleted meanwhile gets it all the same: it was their account."""
    company = Tenant.objects.values_list("name", flat=True).get(pk=notification.tenant_id)
    return _text(notification.details, recipient.email, company)


def _send(user: User, context: dict[str, Any]) -> None:
    try:
        mail.compose(TEMPLATE, user, **context).send()
    except Exception:  # what it is about is done and recorded
        logger.exception("The mail server did not accept a notice to a member of support.")


kinds.declare(KIND, MailKind(template=TEMPLATE, action=NOTIFY, model=User, context=context))
