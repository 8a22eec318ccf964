"""A mail server for the demo: no e-mail leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from smtplib import SMTPRecipientsRefused
from typing import ClassVar

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class FakeMailBackend(BaseEmailBackend):
    """Takes every e-mail and keeps none. ``refuses``: what it answers for addresses that it does not take."""

    refuses: ClassVar[dict[str, tuple[int, bytes]]] = {}

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            if refused := {address: self.refuses[address] for address in message.to if address in self.refuses}:
                raise SMTPRecipientsRefused(refused)
        return len(email_messages)


@contextmanager
def fake_mail(refused: str = "", answer: str = "") -> Iterator[None]:
    """Inside the block, e-mail of this process goes to the fake mail backend. ``answer``: as "550 No such user"."""
    configured = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{FakeMailBackend.__module__}.{FakeMailBackend.__qualname__}"
    code, _, text = answer.partition(" ")
    FakeMailBackend.refuses = {refused: (int(code), text.encode())} if refused else {}
    try:
        yield
    finally:
        settings.EMAIL_BACKEND = configured
