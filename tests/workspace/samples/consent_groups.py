"""What the tests know of opt-in and opt-out."""

from __future__ import annotations

from functools import partial

from tests.support.cast import Cast
from tests.workspace.browsing import Typed
from wisely_security.workspace.modules.access_accounts import AccessAccount
from wisely_security.workspace.modules.consent_groups import ConsentGroup
from wisely_security.workspace.records.record import Channel

from .declaration import ModuleData, Refused, Row, Sample, Support, edited, gone, made
from .making import find, make

CONSENT: Typed = {
    "Name": "Offers",
    "Access account": "Shop",
    "Channel": "SMS",
    "Number": "+14155550123",
    "Answer to an opt-in": "Welcome.",
    "Answer to an opt-out": "Goodbye.",
}


def set_up(cast: Cast) -> None:
    make(
        ConsentGroup,
        cast.acme,
        name="News",
        access_account=find(AccessAccount, cast.acme, label="Shop"),
        channel=Channel.SMS,
        opt_in_response="Welcome.",
        opt_out_response="Goodbye.",
    )


SAMPLE = Sample(
    model=ConsentGroup,
    valid=lambda tenant, number: {
        "name": f"Consent {number}",
        "access_account": AccessAccount,
        "channel": Channel.SMS,
        "number": "+14155550123",
        "opt_in_response": "Welcome.",
        "opt_out_response": "Goodbye.",
    },
    name="name",
    edit=("opt_in_response", ""),
    edit_in_sql="opt_out_response",
    by_bob={"description": "By Bob"},
    support=Support(
        adds={
            "name": "News",
            "access_account": AccessAccount,
            "channel": "sms",
            "number": "+14155550123",
            "opt_in_response": "Welcome.",
            "opt_out_response": "Goodbye.",
        },
        edits={"description": "New"},
        wrong={"channel": "rcs"},
        unique="name",
    ),
)

row = partial(Row, module="Opt-in/Opt-out", sub_module="Consent group", menu="Opt-in/Opt-out", kind="consentgroup")
ROWS = [
    row(
        action="Create",
        press="Create consent group",
        typed=CONSENT,
        invalid=Refused(
            {"Channel": "RCS", "Number": "+0"},
            {
                "channel": "Shop only sends by WhatsApp, SMS. Choose one of its channels.",
                "number": "Include the country code, for example +14155550123.",
            },
        ),
        taken=Refused(
            {"Name": "news"},
            {"name": "A consent group with this name already exists."},
        ),
        resource="Offers",
        changes=made(CONSENT),
    ),
    row(
        action="Edit/Update",
        record="News",
        press="Edit",
        typed={"Channel": "WhatsApp", "Answer to an opt-out": "You hear no more from us."},
        invalid=Refused(
            {"Answer to an opt-in": ""},
            {"opt_in_response": "This field is required."},
        ),
        resource="News",
        changes=[
            edited("Channel", "SMS", "WhatsApp"),
            edited("Answer to an opt-out", "Goodbye.", "You hear no more from us."),
        ],
    ),
    row(
        action="Delete",
        record="News",
        press="Delete",
        resource="News",
        changes=gone({**CONSENT, "Name": "News"}),
    ),
]

DATA = ModuleData(set_up=set_up, samples=[SAMPLE], rows=ROWS)
