"""What arrives: as an e-mail, as a webhook, at a witness."""

from __future__ import annotations

import base64
import hmac
import json
from hashlib import sha256

import pytest
from django.db import connection
from django.test import Client

from audit_trail.models import AuditEvent
from tests.ledger.sealing.logs.tampering import as_owner
from tests.support.cast import Cast, sign_in
from tests.support.records import TABLE
from tests.support.servers.http_server import HttpServer, Reply
from tests.support.servers.smtp import MailServer
from tests.workspace.browsing import Visitor
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.sealing.checkpoints import open_checkpoint
from wisely_security.ledger.sealing.notes import PublicKey
from wisely_security.workspace.receivers.receiver import CheckpointReceiver

from .receiving import deliver_all, receiver, record_and_seal, seal, state, text_of, time_passes

CHANGES = AuditEvent._meta.db_table


class TestEmail:
    def test_it_says_what_to_do_and_verifies(self, committed_cast: Cast, mailbox: MailServer) -> None:
        acme = committed_cast.acme
        receiver(committed_cast, name="Auditors", address="audit@firm.example")
        sizes = {"login-activity": record_and_seal(acme), "audit-trail": seal(acme, CHANGES)}
        deliver_all()
        [message] = mailbox.messages
        text = text_of(message)
        assert message["Subject"].strip() == "Keep this: checkpoint of Acme’s security records"
        assert "Hello Auditors" in text
        assert "keep this e-mail. It proves what Acme’s security records held" in text
        attached = {each.get_filename(): each.get_content() for each in message.iter_attachments()}
        assert set(attached) == {f"{record}-{size}.checkpoint" for record, size in sizes.items()}
        for record, size in sizes.items():
            origin = f"security.example/{acme.pk}/{record}"
            vkey = text[text.index(f"{origin}+") :].split()[0]
            note = attached[f"{record}-{size}.checkpoint"]
            assert open_checkpoint(note, [PublicKey.parse(vkey)], origin).checkpoint.size == size
            assert note.decode() in text.replace("\r\n", "\n")  # also for who keeps no attachments

    def test_names_cannot_write_html_or_headers(self, committed_cast: Cast, mailbox: MailServer) -> None:
        receiver(committed_cast, name="<b>A</b> & co", address="audit@firm.example")
        record_and_seal(committed_cast.acme)
        deliver_all()
        html = text_of(mailbox.messages[0], "html")
        assert "Hello &lt;b&gt;A&lt;/b&gt; &amp; co" in html

    @pytest.mark.parametrize("answer", ["550 5.1.1 No such mailbox", "451 Try again later"])
    def test_a_mail_server_that_refuses(self, committed_cast: Cast, mailbox: MailServer, answer: str) -> None:
        it = receiver(committed_cast, address="audit@firm.example")
        record_and_seal(committed_cast.acme)
        mailbox.answers["audit@firm.example"] = answer
        deliver_all()
        assert state(it).error.startswith("The mail server did not take the e-mail: ")
        assert answer.partition(" ")[2] in state(it).error
        mailbox.answers.clear()
        time_passes(minutes=2)
        deliver_all()
        assert [message["To"] for message in mailbox.messages] == ["audit@firm.example"]


