"""The kinds of e-mails in the outbox. Each is declared once, beside what it reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model

from audit_trail.registry import Action

if TYPE_CHECKING:
    from .models import Notification, Recipient


class NotWantedError(Exception):
    """The e-mail is not sent after all. The message says why, as the end of a sentence about its recipient."""


def no_context(notification: Notification, recipient: Recipient) -> dict[str, Any]:
    return {}


def nothing_more(notification: Notification, recipients: Sequence[Recipient], reason: str) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class MailKind:
    """``template``: of templates/email. ``action``: how the Audit Trail records the outcome, of which ``model``.

    ``context``: what the template reads besides ``user``, ``notification`` and ``link``, in the scope of the tenant, at
    each attempt. It raises NotWantedError where the recipient should no longer get the e-mail. ``on_outcome``: notes
    the outcome elsewhere too, in its transaction; ``reason``: why it did not reach everybody, if so.
    """

    template: str
    action: Action
    model: type[Model]
    context: Callable[[Notification, Recipient], dict[str, Any]] = no_context
    on_outcome: Callable[[Notification, Sequence[Recipient], str], None] = nothing_more


_kinds: dict[str, MailKind] = {}


def declare(key: str, kind: MailKind) -> None:
    """Raises ImproperlyConfigured when the key is taken."""
    if key in _kinds:
        raise ImproperlyConfigured(f"The kind of e-mail {key!r} is declared twice.")
    _kinds[key] = kind


def kind_of(notification: Notification) -> MailKind:
    return _kinds[notification.kind]
