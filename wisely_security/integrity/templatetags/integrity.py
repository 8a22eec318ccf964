from __future__ import annotations

from typing import Any

from django import template
from django.template import RequestContext

from wisely_security.integrity.views import Integrity

register = template.Library()


@register.inclusion_tag("integrity/alarm.html", takes_context=True)
def integrity_alarm(context: RequestContext) -> dict[str, Any]:
    """Above every page of a tenant, for all of its people, while its last verification has findings."""
    request: Any = context.get("request")
    tenant = getattr(request, "tenant", None)
    if tenant is None or not tenant.integrity_alarm:
        return {}
    return {"tenant": tenant, "may_see_findings": request.user.may(Integrity.permission)}
