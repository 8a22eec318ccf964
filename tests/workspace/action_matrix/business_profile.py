from __future__ import annotations

from tests.workspace.browsing import Typed
from tests.workspace.fixtures import PROFILE

from .row import Row, edited, made, members

NEW_PROFILE: Typed = {
    "Legal name": "Acme Ltd",
    "Industry": "Retail and e-commerce",
    "Employees": "11 to 50",
    "Channels": ["WhatsApp", "SMS"],
    "Street": "1 High Street",
    "City": "Leeds",
    "Postal code": "LS1 1AA",
    "Country": "United Kingdom",
    "Contact name": "Pat Parker",
    "Contact e-mail": "pat@acme.example",
    "Contact phone": "+441132000000",
    "Currency": "Pound sterling (GBP)",
    "Time zone": "Europe/London",
    "Language": "English (UK)",
    "Tax IDs": "VAT GB123456789\nEORI GB123456789000",
}

ACTION_MATRIX = [
    Row(
        module="Business Profile",
        sub_module="Profile",
        action="Setup",
        menu="Business profile",
        press="Set up business profile",
        typed=NEW_PROFILE,
        resource="Acme Ltd",
        kind="businessprofile",
        changes=made(
            {
                **NEW_PROFILE,
                "Channels": "WhatsApp, SMS",
                "Currency": "GBP (Pound sterling)",
                "Tax IDs": "VAT GB123456789, EORI GB123456789000",
            }
        ),
    ),
    Row(
        module="Business Profile",
        sub_module="Profile",
        action="Update",
        menu="Business profile",
        record=PROFILE,
        press="Edit",
        typed={"City": "York", "Channels": ["RCS"], "Country": "Ireland"},
        resource="Acme Ltd",
        kind="businessprofile",
        changes=[
            members("Channels", added=["RCS"], removed=["WhatsApp"]),
            edited("City", "Leeds", "York"),
            edited("Country", "United Kingdom", "Ireland"),
        ],
    ),
]
