"""What the tests know of the business profile, of which a tenant has one."""

from __future__ import annotations

from functools import partial

from tests.support.cast import Cast
from tests.workspace.browsing import Typed
from wisely_security.workspace.modules.business_profile import BusinessProfile, Employees, Industry
from wisely_security.workspace.records.record import Channel

from .declaration import ModuleData, Refused, Row, Sample, Support, edited, made, members
from .making import make

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


def set_up_profile(cast: Cast) -> None:
    """Not there from the start, because the first row sets it up."""
    make(BusinessProfile, cast.acme, legal_name="Acme Ltd", city="Leeds")


SAMPLE = Sample(
    model=BusinessProfile,
    valid=lambda tenant, number: {
        "legal_name": f"Company {number}",
        "industry": Industry.RETAIL,
        "employees": Employees.TO_50,
        "channels": [Channel.WHATSAPP],
        "street": "1 High Street",
        "city": "Leeds",
        "postal_code": "LS1 1AA",
        "country": "GB",
        "contact_name": "Pat Parker",
        "contact_email": "pat@made.example",
        "contact_phone": "+441132000000",
        "currency": "GBP",
        "time_zone": "Europe/London",
        "language": "en",
    },
    name="legal_name",
    edit=("city", "São Paulo"),
    edit_in_sql="city",
    by_bob={"street": "Bob’s Road"},
    support=Support(
        adds={
            "legal_name": "Acme Ltd",
            "industry": "retail",
            "employees": "1-10",
            "street": "1 High Street",
            "city": "Leeds",
            "country": "GB",
            "contact_name": "Pat",
            "contact_email": "pat@acme.example",
            "contact_phone": "+441132000000",
            "currency": "GBP",
            "time_zone": "Europe/London",
            "language": "en",
        },
        edits={"city": "York"},
        wrong={"contact_phone": "0113 200"},
    ),
)

row = partial(Row, module="Business Profile", sub_module="Profile", menu="Business profile", kind="businessprofile")
ROWS = [
    row(
        action="Setup",
        press="Set up business profile",
        typed=NEW_PROFILE,
        invalid=Refused(
            {"Contact phone": "0113 200", "Contact e-mail": "pat"},
            {
                "contact_phone": "Include the country code, for example +14155550123.",
                "contact_email": "Enter a valid email address.",
            },
        ),
        resource="Acme Ltd",
        changes=made(
            {
                **NEW_PROFILE,
                "Channels": "WhatsApp, SMS",
                "Currency": "GBP (Pound sterling)",
                "Tax IDs": "VAT GB123456789, EORI GB123456789000",
            }
        ),
    ),
    row(
        action="Update",
        record="Acme Ltd",
        single=True,
        before=set_up_profile,
        press="Edit",
        typed={"City": "York", "Channels": ["RCS"], "Country": "Ireland"},
        invalid=Refused({"Country": "Choose one"}, {"country": "This field is required."}),
        resource="Acme Ltd",
        changes=[
            members("Channels", added=["RCS"], removed=["WhatsApp"]),
            edited("City", "Leeds", "York"),
            edited("Country", "United Kingdom", "Ireland"),
        ],
    ),
]

DATA = ModuleData(samples=[SAMPLE], rows=ROWS)
