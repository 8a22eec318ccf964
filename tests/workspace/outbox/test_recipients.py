"""Who is notified of a change of a business group, and the text of the e-mail."""

from __future__ import annotations

import pytest

from tests.support.cast import Cast, add_member, person
from tests.support.servers.smtp import MailServer
from wisely_security.tenancy.models import UserStatus

from .changes import change, colleague, deliver_all, group_of, outcomes, waiting

DANGEROUS = "Tom & <b>Jerry</b>"


def texts(message) -> tuple[str, str]:
    """The text and the HTML part, each on one line."""
    plain, html = (" ".join(message.get_body((kind,)).get_content().split()) for kind in ("plain", "html"))
    return plain, html


def test_the_owner_reads_who_changed_what(cast: Cast, mailbox: MailServer) -> None:
    group = group_of(cast.bob)
    erin, frank = colleague(cast, "Ella Ellis"), colleague(cast, "Frank Fisher")
    change(group, cast.alice, changed=["Name", "Owner"], added=[erin], removed=[frank])
    deliver_all()
    [to_owner] = [each for each in mailbox.messages if each["To"] == "bob@acme.example"]
    assert to_owner["Subject"] == "The business group Sales was changed"
    plain, html = texts(to_owner)
    assert "Hello Bob Brown, Alice Adams has changed the business group “Sales”, which you own." in plain
    for words in ("Changed: Name, Owner", "Added users: Ella Ellis", "Removed users: Frank Fisher"):
        assert words in plain
        assert words in html


@pytest.mark.parametrize(("role", "linked"), [("admin", True), ("developer", False)])
def test_a_recipient_who_may_open_the_group_gets_a_link_to_it(
    cast: Cast, mailbox: MailServer, role: str, linked: bool
) -> None:
    ella = add_member(cast.acme, role, person("Ella Ellis", "ella@acme.example"))
    group = group_of(ella)
    change(group, cast.alice, changed=["Name"])
    deliver_all()
    for text in texts(mailbox.messages[0]):
        assert (f"https://security.wisely.example/settings/business-groups/{group.pk}/" in text) == linked


def test_a_former_owner_is_notified_too(cast: Cast, mailbox: MailServer) -> None:
    ella = colleague(cast, "Ella Ellis")
    change(group_of(ella), cast.alice, changed=["Owner"], former_owner=cast.bob)
    deliver_all()
    text_by_recipient = {message["To"]: texts(message)[0] for message in mailbox.messages}
    assert ", which you own." in text_by_recipient["ella@acme.example"]
    assert "you are no longer its owner" in text_by_recipient["bob@acme.example"]


def test_an_unreachable_address_does_not_keep_others_from_being_notified(cast: Cast, mailbox: MailServer) -> None:
    odd = person("Odd Olsen", f"odd@{'ä' * 62}.example")
    change(group_of(cast.alice), cast.alice, added=[odd, cast.bob])
    deliver_all()
    assert [message["To"] for message in mailbox.messages] == ["bob@acme.example"]
    [event] = outcomes(cast.acme)
    assert (event.status, event.reason_code) == ("failure", "email_failed")


def test_the_owner_of_a_new_group_is_notified(cast: Cast, mailbox: MailServer) -> None:
    change(group_of(cast.bob), cast.alice, created=True, changed=["Name", "Owner"])
    deliver_all()
    [message] = mailbox.messages
    assert message["Subject"] == "The business group Sales was added"
    plain, _ = texts(message)
    assert "You are its owner." in plain
    assert "Changed" not in plain


def test_added_and_removed_users_get_different_texts(cast: Cast, mailbox: MailServer) -> None:
    ella, frank = colleague(cast, "Ella Ellis"), colleague(cast, "Frank Fisher")
    change(group_of(cast.alice), cast.alice, added=[ella], removed=[frank])
    assert [each.kind for each in waiting(cast.acme)] == ["users"]
    deliver_all()
    assert {each["To"]: each["Subject"] for each in mailbox.messages} == {
        "ella@acme.example": "You were added to the business group Sales",
        "frank@acme.example": "You were removed from the business group Sales",
    }


def test_names_are_text_and_never_markup(cast: Cast, mailbox: MailServer) -> None:
    change(group_of(cast.bob, DANGEROUS), cast.alice, changed=["Name"])
    deliver_all()
    plain, html = texts(mailbox.messages[0])
    assert DANGEROUS in plain
    assert "Tom &amp; &lt;b&gt;Jerry" in html
    assert mailbox.messages[0]["Subject"] == f"The business group {DANGEROUS} was changed"


def test_nobody_is_notified_of_their_own_changes(cast: Cast) -> None:
    change(group_of(cast.alice), cast.alice, changed=["Name"], added=[cast.alice])
    assert waiting(cast.acme) == []


def test_suspended_users_are_not_notified(cast: Cast) -> None:
    cast.bob.status = UserStatus.SUSPENDED
    change(group_of(cast.bob), cast.alice, changed=["Name"], added=[cast.bob])
    assert waiting(cast.acme) == []


def test_support_staff_are_named_as_wisely_support(cast: Cast, mailbox: MailServer) -> None:
    change(group_of(cast.bob), cast.dana, changed=["Name"])
    deliver_all()
    plain, _ = texts(mailbox.messages[0])
    assert "Dana Diaz (Wisely support) has changed the business group" in plain
    [event] = outcomes(cast.acme)
    assert event.actor_name == "Dana Diaz (Wisely support)"


@pytest.mark.parametrize(("number", "last"), [(50, "Person 49"), (53, "3 more")])
def test_a_long_list_is_shortened(cast: Cast, mailbox: MailServer, number: int, last: str) -> None:
    people = [person(f"Person {each}", f"p{each}@acme.example", status=UserStatus.SUSPENDED) for each in range(number)]
    change(group_of(cast.bob), cast.alice, added=people)
    deliver_all()
    plain, _ = texts(mailbox.messages[0])
    assert f"{last} Wisely Security" in plain


def test_without_a_mail_server_e_mails_are_printed(cast: Cast, settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    change(group_of(cast.bob), cast.alice, changed=["Name"])
    deliver_all()
    assert "The business group Sales was changed" in capsys.readouterr().out
    assert [event.status for event in outcomes(cast.acme)] == ["success"]
