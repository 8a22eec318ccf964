"""Why somebody cannot sign in: each cause is made as people make it, and support reads it in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from login_activity.sign_ins.recorder import record
from login_activity.vocabulary import Action, Reason
from tests.admin.site import sign_in_as_support
from tests.support.cast import PASSWORD, Cast, sign_in
from wisely_security.core.request_context import acting_as
from wisely_security.investigation.sign_in_trouble import Diagnosis, diagnose, gather
from wisely_security.tenancy.models import User, UserStatus
from wisely_security.workspace.outbox.models import Notification, Recipient

from .doing import did

Make = Callable[[Cast], object]


def set_status(user: User, status: UserStatus) -> None:
    with acting_as(tenant_id=user.tenant_id):
        User.objects.filter(pk=user.pk).update(status=status)


def guess(user: User, times: int, address: str = "203.0.113.7") -> None:
    for _ in range(times):
        Client(REMOTE_ADDR=address).post("/sign-in/", {"username": user.email, "password": "wrong"})


def of(user: User) -> list[Diagnosis]:
    with acting_as(support=True):
        return diagnose(gather(User.objects.select_related("tenant", "role").get(pk=user.pk)))


def suspended(cast: Cast) -> None:
    client = sign_in(cast.alice)
    client.post(f"/settings/users/{cast.bob.pk}/suspend/", {"seen": _seen(client, cast.bob)})
    guess(cast.bob, 1)


def _seen(client: Client, user: User) -> str:
    return str(client.get(f"/settings/users/{user.pk}/").context["seen"])


def unsent(cast: Cast) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        told = Recipient(name=cast.bob.name, email=cast.bob.email, what="added", may_open=False)
        told.error = "550 no such mailbox"
        Notification.objects.put([told], tenant=cast.acme, kind="users", resource_name="Sales", link="/")


def reset(reason: Reason) -> Make:
    return lambda cast: record(Action.RESET_PASSWORD, cast.bob, failed=reason)


def signs_in_at_admin(cast: Cast) -> None:
    Client().post("/admin/login/", {"username": cast.bob.email, "password": PASSWORD})


def refused_a_page(cast: Cast) -> None:
    client = sign_in(cast.bob)
    for _ in range(2):
        assert client.get("/settings/security/audit-trail/").status_code == 403


CAUSES: list[tuple[Make, str, str, str]] = [
    (suspended, "suspended", "The account is suspended", "By Alice Adams on"),
    (
        lambda cast: set_status(cast.bob, UserStatus.PENDING),
        "pending",
        "The invitation has not been accepted",
        "7 days",
    ),
    (lambda cast: guess(cast.bob, 10), "locked", "The account is locked until", "10 wrong passwords or codes"),
    (reset(Reason.EMAIL_FAILED), "email_failed", "E-mails do not reach them", "was not accepted on"),
    (unsent, "email_failed", "E-mails do not reach them", "550 no such mailbox"),
    (reset(Reason.LINK_INVALID), "link_expired", "Their link has expired or was used", "for 24 hours"),
    (lambda cast: guess(cast.bob, 1), "wrong_password", "Wrong password, once", "from 203.0.113.7 ("),
    (lambda cast: guess(cast.bob, 3), "wrong_password", "Wrong password, 3 times", "from 203.0.113.7 ("),
    (signs_in_at_admin, "no_support", "They sign in at support’s page", "with the right password"),
    (refused_a_page, "missing_rights", "They can sign in, but the role Developer lacks", "Audit Trail (2 ×)"),
    (lambda cast: None, "no_attempt", "Nothing keeps them from signing in", "No attempt is recorded"),
    (lambda cast: sign_in(cast.bob), "nothing", "Nothing is wrong", "The last sign-in succeeded"),
]


@pytest.mark.parametrize(("make", "kind", "says", "evidence"), CAUSES)
def test_each_cause(cast: Cast, make: Make, kind: str, says: str, evidence: str) -> None:
    make(cast)
    found = of(cast.bob)
    assert [each.kind for each in found] == [kind]
    assert says in found[0].answer
    assert evidence in found[0].evidence
    assert found[0].todo


def test_a_locked_address(cast: Cast, settings: Any) -> None:
    settings.LOCKOUT_ACCOUNTS_PER_ADDRESS = 2
    guess(cast.alice, 3)
    guess(cast.bob, 1)
    address, password = of(cast.bob)
    assert (address.kind, "from 203.0.113.7 are locked until" in address.answer) == ("address_locked", True)
    assert "4 failures within an hour, at 2 accounts" in address.evidence
    assert password.kind == "wrong_password"


def test_a_lock_of_a_browser_that_they_use(cast: Cast) -> None:
    client = sign_in(cast.bob)
    for _ in range(10):
        client.post("/sign-in/", {"username": cast.bob.email, "password": "wrong"})
    [lock] = of(cast.bob)
    assert lock.answer.endswith("for a browser that they have used before")


def test_what_was_before_the_last_sign_in_no_longer_counts(cast: Cast) -> None:
    guess(cast.bob, 3)
    record(Action.RESET_PASSWORD, cast.bob, failed=Reason.LINK_INVALID)
    sign_in(cast.bob)
    assert [each.kind for each in of(cast.bob)] == ["nothing"]


def test_several_causes_the_gravest_first(cast: Cast) -> None:
    guess(cast.bob, 10)
    record(Action.RESET_PASSWORD, cast.bob, failed=Reason.EMAIL_FAILED)
    assert [each.kind for each in of(cast.bob)] == ["locked", "email_failed"]


class TestThePageOfSupport:
    def page(self, dana: Client, user: User) -> Any:
        return dana.get(f"/admin/tenancy/user/{user.pk}/activity/")

    @pytest.fixture
    def dana(self, cast: Cast) -> Client:
        return sign_in_as_support()

    def test_it_has_the_answer_and_the_activity_and_is_recorded(self, cast: Cast, dana: Client, events: Any) -> None:
        guess(cast.bob, 2)
        did(cast.bob, Action.LOG_IN)
        html = self.page(dana, cast.bob).content.decode()
        assert html.index("Why can they not sign in?") < html.index("Sign-ins")
        assert "Usual devices" in html
        viewed = events(cast.acme)[-1]
        assert (viewed.user_name, viewed.action) == ("Dana Diaz (Wisely support)", "view")
        assert viewed.detail["filters"] == {"User": "Bob Brown"}
        assert (
            f"/admin/tenancy/user/{cast.bob.pk}/activity/"
            in dana.get(f"/admin/tenancy/user/{cast.bob.pk}/change/").content.decode()
        )

    def test_members_of_a_tenant_do_not_get_it(self, cast: Cast, alice: Client) -> None:
        assert self.page(alice, cast.bob).status_code == 403

    def test_support_itself_is_nobodys_secret(self, cast: Cast, dana: Client) -> None:
        assert "Nothing is wrong" in self.page(dana, cast.dana).content.decode()
        assert not mail.outbox
