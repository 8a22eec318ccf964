from __future__ import annotations

from .row import Row, edited, made, members

ACTION_MATRIX = [
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