class TestWebhook:
    def test_it_is_signed_with_the_secret_that_was_shown_once(self, committed_cast: Cast, server: HttpServer) -> None:
        """As Standard Webhooks has it, with the secret that the page shows."""
        acme = committed_cast.acme
        alice = Visitor(sign_in(committed_cast.alice))
        form = alice.open("/settings/checkpoint-receivers/add/").form
        form.fill({"Name": "Hook", "Kind": "Webhook", "Address": server.url(), "How often": "At most daily"})
        shown = alice.send(form).text
        secret = base64.b64decode(shown[shown.index("whsec_") + 6 :].split()[0])
        with acting_as(tenant_id=acme.pk):
            it = CheckpointReceiver.objects.get(name="Hook")
        assert base64.b64encode(secret).decode() not in alice.open(f"/settings/checkpoint-receivers/{it.pk}/").text

        size = record_and_seal(acme)
        deliver_all()
        [request] = server.requests
        signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
        expected = base64.b64encode(hmac.new(secret, signed, sha256).digest()).decode()
        assert request.headers["webhook-signature"] == f"v1,{expected}"
        sent = json.loads(request.body)
        assert (sent["type"], sent["data"]["tenant"]) == ("checkpoint", {"id": str(acme.pk), "name": "Acme"})
        [log] = [each for each in sent["data"]["logs"] if each["record"] == "login-activity"]
        opened = open_checkpoint(log["checkpoint"].encode(), [PublicKey.parse(log["public_key"])], log["origin"])
        assert (log["size"], opened.checkpoint.size) == (size, size)
        assert base64.b64decode(log["root"]) == opened.checkpoint.root

    def test_a_new_secret_replaces_the_old_one(self, committed_cast: Cast, server: HttpServer) -> None:
        it = receiver(committed_cast, kind="webhook", address=server.url())
        alice = Visitor(sign_in(committed_cast.alice))
        alice.open(f"/settings/checkpoint-receivers/{it.pk}/new-secret/")
        first = alice.send(alice.form).text
        alice.open(f"/settings/checkpoint-receivers/{it.pk}/new-secret/")
        second = alice.send(alice.form).text
        assert first[first.index("whsec_") :].split()[0] != second[second.index("whsec_") :].split()[0]

    @pytest.mark.parametrize(("status", "error"), [(302, "redirect"), (410, "status 410"), (500, "status 500")])
    def test_anything_but_success_is_a_failure(
        self, committed_cast: Cast, server: HttpServer, status: int, error: str
    ) -> None:
        it = receiver(committed_cast, kind="webhook", address=server.url())
        record_and_seal(committed_cast.acme)
        server.answer = lambda request: Reply(status, headers={"Location": server.url("/elsewhere")})
        deliver_all()
        assert error in state(it).error
        assert [request.path for request in server.requests] == ["/hook"]


class TestLimits:
    @pytest.fixture
    def alice(self, cast: Cast) -> Client:
        return sign_in(cast.alice)

    def add(self, client: Client, **typed: str):
        values = {"name": "New", "kind": "email", "address": "a@b.example", "vkey": "", "frequency": "daily"}
        return client.post("/settings/checkpoint-receivers/add/", values | typed)

    def test_a_company_has_ten_at_most(self, alice: Client, cast: Cast) -> None:
        for number in range(10):
            assert self.add(alice, name=f"Receiver {number}").status_code == 302
        refused = self.add(alice)
        assert refused.status_code == 400
        assert "at most 10 checkpoint receivers" in refused.content.decode()

    @pytest.mark.parametrize("kind", ["webhook", "witness"])
    def test_no_private_address(self, settings, alice: Client, kind: str) -> None:
        settings.OUTBOUND_ALLOWED_NETWORKS = []
        refused = self.add(alice, kind=kind, address="https://169.254.169.254/latest/", vkey="")
        assert refused.status_code == 400
        assert "in a private network" in refused.content.decode()

    def test_in_production_no_plain_http(self, settings, alice: Client) -> None:
        settings.DEVELOPMENT = False
        assert (
            "must begin with https://" in self.add(alice, kind="webhook", address="http://a.example").content.decode()
        )


class TestCosignatures:
    def test_only_of_published_checkpoints_and_never_changed(self, committed_cast: Cast) -> None:
        """The function that the app role may run writes nothing else."""
        acme = committed_cast.acme
        size = record_and_seal(acme)
        append = "SELECT ledger_append_cosignature(%s, %s, %s, %s, %s, now())"
        as_owner(append, TABLE, acme.pk, size, "w", "— w AAAA\n")
        as_owner(append, TABLE, acme.pk, size, "w", "— w BBBB\n")
        assert as_owner("SELECT line FROM ledger_cosignature") == [("— w AAAA\n",)]
        for line in ("— w AAAA", "— w AAAA\n— x AAAA\n", "\n— w AAAA\n", "— w +\n\n", None):
            with pytest.raises(Exception, match="a line of a note"):
                as_owner(append, TABLE, acme.pk, size, "x", line)
        with (
            acting_as(tenant_id=committed_cast.globex.pk),
            connection.cursor() as cursor,
            pytest.raises(Exception, match="of the tenant in scope"),
        ):
            cursor.execute(append, [TABLE, acme.pk, size, "x", "— x AAAA\n"])
        with pytest.raises(Exception, match="no such checkpoint"):
            as_owner(append, TABLE, acme.pk, size + 1, "w", "— w AAAA\n")
        with pytest.raises(Exception, match=r"append-only|never change"):
            as_owner("UPDATE ledger_cosignature SET line = ''")
