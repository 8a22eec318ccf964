from __future__ import annotations

from tests.workspace.browsing import Typed

from .row import Row, edited, gone, made, secret

RECEIVER: Typed = {
    "Name": "Supervisory board",
    "Kind": "E-mail",
    "Address": "board@acme.example",
    "How often": "At most hourly",
}

BEYOND_THE_TABLE = [
    Row(
        module="Integrity",
        sub_module="Checkpoint receiver",
        action="Add",
        menu="Checkpoint receivers",
        press="Add checkpoint receiver",
        typed=RECEIVER,
        resource="Supervisory board",
        kind="checkpointreceiver",
        changes=made({**RECEIVER}),
    ),
    Row(
        module="Integrity",
        sub_module="Checkpoint receiver",
        action="Edit",
        menu="Checkpoint receivers",
        record="Auditor",
        press="Edit",
        typed={"Address": "audits@firm.example", "How often": "At most hourly"},
        resource="Auditor",
        kind="checkpointreceiver",
        changes=[
            edited("Address", "audit@firm.example", "audits@firm.example"),
            edited("How often", "At most daily", "At most hourly"),
        ],
    ),
    Row(
        module="Integrity",
        sub_module="Checkpoint receiver",
        action="Delete",
        menu="Checkpoint receivers",
        record="Auditor",
        press="Delete",
        resource="Auditor",
        kind="checkpointreceiver",
        changes=gone(
            {"Name": "Auditor", "Kind": "E-mail", "Address": "audit@firm.example", "How often": "At most daily"}
        ),
    ),
]
# Other ways to the same actions.
OTHER_WAYS = [
    Row(
        module="Integrity",
        sub_module="Checkpoint receiver",
        action="Edit",
        menu="Checkpoint receivers",
        record="Archive",
        press="New secret",
        resource="Archive",
        kind="checkpointreceiver",
        changes=[secret("Secret")],
    ),
]
