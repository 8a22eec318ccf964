"""What the tests know of message templates."""

from __future__ import annotations

from functools import partial

from tests.support.cast import Cast
from wisely_security.workspace.modules.templates import Category, Review, Template

from .declaration import ModuleData, Refused, Row, Sample, Support, edited, gone, made
from .making import make


def set_up(cast: Cast) -> None:
    make(Template, cast.acme, name="welcome", body="Hello {{1}}")
    make(Template, cast.acme, name="offer", body="Ten per cent off", content_status=Review.APPROVED)
    make(Template, cast.acme, name="invoice", content_status=Review.APPROVED, status=Review.APPROVED)


SAMPLE = Sample(
    model=Template,
    valid=lambda tenant, number: {
        "name": f"template_{number}",
        "category": Category.UTILITY,
        "language": "en",
        "body": "Your order {{1}} is on its way.",
    },
    name="name",
    text="header",
    edit=("status", "approved"),
    edit_in_sql="body",
    by_bob={"header": "By Bob"},
    support=Support(
        adds={"name": "hello", "category": "utility", "language": "en", "body": "Hello"},
        edits={"body": "Hello {{1}}"},
        wrong={"body": "{{2}}"},
        unique="name",
    ),
)

row = partial(Row, module="Templates", sub_module="Template", menu="Templates", kind="template")
ROWS = [
    row(
        action="Create",
        press="Create template",
        typed={
            "Name": "order_shipped",
            "Category": "Utility",
            "Language": "English",
            "Body": "Your order {{1}} comes on {{2}}.",
            "Buttons": "Track it\nStop",
        },
        invalid=Refused(
            {"Name": "Order Shipped", "Body": "Your order {{2}}"},
            {
                "name": "Use only lower-case letters, digits and underscores.",
                "body": "Number the placeholders from {{1}} upwards, without gaps.",
            },
        ),
        taken=Refused(
            {"Name": "welcome"},
            {"name": "A template with this name already exists in this language."},
        ),
        resource="order_shipped (en)",
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
    row(
        action="Edit",
        record="welcome",
        press="Edit",
        typed={"Body": "Good morning {{1}}", "Footer": "Acme"},
        invalid=Refused({"Body": "{{name}}"}, {"body": "Write placeholders as {{1}}, {{2}} and so on."}),
        taken=Refused(
            {"Name": "offer"},
            {"name": "A template with this name already exists in this language."},
        ),
        resource="welcome (en)",
        changes=[edited("Body", "Hello {{1}}", "Good morning {{1}}"), edited("Footer", "", "Acme")],
    ),
    row(
        sub_module="Template Content",
        action="Approve/Reject",
        record="welcome",
        press="Reject content",
        typed={"Remark": "Say who is writing."},
        invalid=Refused({"Remark": ""}, {"remark": "This field is required."}),
        resource="welcome (en)",
        changes=[
            edited("Content review", "In review", "Rejected"),
            edited("Remark", "", "Say who is writing."),
        ],
    ),
    row(
        action="Approve",
        record="offer",
        press="Approve",
        resource="offer (en)",
        changes=[edited("Status", "In review", "Approved")],
    ),
    row(
        action="Reject",
        record="offer",
        press="Reject",
        typed={"Remark": "The offer has ended."},
        invalid=Refused({"Remark": "  "}, {"remark": "This field is required."}),
        resource="offer (en)",
        changes=[edited("Status", "In review", "Rejected"), edited("Remark", "", "The offer has ended.")],
    ),
    row(
        action="Delete",
        record="welcome",
        press="Delete",
        resource="welcome (en)",
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
    row(
        sub_module="Settings",
        by_bob={"validity_minutes": 5},
        action="Edit",
        record="invoice",
        press="Settings",
        typed={"WABA number": "Acme (+14155550100)", "Deliver within (minutes)": "60", "Count clicks on links": True},
        invalid=Refused(
            {"Deliver within (minutes)": "0"},
            {"validity_minutes": "Ensure this value is greater than or equal to 1."},
        ),
        resource="invoice (en)",
        changes=[
            edited("WABA number", None, "Acme (+14155550100)"),
            edited("Deliver within (minutes)", "1440", "60"),
            edited("Count clicks on links", "No", "Yes"),
        ],
    ),
    row(
        sub_module="Template Content",
        action="Approve/Reject",
        record="welcome",
        press="Approve content",
        resource="welcome (en)",
        changes=[edited("Content review", "In review", "Approved")],
    ),
]

DATA = ModuleData(set_up=set_up, samples=[SAMPLE], rows=ROWS)
