"""Saved views and scheduled reports, as the Audit Trail records them.

Own views are recorded like shared ones: a trigger sees every row, and an owner may share theirs at any time.
"""

from __future__ import annotations

from audit_trail.registry import M2MAudit, Module, Transition, audited, exempt

from .models import ReportRecipient, ReportRun, SavedView, ScheduledReport

VIEWS = Module("saved_views", "Saved Views", record=("saved_view", "View"))
SAVE_VIEW = VIEWS.action("add", "Add", "The filters of a record were saved as a view.")
EDIT_VIEW = VIEWS.action("edit", "Edit", "A saved view was renamed, shared or given other filters.")
DELETE_VIEW = VIEWS.action("delete", "Delete", "A saved view was deleted.")

REPORTS = Module("scheduled_reports", "Scheduled Reports", record=("scheduled_report", "Report"))
ADD = REPORTS.action("add", "Add", "A scheduled report was added.")
EDIT = REPORTS.action("edit", "Edit", "A scheduled report was edited.")
PAUSE = REPORTS.action("pause", "Pause", "A scheduled report was paused: it is not sent until it is resumed.")
RESUME = REPORTS.action("resume", "Resume", "A paused report was resumed.")
DELETE = REPORTS.action("delete", "Delete", "A scheduled report was deleted. Links that it has sent stopped working.")
RUN = REPORTS.action(
    "run",
    "Run",
    "A scheduled report was run, when it was due or at once: to whom it was sent, or why not.",
    direct=True,
)

audited(
    SavedView,
    name="{row}.name",
    created=SAVE_VIEW,
    changed=EDIT_VIEW,
    deleted=DELETE_VIEW,
    untracked=["created_at", "owner"],
)
audited(
    ScheduledReport,
    name="{row}.name",
    created=ADD,
    changed=EDIT,
    deleted=DELETE,
    transitions=(
        Transition(action=PAUSE, field="is_active", to=(False,)),
        Transition(action=RESUME, field="is_active", to=(True,)),
    ),
    untracked=["created_at", "next_run_at", "last_run_at", "last_outcome", "last_reason"],
    members=(M2MAudit(through=ReportRecipient, record="report", member="user", label="Recipients"),),
)
exempt(ReportRun, "Runs of reports: the outcome of each is recorded as an event of its report.")
