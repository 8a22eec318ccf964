"""What people are notified of about their own account by e-mail, over SMTP, and how it is recorded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audit_trail.models import AuditEvent
from tests.support.cast import PASSWORD, Cast, sign_in
from tests.support.servers.smtp import MailServer
from tests.support.sign_in.passkeys import add_passkey
from wisely_security.account_mail import notices, receivers, sending
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Passkey, User, UserStatus
from wisely_security.tenancy.sign_in import signals
from wisely_security.tenancy.sign_in.factors.of_person import remove, reset
from wisely_security.workspace.outbox.delivery import deliver_next
from wisely_security.workspace.outbox.models import Notification

NEW = "a much better password"


def deliver() -> None:
    while deliver_next():
        pass


def subjects(mailbox: MailServer) -> list[tuple[str, str]]:
    """To whom and about what, then the mailbox is empty."""
    deliver()
    letters = [(str(each["To"]), str(each["Subject"])) for each in mailbox.messages]
    mailbox.messages.clear()
    return letters


def text_of(message: Any, kind: str = "plain") -> str:
    body = message.get_body((kind,))
    return str(body.get_content())


def guess(times: int, who: User) -> None:
    for _ in range(times):
        Client().post("/sign-in/", {"username": who.email, "password": "guessed wrong"})


def test_a_new_passkey_is_reported_with_when_from_where_and_what_to_do(cast: Cast, mailbox: MailServer) -> None:
    add_passkey(sign_in(cast.bob), "<b>Phone</b>")
    deliver()
    message, of_codes = mailbox.messages
    assert of_codes["Subject"] == notices.RECOVERY_CODES_MADE.subject
    assert (message["To"], message["Subject"]) == (cast.bob.email, notices.FACTOR_ADDED.subject)
    text = text_of(message)
    assert "Passkey “<b>Phone</b>” was set up for your account bob@acme.example." in text
    assert "Device: Windows PC · Chrome 129" in text
    assert "Address: 127.0.0.1" in text
    assert f"{timezone.now():%Y}" in text
    assert "contact an admin of Acme" in text
    assert "https://security.wisely.example/password-reset/" in text
    assert "&lt;b&gt;Phone" in text_of(message, "html")
    assert "<b>Phone" not in text_of(message, "html")
    with acting_as(tenant_id=cast.acme.pk):
        event = AuditEvent.objects.latest("id")
        assert not Notification.objects.exists()
    assert (event.module, event.action, event.status) == ("users", "notify", "success")
    assert (event.resource_id, event.resource_name) == (cast.bob.pk, "Bob Brown")


def test_each_kind_goes_to_its_person_alone(cast: Cast, mailbox: MailServer) -> None:
    bob = sign_in(cast.bob)
    add_passkey(bob)
    with acting_as(tenant_id=cast.acme.pk):
        passkey = Passkey.objects.select_related("user").get()
    remove(passkey)
    signals.factor_used.send(User, user=cast.bob, factor="Recovery code", left=1)
    signals.factor_used.send(User, user=cast.bob, factor="Authenticator app “Phone”", left=None)
    signals.recovery_codes_made.send(User, user=cast.bob, count=10)
    reset(cast.bob, by=cast.alice, checked="Called back")
    sent = [
        notices.FACTOR_ADDED,
        notices.RECOVERY_CODES_MADE,
        notices.FACTOR_REMOVED,
        notices.RECOVERY_CODE_USED,
        notices.RECOVERY_CODES_MADE,
        notices.FACTORS_RESET,
    ]
    deliver()
    texts = [text_of(each) for each in mailbox.messages]
    assert "1 recovery code left." in texts[3]
    assert "Alice Adams removed every second factor" in texts[5]
    assert subjects(mailbox) == [(cast.bob.email, each.subject) for each in sent]


def test_a_new_password_is_reported_however_it_was_chosen(cast: Cast, mailbox: MailServer) -> None:
    sign_in(cast.alice).post("/account/password/", {"old_password": PASSWORD, "new_password": NEW})
    assert subjects(mailbox) == [(cast.alice.email, notices.PASSWORD_CHANGED.subject)]
    signals.password_reset.send(User, user=cast.alice, invitation=False)
    assert subjects(mailbox) == [(cast.alice.email, notices.PASSWORD_CHANGED.subject)]
    signals.password_reset.send(User, user=cast.alice, invitation=True)
    assert subjects(mailbox) == []


def test_locks_are_reported_once_an_hour_whatever_is_guessed(cast: Cast, mailbox: MailServer, settings: Any) -> None:
    settings.LOCKOUT_FAILURES_PER_ACCOUNT = 3
    guess(6, cast.bob)
    assert subjects(mailbox) == [(cast.bob.email, notices.ACCOUNT_LOCKED.subject)]
    signals.account_locked.send(User, user=cast.bob)
    assert subjects(mailbox) == []
    with acting_as(tenant_id=cast.acme.pk):
        User.objects.filter(pk=cast.bob.pk).update(lock_mailed_at=timezone.now() - receivers.PAUSE)
    signals.account_locked.send(User, user=cast.bob)
    assert subjects(mailbox) == [(cast.bob.email, notices.ACCOUNT_LOCKED.subject)]


def test_nobody_hears_of_a_lock_who_cannot_sign_in(cast: Cast, mailbox: MailServer) -> None:
    for status in (UserStatus.PENDING, UserStatus.SUSPENDED):
        cast.bob.status = status
        signals.account_locked.send(User, user=cast.bob)
        with acting_as(tenant_id=cast.acme.pk):
            User.objects.filter(pk=cast.bob.pk).update(lock_mailed_at=timezone.now() - timedelta(days=1))
    assert subjects(mailbox) == []


def test_a_refused_change_of_password_is_not_reported(cast: Cast, mailbox: MailServer) -> None:
    client = sign_in(cast.alice)
    client.post("/account/password/", {"old_password": "not it", "new_password": NEW})
    assert subjects(mailbox) == []


def test_support_staff_who_have_no_tenant_get_it_as_well(
    cast: Cast, mailbox: MailServer, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadPoolExecutor(max_workers=1) as workers:
        monkeypatch.setattr(sending, "_mail_workers", workers)
        with django_capture_on_commit_callbacks(execute=True):
            signals.password_changed.send(User, user=cast.dana)
    [message] = mailbox.messages
    assert (message["To"], message["Subject"]) == (cast.dana.email, notices.PASSWORD_CHANGED.subject)
    assert "contact an admin of your company" in text_of(message)
