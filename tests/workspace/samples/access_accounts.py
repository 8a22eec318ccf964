"""What the tests know of access accounts."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from tests.support.cast import Cast
from wisely_security.workspace.modules.access_accounts import AccessAccount, Communication, Traffic
from wisely_security.workspace.modules.business_groups import BusinessGroup
from wisely_security.workspace.records.api_keys import hash_of
from wisely_security.workspace.records.record import Channel

from .declaration import ModuleData, Refused, Row, Sample, Support, edited, made, members, secret
from .making import find, make

KEY = "wsk_the-key-of-the-shop-as-it-was"


def set_up(cast: Cast) -> None:
    sales = find(BusinessGroup, cast.acme, name="Sales")
    make(
        AccessAccount,
        cast.acme,
        label="Shop",
        business_group=sales,
        channels=[Channel.WHATSAPP, Channel.SMS],
        key_hash=hash_of(KEY),
        key_start=KEY[:12],
    )
    make(AccessAccount, cast.acme, label="Till", business_group=sales, is_active=False)


SAMPLE = Sample(
    model=AccessAccount,
    valid=lambda tenant, number: {
        "label": f"Account {number}",
        "communication": Communication.OUTGOING,
        "traffic": Traffic.OTP,
        "channels": [Channel.SMS],
        "business_group": BusinessGroup,
        "allowed_ips": ["192.0.2.0/24"],
        "key_hash": f"{number:064}",
        "key_start": f"wk_{number:09}",
        "key_made_at": timezone.now(),
    },
    name="label",
    edit=("is_active", False),
    edit_in_sql="label",
    by_bob={"communication": "conversational"},
    support=Support(
        adds={},
        edits={"channels": ["sms", "rcs"], "allowed_ips": "192.0.2.0/24\r\n198.51.100.7"},
        wrong={"allowed_ips": "192.0.2.1/8%d"},
        unique="label",
    ),
)

row = partial(Row, module="Access Account", sub_module="Account", menu="Access accounts", kind="accessaccount")
ROWS = [
    row(
        action="Setup",
        press="Set up access account",
        typed={
            "Label": "Kiosk",
            "Communication type": "Outgoing",
            "Traffic type": "Transactional",
            "Channels": ["SMS", "RCS"],
            "Business group": "Sales",
            "Allowed IPs": "192.0.2.7\n\n2001:db8::/32",
        },
        invalid=Refused(
            {"Channels": [], "Allowed IPs": "10.0.0.0/8\n10.0.0.1/8"},
            {
                "channels": "This field is required.",
                "allowed_ips": "Line 2: This isn’t an IP address or network. "
                "Enter 192.0.2.7, or 192.0.2.0/24 with zeros after the prefix.",
            },
        ),
        taken=Refused(
            {"Label": "shop"},
            {"label": "An access account with this label already exists."},
        ),
        resource="Kiosk",
        changes=[
            *made(
                {
                    "Label": "Kiosk",
                    "Communication type": "Outgoing",
                    "Traffic type": "Transactional",
                    "Channels": "SMS, RCS",
                    "Business group": "Sales",
                    "Allowed IPs": "192.0.2.7, 2001:db8::/32",
                    "Active": "Yes",
                }
            ),
        ],
    ),
    row(
        action="Edit",
        record="Shop",
        press="Edit",
        typed={"Traffic type": "Promotional", "Channels": ["SMS"], "Allowed IPs": "10.0.0.0/8"},
        invalid=Refused(
            {"Label": "", "Allowed IPs": "100%"},
            {
                "label": "This field is required.",
                "allowed_ips": "Line 1: This isn’t an IP address or network. "
                "Enter 192.0.2.7, or 192.0.2.0/24 with zeros after the prefix.",
            },
        ),
        taken=Refused(
            {"Label": "Till"},
            {"label": "An access account with this label already exists."},
        ),
        resource="Shop",
        changes=[
            edited("Traffic type", "OTP", "Promotional"),
            members("Channels", removed=["WhatsApp"]),
            members("Allowed IPs", added=["10.0.0.0/8"], removed=["192.0.2.0/24"]),
        ],
    ),
    row(
        action="Deactivate",
        record="Shop",
        press="Deactivate",
        resource="Shop",
        changes=[edited("Active", "Yes", "No")],
    ),
    row(
        action="Activate",
        record="Till",
        press="Activate",
        resource="Till",
        changes=[edited("Active", "No", "Yes")],
    ),
    row(
        action="Edit",
        record="Shop",
        press="New API key",
        resource="Shop",
        changes=[secret("API key")],
    ),
]

DATA = ModuleData(set_up=set_up, samples=[SAMPLE], rows=ROWS)
