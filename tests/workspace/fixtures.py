"""What Acme has before the actions of the action matrix."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from tests.audit_trail.capture.factories import make
from tests.support.cast import Cast, add_member, person
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Role, User, UserStatus
from wisely_security.workspace.modules.access_accounts import AccessAccount
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.modules.business_profile import BusinessProfile
from wisely_security.workspace.modules.consent_groups import ConsentGroup
from wisely_security.workspace.modules.templates import Review, Template
from wisely_security.workspace.modules.waba_numbers import MessageLink, WabaNumber
from wisely_security.workspace.receivers.receiver import CheckpointReceiver
from wisely_security.workspace.records.api_keys import hash_of
from wisely_security.workspace.records.record import Channel

KEY = "wsk_the-key-of-the-shop-as-it-was"
PROFILE = "Acme Ltd"


def set_up_workspace(cast: Cast) -> None:
    """All but the business profile, which the action matrix sets up."""
    acme = cast.acme
    for role, name, status in (
        ("mis", "Ella Ellis", UserStatus.ACTIVE),
        ("mis", "Sam Stone", UserStatus.SUSPENDED),
        ("finance", "Ina Inoue", UserStatus.PENDING),
    ):
        member = person(name, f"{name.split()[0].lower()}@{acme.slug}.example", status=status)
        if status == UserStatus.PENDING:
            member.password = make_password(None)
        add_member(acme, role, member)
    make(Role, acme, name="Auditor", permissions=["audit_trail.view"])
    sales = make(BusinessGroup, acme, name="Sales", owner_id=cast.bob.pk)
    make(BusinessGroup, acme, name="Finance", owner_id=cast.alice.pk)
    shop = make(
        AccessAccount,
        acme,
        label="Shop",
        business_group=sales,
        channels=[Channel.WHATSAPP, Channel.SMS],
        key_hash=hash_of(KEY),
        key_start=KEY[:12],
    )
    make(AccessAccount, acme, label="Till", business_group=sales, is_active=False)
    number = make(WabaNumber, acme, number="+14155550100", display_name="Acme")
    make(MessageLink, acme, number=number, name="Website", text="Hello")
    make(Template, acme, name="welcome", body="Hello {{1}}")
    make(Template, acme, name="offer", body="Ten per cent off", content_status=Review.APPROVED)
    make(Template, acme, name="invoice", content_status=Review.APPROVED, status=Review.APPROVED)
    make(
        ConsentGroup,
        acme,
        name="News",
        access_account=shop,
        channel=Channel.SMS,
        opt_in_response="Welcome.",
        opt_out_response="Goodbye.",
    )
    make(CheckpointReceiver, acme, name="Auditor", address="audit@firm.example")
    make(CheckpointReceiver, acme, name="Archive", kind="webhook", address="https://archive.example/hook")


def set_up_profile(cast: Cast) -> None:
    make(BusinessProfile, cast.acme, legal_name=PROFILE, city="Leeds")


def user(cast: Cast, name: str) -> User:
    with acting_as(tenant_id=cast.acme.pk):
        return User.objects.select_related("tenant", "role").get(name=name)
