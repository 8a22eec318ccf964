from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.servers.smtp import MailServer


@pytest.fixture
def mail_server(settings) -> MailServer:
    """Where e-mails go. It does not run yet."""
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    return server


@pytest.fixture
def mailbox(mail_server: MailServer) -> Iterator[MailServer]:
    """The mail server, running."""
    with mail_server.running():
        yield mail_server
