"""What the tests know of roles."""

from __future__ import annotations

from functools import partial

from tests.support.cast import Cast
from wisely_security.tenancy.models import Role

from .declaration import ModuleData, Refused, Row, Sample, edited, made, members
from .making import make


def set_up(cast: Cast) -> None:
    make(Role, cast.acme, name="Auditor", permissions=["audit_trail.view"])


SAMPLE = Sample(
    model=Role,
    valid=lambda tenant, number: {"name": f"Role {number}", "permissions": ["audit_trail.view"]},
    name="name",
    edit=("permissions", ["audit_trail.view", "audit_trail.download"]),
    edit_in_sql="name",
    by_bob={"permissions": ["login_activity.view"]},
)

row = partial(Row, module="Roles", sub_module="Role", menu="Roles", kind="role")
ROWS = [
    row(
        action="Add",
        press="Add role",
        typed={"Name": "Reviewer", "Permissions": ["Approve and reject templates", "View templates"]},
        invalid=Refused(
            {"Name": "super ADMIN"},
            {"name": "This name is reserved for the Super Admin. Choose another one."},
        ),
        taken=Refused({"Name": "Auditor"}, {"name": "A role with this name already exists."}),
        resource="Reviewer",
        changes=made(
            {
                "Name": "Reviewer",
                "Permissions": "Templates: Approve and reject templates, Templates: View templates",
            }
        ),
    ),
    row(
        action="Edit",
        record="Auditor",
        press="Edit",
        typed={"Name": "Auditors", "Permissions": ["View the Audit Trail", "Download the Audit Trail"]},
        invalid=Refused({"Name": ""}, {"name": "This field is required."}),
        taken=Refused({"Name": "MIS"}, {"name": "A role with this name already exists."}),
        resource="Auditors",
        changes=[
            edited("Name", "Auditor", "Auditors"),
            members("Permissions", added=["Audit Trail: Download the Audit Trail"]),
        ],
    ),
]

DATA = ModuleData(set_up=set_up, samples=[SAMPLE], rows=ROWS)
