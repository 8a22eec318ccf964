"""Questions of "Was this you?", as a person gets them."""

from __future__ import annotations

import re
from typing import Any

from tests.support.servers.smtp import MailServer
from wisely_security.core.request_context import acting_as
from wisely_security.core.site_url import cell_prefix
from wisely_security.findings.models import Finding, Question
from wisely_security.tenancy.models import User

from .making import notified, send_due

BOB = "bob@acme.example"
SUBJECT = "Was this you? A sign-in to your Wisely Security account"


def links(mailbox: MailServer) -> dict[str, str]:
    """The two of the one letter that asks, as paths."""
    [letter] = [each for each in mailbox.messages if each["Subject"] == SUBJECT]
    body = letter.get_body(("plain",))
    assert body is not None
    paths = re.findall(rf"https://security.wisely.example({cell_prefix()}/was-this-you/\S+)", body.get_content())
    assert len(paths) == 2
    return {path.strip("/").rpartition("/")[2]: path for path in paths}


def asked(user: User, mailbox: MailServer, **changed: Any) -> tuple[Finding, dict[str, str]]:
    finding = notified(user, **changed)
    send_due()
    return finding, links(mailbox)


def now(finding: Finding) -> Finding:
    with acting_as(tenant_id=finding.tenant_id):
        return Finding.objects.get(pk=finding.pk)


def question() -> Question:
    with acting_as(support=True):
        return Question.objects.get()
