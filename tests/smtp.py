"""A mail server of one's own: it keeps what it takes, or refuses everything."""

from __future__ import annotations

import socket
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class MailServer:
    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refuses = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuses:
            return "451 Try again later"
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    def controller(self) -> Controller:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        return Controller(self, hostname="127.0.0.1", port=port)
