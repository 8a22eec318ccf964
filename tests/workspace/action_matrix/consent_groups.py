from __future__ import annotations

from tests.workspace.browsing import Typed

from .row import Row, edited, gone, made

CONSENT: Typed = {
    "Name": "Offers",
    "Access account": "Shop",
    "Channel": "SMS",
    "Number": "+14155550123",
    "Answer to an opt-in": "Welcome.",
    "Answer to an opt-out": "Goodbye.",
}

ACTION_MATRIX = [
    Row(
        module="Opt-in/Opt-out",
        sub_module="Consent group",
        action="Create",
        menu="Opt-in/Opt-out",
        press="Create consent group",
        typed=CONSENT,
        resource="Offers",
        kind="consentgroup",
        changes=made({**CONSENT}),
    ),
    Row(
        module="Opt-in/Opt-out",
        sub_module="Consent group",
        action="Edit/Update",
        menu="Opt-in/Opt-out",
        record="News",
        press="Edit",
        typed={"Channel": "WhatsApp", "Answer to an opt-out": "You hear no more from us."},
        resource="News",
        kind="consentgroup",
        changes=[
            edited("Channel", "SMS", "WhatsApp"),
            edited("Answer to an opt-out", "Goodbye.", "You hear no more from us."),
        ],
    ),
    Row(
        module="Opt-in/Opt-out",
        sub_module="Consent group",
        action="Delete",
        menu="Opt-in/Opt-out",
        record="News",
        press="Delete",
        resource="News",
        kind="consentgroup",
        changes=gone({**CONSENT, "Name": "News"}),
    ),
]
