"""What the tests know of scheduled reports and saved views (saving a view, and runs: ``tests/scheduled_reports``)."""

from __future__ import annotations

from functools import partial

from tests.support.cast import Cast
from tests.workspace.browsing import Typed
from wisely_security.scheduled_reports.models import ReportRecipient, SavedView, ScheduledReport
from wisely_security.tenancy.models import User

from .declaration import ModuleData, Refused, Row, Sample, edited, gone, made, members
from .making import make

REPORT: Typed = {
    "Name": "For the auditor",
    "View": "Login Activity: Failures",
    "Sent as": "CSV",
    "How often": "Every month",
    "Weekday": "Monday",
    "Day of the month": "31",
    "Time": "06:00",
    "Recipients": ["Alice Adams"],
}
STORED = {
    **{label: value for label, value in REPORT.items() if label != "Recipients"},
    "View": "Failures",
    "Active": "Yes",
}


def set_up(cast: Cast) -> None:
    view = make(SavedView, cast.acme, name="Failures", is_shared=True, owner=None)
    make(ReportRecipient, cast.acme, report=make(ScheduledReport, cast.acme, name="Weekly", view=view), user=cast.alice)
    make(ScheduledReport, cast.acme, name="Resting", view=view, is_active=False)


VIEW = Sample(
    model=SavedView,
    valid=lambda tenant, number: {
        "record": "login-activity",
        "name": f"View {number}",
        "parameters": ["period=last-month", "status=failure"],
        "is_shared": True,
    },
    edit=("parameters", ["period=this-month"]),
    edit_in_sql="name",
)

SCHEDULED_REPORT = Sample(
    model=ScheduledReport,
    valid=lambda tenant, number: {"name": f"Report {number}", "view": SavedView, "format": "summary"},
    name="name",
    edit=("at", "09:00"),
    edit_in_sql="name",
    by_bob={"at": "10:00"},
)

RECIPIENT = Sample(
    model=ReportRecipient,
    valid=lambda tenant, number: {"report": ScheduledReport, "user": User},
)

row = partial(
    Row,
    module="Scheduled Reports",
    sub_module="Report",
    menu="Scheduled reports",
    kind="scheduledreport",
)
ROWS = [
    row(
        action="Add",
        press="Add scheduled report",
        typed=REPORT,
        invalid=Refused(
            {"Day of the month": "32", "Recipients": ["Bob Brown"]},
            {
                "day": "Ensure this value is less than or equal to 31.",
                "recipients": "Bob Brown: may not download Login Activity.",
            },
        ),
        taken=Refused({"Name": "WEEKLY"}, {"name": "A scheduled report with this name already exists."}),
        resource="For the auditor",
        changes=[*made(STORED), members("Recipients", added=["Alice Adams"])],
    ),
    row(
        action="Edit",
        record="Weekly",
        press="Edit",
        typed={"Time": "09:00"},
        invalid=Refused({"Name": " "}, {"name": "This field is required."}),
        resource="Weekly",
        changes=[edited("Time", "07:00", "09:00")],
    ),
    row(
        action="Pause",
        record="Weekly",
        press="Pause",
        resource="Weekly",
        changes=[edited("Active", "Yes", "No")],
    ),
    row(
        action="Resume",
        record="Resting",
        press="Resume",
        resource="Resting",
        changes=[edited("Active", "No", "Yes")],
    ),
    row(
        action="Delete",
        record="Resting",
        press="Delete",
        resource="Resting",
        changes=gone(
            {
                "Name": "Resting",
                "View": "Failures",
                "Sent as": "Summary",
                "How often": "Every week",
                "Weekday": "Monday",
                "Day of the month": "1",
                "Time": "07:00",
                "Active": "No",
            }
        ),
    ),
]

DATA = ModuleData(set_up=set_up, samples=[SCHEDULED_REPORT, VIEW, RECIPIENT], rows=ROWS)
