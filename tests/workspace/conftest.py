from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.cast import Cast, sign_in
from tests.support.servers.smtp import MailServer

from .audit_assertions import AuditTrail
from .browsing import Visitor
from .samples import set_up_workspace


@pytest.fixture
def workspace(cast: Cast) -> Cast:
    """The cast, with the records of ``samples``."""
    set_up_workspace(cast)
    return cast


@pytest.fixture
def visitor(workspace: Cast) -> Visitor:
    """Alice, who may do everything."""
    return Visitor(sign_in(workspace.alice))


@pytest.fixture
def audit_trail(workspace: Cast, visitor: Visitor) -> AuditTrail:
    """Acme's Audit Trail from now on."""
    return AuditTrail(workspace.acme)


@pytest.fixture
def mailbox(settings) -> Iterator[MailServer]:
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    with server.running():
        yield server
