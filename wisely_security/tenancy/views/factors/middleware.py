"""Leads a person who must have a second factor, and has none yet, to where they set one up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from ...forms import unsaved
from ...models import User
from ...sign_in.factors import requirement


class SecondFactorMiddleware:
    """After TenantMiddleware. Views that anybody needs on the way say ``open_without_factor``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, callback: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        view = getattr(callback, "view_class", callback)
        if getattr(callback, "csrf_exempt", False) or getattr(view, "open_without_factor", False):
            return None  # callers of the API have keys, not sessions
        user = request.user
        if not isinstance(user, User) or not requirement.is_overdue(user):
            return None
        if getattr(request, "htmx", False):
            return HttpResponseClientRedirect(reverse("second_factor"))
        if request.method == "POST":
            unsaved.keep(request)
            messages.warning(request, "Nothing was saved. Set up a second factor first.")
        return redirect("second_factor")
