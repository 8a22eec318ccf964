"""What the tests know of those to whom checkpoints are sent."""

from __future__ import annotations

from functools import partial

from tests.support.cast import Cast
from tests.workspace.browsing import Typed
from wisely_security.workspace.receivers.receiver import CheckpointReceiver

from .declaration import ModuleData, Refused, Row, Sample, Support, edited, gone, made, secret
from .making import make

RECEIVER: Typed = {
    "Name": "Supervisory board",
    "Kind": "E-mail",
    "Address": "board@acme.example",
    "How often": "At most hourly",
}


def set_up(cast: Cast) -> None:
    make(CheckpointReceiver, cast.acme, name="Auditor", address="audit@firm.example")
    make(CheckpointReceiver, cast.acme, name="Archive", kind="webhook", address="https://archive.example/hook")


SAMPLE = Sample(
    model=CheckpointReceiver,
    valid=lambda tenant, number: {
        "name": f"Receiver {number}",
        "kind": "email",
        "address": f"receiver{number}@made.example",
        "frequency": "daily",
    },
    name="name",
    edit=("frequency", "hourly"),
    edit_in_sql="address",
    by_bob={"frequency": "hourly"},
    support=Support(
        adds={"name": "Auditor", "kind": "email", "address": "audit@firm.example", "frequency": "daily"},
        edits={"frequency": "hourly"},
        wrong={"address": "nobody"},
        unique="name",
    ),
)

row = partial(
    Row,
    module="Integrity",
    sub_module="Checkpoint receiver",
    menu="Checkpoint receivers",
    kind="checkpointreceiver",
)
ROWS = [
    row(
        action="Add",
        press="Add checkpoint receiver",
        typed=RECEIVER,
        invalid=Refused(
            {"Kind": "Witness", "Address": "http:// x", "Public key": "x"},
            {
                "address": "Enter an address such as https://example.com/path.",
                "vkey": "Enter the public key of the witness, a line such as witness.example+0a1b2c3d+BAAB…",
            },
        ),
        taken=Refused({"Name": "AUDITOR"}, {"name": "A checkpoint receiver with this name already exists."}),
        resource="Supervisory board",
        changes=made(RECEIVER),
    ),
    row(
        action="Edit",
        record="Auditor",
        press="Edit",
        typed={"Address": "audits@firm.example", "How often": "At most hourly"},
        invalid=Refused(
            {"Address": "audit@", "Public key": "x", "How often": "At most every 5 minutes"},
            {
                "address": "Enter a valid email address.",
                "vkey": "Only a witness has a public key.",
                "frequency": "E-mails are sent at most hourly.",
            },
        ),
        resource="Auditor",
        changes=[
            edited("Address", "audit@firm.example", "audits@firm.example"),
            edited("How often", "At most daily", "At most hourly"),
        ],
    ),
    row(
        action="Delete",
        record="Auditor",
        press="Delete",
        resource="Auditor",
        changes=gone(
            {"Name": "Auditor", "Kind": "E-mail", "Address": "audit@firm.example", "How often": "At most daily"}
        ),
    ),
    row(
        action="Edit",
        record="Archive",
        press="New secret",
        resource="Archive",
        changes=[secret("Secret")],
    ),
]

DATA = ModuleData(set_up=set_up, samples=[SAMPLE], rows=ROWS)
