"""A mail server for tests: it keeps or refuses what it receives."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class MailServer:
    """``refuses``: every e-mail. ``answers``: what it says to a recipient, by address, instead of taking it.

    ``holds``: it leaves the sender waiting for an answer, until ``release``. ``arrived`` is set when one comes in.
    """

    def __init__(self, port: int = 0) -> None:
        self.messages: list[EmailMessage] = []
        self.refuses = False
        self.answers: dict[str, str] = {}
        self.holds = False
        self.arrived = threading.Event()
        self.port = port or free_port()
        self._released = asyncio.Event()
        self._controller: Controller | None = None

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuses:
            return "451 Try again later"
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.arrived.set()
        if self.holds:
            await self._released.wait()
        return "250 OK"

    def release(self) -> None:
        """Answer those who were left waiting."""
        assert self._controller is not None
        self._controller.loop.call_soon_threadsafe(self._released.set)

    def controller(self) -> Controller:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        return self._controller

    @contextmanager
    def running(self) -> Iterator[None]:
        controller = self.controller()
        controller.start()
        try:
            yield
        finally:
            controller.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
