"""E-mails to users, each with a text and an HTML part (templates/email)."""

from __future__ import annotations

from typing import Any, Protocol

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from ..models import User


class NotSentError(OSError):
    """The mail server did not take an e-mail, or could not be asked. The cause says why."""


class Addressee(Protocol):
    name: Any
    email: Any


def send(template: str, user: User, **context: Any) -> None:
    """Send ``templates/email/<template>``. Raises NotSentError if the server does not take it."""
    message = compose(template, user, tenant=user.tenant, **context)
    try:
        message.send()
    except OSError as error:  # smtplib's errors are OSErrors too
        raise NotSentError(str(error)) from error


def compose(template: str, user: Addressee, **context: Any) -> EmailMultiAlternatives:
    """The e-mail of ``templates/email/<template>``, not sent yet."""
    context |= {"user": user}
    message = EmailMultiAlternatives(
        subject=" ".join(render_to_string(f"email/{template}_subject.txt", context).split()),
        body=render_to_string(f"email/{template}.txt", context),
        to=[user.email],
    )
    message.attach_alternative(render_to_string(f"email/{template}.html", context), "text/html")
    return message
