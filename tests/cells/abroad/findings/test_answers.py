"""“Was this you?” of somebody who lives in eu-1."""

from tests.findings.notifications.conftest import mail_server, mailbox
from tests.findings.notifications.test_answers import TestNo, TestTheLinks, TestYes
