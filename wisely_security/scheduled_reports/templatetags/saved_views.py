from __future__ import annotations

from typing import Any

from django import template
from django.template import RequestContext

from ..saved_views.views import menu_context

register = template.Library()


@register.inclusion_tag("scheduled_reports/menu.html", takes_context=True)
def saved_views_menu(context: RequestContext) -> dict[str, Any]:
    """The menu beside the title of a record. Its views are fetched when it is opened, so they cost the page nothing."""
    request: Any = context["request"]
    return {"request": request, **menu_context(request, context["report"], request.GET.urlencode())}
