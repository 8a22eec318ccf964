"""What the tests know of WABA numbers and their message links."""

from __future__ import annotations

from functools import partial
from unittest.mock import ANY

from tests.support.cast import Cast
from wisely_security.workspace.modules.waba_numbers import MessageLink, WabaNumber

from .declaration import ModuleData, Refused, Row, Sample, Support, edited, gone, made
from .making import make


def set_up(cast: Cast) -> None:
    number = make(WabaNumber, cast.acme, number="+14155550100", display_name="Acme")
    make(MessageLink, cast.acme, number=number, name="Website", text="Hello")


NUMBER = Sample(
    model=WabaNumber,
    valid=lambda tenant, number: {"number": f"+1415{number:08}", "display_name": f"Number {number}"},
    name="display_name",
    edit=("about", "Open all day"),
    edit_in_sql="about",
    by_bob={"category": "edu"},
    support=Support(
        adds={"number": "+14155550111", "display_name": "Acme", "category": "auto"},
        edits={"about": "Cars"},
        wrong={"number": "4155550111"},
        unique="number",
    ),
)

LINK = Sample(
    model=MessageLink,
    valid=lambda tenant, number: {
        "number": WabaNumber,
        "name": f"Link {number}",
        "text": "Hello",
        "code": f"{number:022}",
    },
    name="name",
    edit=("text", "Hello {{1}} 100 %"),
    edit_in_sql="text",
    by_bob={"name": "Bob’s link"},
    support=Support(
        adds={"number": WabaNumber, "name": "Site", "text": "Hello"},
        edits={"text": "Good day"},
        wrong={"text": "x" * 141},
    ),
)

row = partial(Row, module="WABA Numbers", sub_module="Message Links", menu="WABA numbers", kind="messagelink")
ROWS = [
    row(
        sub_module="Number",
        action="Activate",
        press="Activate number",
        typed={
            "Number": "+14155550123",
            "Display name": "Acme Help",
            "Business group": "Sales",
            "Category": "Shopping and retail",
            "Website": "https://acme.example",
        },
        invalid=Refused(
            {"Number": "4155550123", "Website": "javascript:alert(1)"},
            {
                "number": "Include the country code, for example +14155550123.",
                "website": "Enter a valid URL.",
            },
        ),
        taken=Refused({"Number": "+14155550100"}, {"number": "This number is already active."}),
        resource="Acme Help (+14155550123)",
        kind="wabanumber",
        changes=made(
            {
                "Number": "+14155550123",
                "Display name": "Acme Help",
                "Business group": "Sales",
                "Category": "Shopping and retail",
                "Website": "https://acme.example",
            }
        ),
    ),
    row(
        sub_module="Number",
        action="Edit",
        record="Acme",
        press="Edit",
        typed={"About": "Open from 9 to 5", "Business group": "Sales"},
        invalid=Refused(
            {"About": "x" * 140},
            {"about": "Ensure this value has at most 139 characters (it has 140)."},
        ),
        resource="Acme (+14155550100)",
        kind="wabanumber",
        changes=[edited("Business group", None, "Sales"), edited("About", "", "Open from 9 to 5")],
    ),
    row(
        action="Create",
        below="Acme",
        press="Create message link",
        typed={"Name": "Poster", "Prefilled text": "Hi, I saw your poster."},
        invalid=Refused(
            {"Prefilled text": "x" * 141},
            {"text": "Ensure this value has at most 140 characters (it has 141)."},
        ),
        taken=Refused(
            {"Name": "WEBSITE"},
            {"name": "This number already has a message link with this name."},
        ),
        resource="Poster",
        changes=made(
            {
                "Number": "Acme (+14155550100)",
                "Name": "Poster",
                "Prefilled text": "Hi, I saw your poster.",
                "Short link": ANY,
            }
        ),
    ),
    row(
        action="Edit",
        menu="Message links",
        record="Website",
        press="Edit",
        typed={"Prefilled text": "Hello, I am on your site."},
        invalid=Refused({"Prefilled text": ""}, {"text": "This field is required."}),
        resource="Website",
        changes=[edited("Prefilled text", "Hello", "Hello, I am on your site.")],
    ),
    row(
        action="Delete",
        menu="Message links",
        record="Website",
        press="Delete",
        resource="Website",
        changes=gone(
            {"Number": "Acme (+14155550100)", "Name": "Website", "Prefilled text": "Hello", "Short link": ANY}
        ),
    ),
]

DATA = ModuleData(set_up=set_up, samples=[NUMBER, LINK], rows=ROWS)
