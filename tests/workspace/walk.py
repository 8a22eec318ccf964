"""The walk: each action of the platform as a person does it, and the one event that it leaves.

The people and records are those of ``world.py``; Alice does it all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from unittest.mock import ANY

from tests.cast import Cast

from .browsing import Form, Typed, Visitor
from .world import PROFILE, set_up_profile

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
CONSENT: Typed = {
    "Name": "Offers",
    "Access account": "Shop",
    "Channel": "SMS",
    "Number": "+14155550123",
    "Answer to an opt-in": "Welcome.",
    "Answer to an opt-out": "Goodbye.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """``menu``, ``record``, ``press``: where one clicks, one after the other. ``typed``: what one fills in then.

    ``record``: what it is done to; none: something new, begun on the list or on the page of the record ``below``.
    ``resource``: what the record is called in the event. ``mailed``: the event is that of the outbox, afterwards.
    """

    module: str
    sub_module: str
    action: str
    menu: str
    record: str = ""
    below: str = ""
    press: str
    typed: Typed | None = None
    resource: str
    kind: str
    changes: list[dict[str, Any]]
    mailed: bool = False

    def __str__(self) -> str:
        """As the registry calls the action."""
        return f"{self.module}, {self.sub_module}: {self.action}"

    @property
    def way(self) -> str:
        return f"{self}, by {self.press}"

    def prepare(self, cast: Cast) -> None:
        if self.record == PROFILE:
            set_up_profile(cast)

    def open(self, visitor: Visitor) -> Visitor:
        """As far as the page on which the record, or the list, offers the action."""
        visitor.open("/account/sessions/").menu(self.menu)
        at = self.record or self.below
        return visitor.follow(at) if at and at != PROFILE else visitor

    def begin(self, visitor: Visitor) -> Form:
        """As far as the filled-in form that does it when it is sent."""
        self.open(visitor)
        if self.press not in visitor.links(visitor.main):
            return visitor.form_with(self.press)
        form = visitor.follow_in_page(self.press).form
        form.fill(self.typed or {})
        return form

    def do(self, visitor: Visitor) -> Visitor:
        return visitor.send(self.begin(visitor))


def edited(label: str, before: str | None, after: str | None) -> dict[str, Any]:
    return {"label": label, "before": before, "after": after}


def members(label: str, *, added: Sequence[str] = (), removed: Sequence[str] = ()) -> dict[str, Any]:
    return {"label": label, "added": list(added), "removed": list(removed)}


def secret(label: str) -> dict[str, Any]:
    return {"label": label, "masked": True}


def made(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"label": label, "after": value} for label, value in values.items()]


def gone(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"label": label, "before": value} for label, value in values.items()]


WALK = [
    Row(
        module="Business Group",
        sub_module="Group",
        action="Add",
        menu="Business groups",
        press="Add business group",
        typed={"Name": "Support", "Description": "Answers customers", "Owner": "Alice Adams", "Users": ["Alice Adams"]},
        resource="Support",
        kind="businessgroup",
        changes=[
            *made({"Name": "Support", "Description": "Answers customers", "Owner": "Alice Adams"}),
            members("Users", added=["Alice Adams"]),
        ],
    ),
    Row(
        module="Business Group",
        sub_module="Group",
        action="Edit",
        menu="Business groups",
        record="Finance",
        press="Edit",
        typed={"Name": "Finance and tax", "Users": ["Alice Adams"]},
        resource="Finance and tax",
        kind="businessgroup",
        changes=[edited("Name", "Finance", "Finance and tax"), members("Users", added=["Alice Adams"])],
    ),
    Row(
        module="Business Group",
        sub_module="Group",
        action="Notify business group owner",
        menu="Business groups",
        record="Sales",
        press="Edit",
        typed={"Name": "Sales North"},
        resource="Sales North",
        kind="businessgroup",
        changes=[members("Recipients", added=["Bob Brown"])],
        mailed=True,
    ),
    Row(
        module="Business Group",
        sub_module="Group",
        action="Notify assigned users",
        menu="Business groups",
        record="Finance",
        press="Edit",
        typed={"Users": ["Bob Brown", "Ella Ellis"]},
        resource="Finance",
        kind="businessgroup",
        changes=[members("Recipients", added=["Bob Brown", "Ella Ellis"])],
        mailed=True,
    ),
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
    Row(
        module="WABA Numbers",
        sub_module="Number",
        action="Activate",
        menu="WABA numbers",
        press="Activate number",
        typed={
            "Number": "+14155550123",
            "Display name": "Acme Help",
            "Business group": "Sales",
            "Category": "Shopping and retail",
            "Website": "https://acme.example",
        },
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
    Row(
        module="WABA Numbers",
        sub_module="Number",
        action="Edit",
        menu="WABA numbers",
        record="Acme",
        press="Edit",
        typed={"About": "Open from 9 to 5", "Business group": "Sales"},
        resource="Acme (+14155550100)",
        kind="wabanumber",
        changes=[edited("Business group", None, "Sales"), edited("About", "", "Open from 9 to 5")],
    ),
    Row(
        module="WABA Numbers",
        sub_module="Message Links",
        action="Create",
        menu="WABA numbers",
        below="Acme",
        press="Create message link",
        typed={"Name": "Poster", "Prefilled text": "Hi, I saw your poster."},
        resource="Poster",
        kind="messagelink",
        changes=made(
            {
                "Number": "Acme (+14155550100)",
                "Name": "Poster",
                "Prefilled text": "Hi, I saw your poster.",
                "Short link": ANY,
            }
        ),
    ),
    Row(
        module="WABA Numbers",
        sub_module="Message Links",
        action="Edit",
        menu="Message links",
        record="Website",
        press="Edit",
        typed={"Prefilled text": "Hello, I am on your site."},
        resource="Website",
        kind="messagelink",
        changes=[edited("Prefilled text", "Hello", "Hello, I am on your site.")],
    ),
    Row(
        module="WABA Numbers",
        sub_module="Message Links",
        action="Delete",
        menu="Message links",
        record="Website",
        press="Delete",
        resource="Website",
        kind="messagelink",
        changes=gone(
            {"Number": "Acme (+14155550100)", "Name": "Website", "Prefilled text": "Hello", "Short link": ANY}
        ),
    ),
    Row(
        module="Templates",
        sub_module="Template",
        action="Create",
        menu="Templates",
        press="Create template",
        typed={
            "Name": "order_shipped",
            "Category": "Utility",
            "Language": "English",
            "Body": "Your order {{1}} comes on {{2}}.",
            "Buttons": "Track it\nStop",
        },
        resource="order_shipped (en)",
        kind="template",
        changes=made(
            {
                "Name": "order_shipped",
                "Category": "Utility",
                "Language": "English",
                "Body": "Your order {{1}} comes on {{2}}.",
                "Buttons": "Track it, Stop",
                "Content review": "In review",
                "Status": "In review",
                "Deliver within (minutes)": "1440",
                "Count clicks on links": "No",
            }
        ),
    ),
    Row(
        module="Templates",
        sub_module="Template",
        action="Edit",
        menu="Templates",
        record="welcome",
        press="Edit",
        typed={"Body": "Good morning {{1}}", "Footer": "Acme"},
        resource="welcome (en)",
        kind="template",
        changes=[edited("Body", "Hello {{1}}", "Good morning {{1}}"), edited("Footer", "", "Acme")],
    ),
    Row(
        module="Templates",
        sub_module="Template Content",
        action="Approve/Reject",
        menu="Templates",
        record="welcome",
        press="Reject content",
        typed={"Remark": "Say who is writing."},
        resource="welcome (en)",
        kind="template",
        changes=[
            edited("Content review", "In review", "Rejected"),
            edited("Remark", "", "Say who is writing."),
        ],
    ),
    Row(
        module="Templates",
        sub_module="Template",
        action="Approve",
        menu="Templates",
        record="offer",
        press="Approve",
        resource="offer (en)",
        kind="template",
        changes=[edited("Status", "In review", "Approved")],
    ),
    Row(
        module="Templates",
        sub_module="Template",
        action="Reject",
        menu="Templates",
        record="offer",
        press="Reject",
        typed={"Remark": "The offer has ended."},
        resource="offer (en)",
        kind="template",
        changes=[edited("Status", "In review", "Rejected"), edited("Remark", "", "The offer has ended.")],
    ),
    Row(
        module="Templates",
        sub_module="Template",
        action="Delete",
        menu="Templates",
        record="welcome",
        press="Delete",
        resource="welcome (en)",
        kind="template",
        changes=gone(
            {
                "Name": "welcome",
                "Category": "Utility",
                "Language": "English",
                "Body": "Hello {{1}}",
                "Content review": "In review",
                "Status": "In review",
                "Deliver within (minutes)": "1440",
                "Count clicks on links": "No",
            }
        ),
    ),
    Row(
        module="Templates",
        sub_module="Settings",
        action="Edit",
        menu="Templates",
        record="invoice",
        press="Settings",
        typed={"WABA number": "Acme (+14155550100)", "Deliver within (minutes)": "60", "Count clicks on links": True},
        resource="invoice (en)",
        kind="template",
        changes=[
            edited("WABA number", None, "Acme (+14155550100)"),
            edited("Deliver within (minutes)", "1440", "60"),
            edited("Count clicks on links", "No", "Yes"),
        ],
    ),
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
    Row(
        module="Users",
        sub_module="User",
        action="Made Admin",
        menu="Users",
        record="Ella Ellis",
        press="Make admin",
        resource="Ella Ellis",
        kind="user",
        changes=[edited("Role", "MIS", "Admin")],
    ),
    Row(
        module="Users",
        sub_module="User",
        action="Suspend",
        menu="Users",
        record="Ella Ellis",
        press="Suspend",
        resource="Ella Ellis",
        kind="user",
        changes=[edited("Status", "Active", "Suspended")],
    ),
    Row(
        module="Users",
        sub_module="User",
        action="Delete",
        menu="Users",
        record="Ella Ellis",
        press="Delete",
        resource="Ella Ellis",
        kind="user",
        changes=[
            *gone(
                {
                    "Role": "MIS",
                    "E-mail": "ella@acme.example",
                    "Name": "Ella Ellis",
                    "Status": "Active",
                    "Time zone": "UTC",
                }
            ),
        ],
    ),
    Row(
        module="Users",
        sub_module="User",
        action="Edited",
        menu="Users",
        record="Ella Ellis",
        press="Edit",
        typed={"Name": "Ella Evans", "Role": "Finance"},
        resource="Ella Evans",
        kind="user",
        changes=[edited("Role", "MIS", "Finance"), edited("Name", "Ella Ellis", "Ella Evans")],
    ),
    Row(
        module="Roles",
        sub_module="Role",
        action="Add",
        menu="Roles",
        press="Add role",
        typed={"Name": "Reviewer", "Permissions": ["Approve and reject templates", "View templates"]},
        resource="Reviewer",
        kind="role",
        changes=made(
            {
                "Name": "Reviewer",
                "Permissions": "Templates: Approve and reject templates, Templates: View templates",
            }
        ),
    ),
    Row(
        module="Roles",
        sub_module="Role",
        action="Edit",
        menu="Roles",
        record="Auditor",
        press="Edit",
        typed={"Name": "Auditors", "Permissions": ["View the Audit Trail", "Download the Audit Trail"]},
        resource="Auditors",
        kind="role",
        changes=[
            edited("Name", "Auditor", "Auditors"),
            members("Permissions", added=["Audit Trail: Download the Audit Trail"]),
        ],
    ),
]
BEYOND_THE_TABLE = [
    Row(
        module="Users",
        sub_module="User",
        action="Invite",
        menu="Users",
        press="Invite user",
        typed={"E-mail": "nora@acme.example", "Name": "Nora North", "Role": "Support"},
        resource="Nora North",
        kind="user",
        changes=[
            *made(
                {
                    "Role": "Support",
                    "E-mail": "nora@acme.example",
                    "Name": "Nora North",
                    "Status": "Invited",
                    "Time zone": "Asia/Kolkata",
                }
            ),
        ],
    ),
    Row(
        module="Users",
        sub_module="User",
        action="Activate",
        menu="Users",
        record="Sam Stone",
        press="Activate",
        resource="Sam Stone",
        kind="user",
        changes=[edited("Status", "Suspended", "Active")],
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
    Row(
        module="Templates",
        sub_module="Template Content",
        action="Approve/Reject",
        menu="Templates",
        record="welcome",
        press="Approve content",
        resource="welcome (en)",
        kind="template",
        changes=[edited("Content review", "In review", "Approved")],
    ),
    Row(
        module="Users",
        sub_module="User",
        action="Invite",
        menu="Users",
        record="Ina Inoue",
        press="Invite again",
        resource="Ina Inoue",
        kind="user",
        changes=[],
    ),
    Row(
        module="Users",
        sub_module="User",
        action="Made Admin",
        menu="Users",
        record="Ella Ellis",
        press="Make Super Admin",
        resource="Ella Ellis",
        kind="user",
        changes=[edited("Super Admin", "Alice Adams", "Ella Ellis")],
    ),
]
