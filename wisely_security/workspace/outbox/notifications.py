"""Who is notified of changes by e-mail. An e-mail enters the outbox with its change and is sent after the commit."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse

from wisely_security.core.request_context import current
from wisely_security.core.site_url import absolute
from wisely_security.tenancy.models import User, UserStatus

from ..records.record import Record
from .models import Kind, Notification, Recipient, What
from .wake_event import wake_event

MOST_NAMES = 50  # in an e-mail
SEE_GROUPS = "business_groups.view"  # the resource page's permission: without it, a link would lead to a refusal


def group_changed(
    group: Record,
    *,
    owner: User,
    created: bool,
    changed: list[str],
    added: list[User],
    removed: list[User],
    former_owner: User | None = None,
) -> None:
    """Notify the owner of a business group and the users who were added or removed, in the change's transaction.

    ``changed``: labels of the changed fields. ``former_owner``: the previous owner if the owner changed; both are
    notified. Actors are not notified of their own changes, nor are suspended users.
    """
    owners = [(owner, What.CHANGED)] + ([(former_owner, What.FORMER)] if former_owner else [])
    users = [*((user, What.ADDED) for user in added), *((user, What.REMOVED) for user in removed)]
    for kind, people in ((Kind.OWNER, owners), (Kind.USERS, users)):
        recipients = [_recipient(user, what) for user, what in people if _is_notified(user)]
        if recipients:
            Notification.objects.put(
                recipients,
                tenant_id=group.tenant_id,
                kind=kind,
                resource_id=group.pk,
                resource_name=str(group),
                link=absolute(reverse("business_groups_record", args=[group.pk])),
                is_new=created,
                changed=changed,
                added=_names(added),
                removed=_names(removed),
            )
            transaction.on_commit(wake_event.set)


def _recipient(user: User, what: What) -> Recipient:
    may_open = user.may(SEE_GROUPS)
    return Recipient(name=user.name, email=user.email, what=what, may_open=may_open)


def _is_notified(user: User) -> bool:
    actor = current().actor
    return user.status != UserStatus.SUSPENDED and not (actor and actor.id == user.pk)


def _names(users: list[User]) -> list[str]:
    names = [user.name for user in users[:MOST_NAMES]]
    more = len(users) - len(names)
    return [*names, f"{more:,} more"] if more else names
