from tests.workspace.outbox.conftest import mail_server, mailbox

__all__ = ["mail_server", "mailbox"]
