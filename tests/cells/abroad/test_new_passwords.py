"""Passwords that are forgotten, and invitations, of somebody who lives in eu-1."""

from tests.tenancy import test_passwords
from tests.tenancy.test_passwords import mail_server


class TestForgottenPassword(test_passwords.TestForgottenPassword):
    test_the_answer_does_not_disclose_who_has_an_account = None  # type: ignore[assignment]  # recorded in main


class TestInvitation(test_passwords.TestInvitation):
    test_is_sent_accepted_and_recorded = None  # type: ignore[assignment]  # who is invited is unknown before: in main
