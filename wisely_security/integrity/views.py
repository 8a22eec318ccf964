"""The Integrity page, and the files that it hands out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

import wisely_security.ledger.sealing
from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from wisely_security.ledger.sealing.keys import SigningKeyError, signing_keys
from wisely_security.ledger.sealing.logs.signing import is_configured
from wisely_security.ledger.sealing.logs.status import LogStatus, log_status
from wisely_security.ledger.sealing.witnesses.heads import Cosigned, last_cosignatures
from wisely_security.reports.declaration import Report
from wisely_security.tenancy.views import menu
from wisely_security.tenancy.views.access import MemberView
from wisely_security.workspace.modules.checkpoint_receivers import RESOURCE_PAGE as RECEIVERS

REPORTS = {report.key: report for report in (LOGIN_ACTIVITY, AUDIT_TRAIL)}
TOOLS = {
    "verify_bundle.py": "Checks a CSV with proof, or the proof of an event, given the public key of its log.",
    "witness.py": "Keeps watch over checkpoints on a machine of your own.",
}
TOOLS_FOLDER = Path(wisely_security.ledger.sealing.__path__[0])


class RecordStatus(NamedTuple):
    """A record on the page. ``vkey``: the public key of its log (C2SP signed-note)."""

    report: Report
    log: LogStatus | None
    vkey: str
    url: str
    cosigned: list[Cosigned]

    @property
    def sealed(self) -> str:
        return f"{self.log.events:,}" if self.log else ""

    @property
    def checked(self) -> str:
        return f"{self.log.checked or 0:,}" if self.log else ""


class IntegrityView(MemberView):
    permission = AUDIT_TRAIL.view_permission
    area = "Integrity"


class Integrity(IntegrityView):
    def get(self, request: HttpRequest) -> HttpResponse:
        self.record_view()
        records = [self._record(report) for report in REPORTS.values() if self.request.user.may(report.view_permission)]
        context: dict[str, Any] = {"records": records, "tools": TOOLS.items(), "seals": is_configured()}
        context |= self._receivers()
        return render(request, "integrity/page.html", context)

    def _record(self, report: Report) -> RecordStatus:
        tenant = self.request.tenant
        log = log_status(report.model, tenant.pk)
        cosigned = last_cosignatures(report.model, tenant.pk)
        return RecordStatus(report, log, _vkey(log.origin) if log else "", report.path(tenant), cosigned)

    def _receivers(self) -> dict[str, Any]:
        """To whom outside checkpoints go, for whoever may see it."""
        if not self.request.user.may(RECEIVERS.view_permission):
            return {}
        may_add = self.request.user.may(RECEIVERS.edit_permission) and self.request.tenant == self.request.user.tenant
        its = list(RECEIVERS.records(self.request.tenant))
        return {
            "receivers": [(RECEIVERS.url(each.pk), each) for each in its],
            "contradicting": [(RECEIVERS.url(each.pk), each) for each in its if each.contradicts],
            "receivers_url": RECEIVERS.list_url(),
            "add_receiver_url": RECEIVERS.add_url() if may_add else "",
        }


class CheckpointFile(IntegrityView):
    """The newest checkpoint of a record, as it was signed."""

    def get(self, request: HttpRequest, record: str) -> HttpResponse:
        report = REPORTS.get(record)
        if report is None or not self.request.user.may(report.view_permission):
            raise Http404
        log = log_status(report.model, self.request.tenant.pk)
        if log is None or log.note is None:
            raise Http404
        return text_file(log.note, f"{record}-{log.events}.checkpoint")


class Tool(IntegrityView):
    """A program that needs nothing but Python, for whoever checks on a machine of their own."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        if name not in TOOLS:
            raise Http404
        return text_file((TOOLS_FOLDER / name).read_text(), name)


def text_file(content: str, name: str) -> HttpResponse:
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(content, "text/plain; charset=utf-8", headers={"Content-Disposition": disposition})


def _vkey(origin: str) -> str:
    try:
        return signing_keys().signer(origin).public.vkey
    except SigningKeyError:
        return ""


menu.add(
    menu.SECURITY,
    Integrity.area,
    icon="shield-check",
    permission=Integrity.permission,
    url=lambda tenant: reverse("integrity"),
)
