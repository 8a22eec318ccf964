"""The proof of one event, as a file that is verified offline (C2SP tlog-proof)."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from wisely_security.ledger.sealing.logs.event_proof import AlteredError, NotSealedError, proof_file
from wisely_security.ledger.sealing.logs.signing import is_configured
from wisely_security.tenancy.sign_in import signals

from ..download.downloads import NO_KEY, NOT_SEALED
from ..views import ReportView

logger = logging.getLogger(__name__)
ALTERED = (
    "This event can’t be proved",
    "It is not what was sealed. Somebody has changed it in the database. Tell whoever runs this site to verify it.",
)


class ReportEventProof(ReportView):
    http_method_names = ["get", "options"]  # HEAD would be recorded as a download

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.permission = self.report.download_permission
        self.area = f"{self.report.title}: proof"
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, section: str = "", *, pk: UUID) -> HttpResponse:
        event = get_object_or_404(self.report.model.objects.for_tenant(self.request.tenant.pk), pk=pk)
        try:
            content = proof_file(event)
        except NotSealedError:
            return self._refuse(NOT_SEALED if is_configured() else NO_KEY, pk)
        except AlteredError:
            logger.critical("Event %s of %s is not what was sealed. Run manage.py verify.", pk, self.report.title)
            return self._refuse(ALTERED, pk)
        with transaction.atomic():
            signals.report_downloaded.send(
                type(self),
                user=self.request.user,
                tenant_id=self.request.tenant.pk,
                area=self.report.title,
                detail={"filters": {"Event": str(pk)}, "rows": 1, "format": "tlog-proof"},
                cut_short=False,
            )
        name = f"{self.report.key}-{pk}.tlog-proof"
        disposition = f'attachment; filename="{name}"'
        headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
        return HttpResponse(content, "text/plain; charset=utf-8", headers=headers)

    def _refuse(self, why: tuple[str, str], pk: UUID) -> HttpResponse:
        heading, reason = why
        context = {"heading": heading, "reason": reason, "page_url": f"{self.path}{pk}/", "page": "the event"}
        return render(self.request, "reports/event/not_sealed.html", context, status=409)
