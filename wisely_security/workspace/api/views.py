from __future__ import annotations

from functools import partial

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from .callers import calling
from .description import description
from .models import KeptAnswer
from .problems import KEY_REUSED, ApiError
from .reading import batch_of, idempotency_key
from .recording import record_all


@csrf_exempt
@require_POST
def audit_events(request: HttpRequest) -> HttpResponse:
    with calling(request) as account:
        key = idempotency_key(request)
        batch = batch_of(request)
        answer, is_new = KeptAnswer.objects.once(
            account, key, batch.fingerprint, partial(record_all, account.tenant_id, batch.events)
        )
        if answer.fingerprint != batch.fingerprint:
            raise ApiError(KEY_REUSED)
    response = JsonResponse({"events": [{"id": str(event_id)} for event_id in answer.event_ids]}, status=201)
    if not is_new:
        response["Idempotent-Replayed"] = "true"
    return response


@transaction.non_atomic_requests  # needs no database
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(description())
