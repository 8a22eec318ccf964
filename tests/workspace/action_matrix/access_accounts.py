from __future__ import annotations

from .row import Row, edited, made, members, secret

ACTION_MATRIX = [
    Row(
        module="Access Account",
        sub_module="Account",
        action="Setup",
        menu="Access accounts",
        press="Set up access account",
        typed={
            "Label": "Kiosk",
            "Communication type": "Outgoing",
            "Traffic type": "Transactional",
            "Channels": ["SMS", "RCS"],
            "Business group": "Sales",
            "Allowed IPs": "192.0.2.7\n\n2001:db8::/32",
        },
        resource="Kiosk",
        kind="accessaccount",
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
    Row(
        module="Access Account",
        sub_module="Account",
        action="Edit",
        menu="Access accounts",
        record="Shop",
        press="Edit",
        typed={"Traffic type": "Promotional", "Channels": ["SMS"], "Allowed IPs": "10.0.0.0/8"},
        resource="Shop",
        kind="accessaccount",
        changes=[
            edited("Traffic type", "OTP", "Promotional"),
            members("Channels", removed=["WhatsApp"]),
            members("Allowed IPs", added=["10.0.0.0/8"], removed=["192.0.2.0/24"]),
        ],
    ),
    Row(
        module="Access Account",
        sub_module="Account",
        action="Deactivate",
        menu="Access accounts",
        record="Shop",
        press="Deactivate",
        resource="Shop",
        kind="accessaccount",
        changes=[edited("Active", "Yes", "No")],
    ),
    Row(
        module="Access Account",
        sub_module="Account",
        action="Activate",
        menu="Access accounts",
        record="Till",
        press="Activate",
        resource="Till",
        kind="accessaccount",
        changes=[edited("Active", "No", "Yes")],
    ),
]
# Other ways to the same actions.
OTHER_WAYS = [
    Row(
        module="Access Account",
        sub_module="Account",
        action="Edit",
        menu="Access accounts",
        record="Shop",
        press="New API key",
        resource="Shop",
        kind="accessaccount",
        changes=[secret("API key")],
    ),
]
