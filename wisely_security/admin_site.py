"""Django admin, for support staff alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models.base import ModelBase
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from audit_trail.recording.audited_admin import audited_admin

from .database.cells.routing import has_cells
from .tenancy.forms.sign_in import SupportSignInForm
from .tenancy.forms.stale_forms import may_be_old
from .tenancy.support.choice_of_cell import choice_of
from .tenancy.support.model_admin import SupportAdmin
from .tenancy.views.access import AccessRefused
from .tenancy.views.sign_in import SignIn

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class SupportSignIn(SignIn):
    template_name = "admin/login.html"
    authentication_form = SupportSignInForm
    for_support = True
    redirect_authenticated_user = False  # a member who is signed in may be here to sign in as support

    def get_default_redirect_url(self) -> str:
        return reverse("admin:index")


class SupportSite(AdminSite):
    site_title = site_header = "Wisely Security support"
    index_title = "Tenants and their records"
    site_url = None

    def register(self, model_or_iterable: Any, admin_class: type[Any] | None = None, **options: Any) -> None:
        """Raises ImproperlyConfigured for a ModelAdmin that does not record for tenants who viewed their data."""
        if admin_class is not None and admin_class.__module__ == "django.contrib.auth.admin":
            return  # groups are not used: tenants have roles
        if admin_class is None or not issubclass(admin_class, SupportAdmin):
            raise ImproperlyConfigured(f"{admin_class} has to be a SupportAdmin, so that every view is recorded.")
        models: Any = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        for model in models:
            super().register(model, audited_admin(model, admin_class), **options)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Strangers are sent to sign in; a member of a tenant is refused, and the refusal is recorded."""
        for_support = super().admin_view(view, cacheable)

        @wraps(for_support)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                raise AccessRefused("Django admin", "These pages are for Wisely’s support staff.")
            return for_support(request, *args, **kwargs)

        return cast(View, guarded)

    @method_decorator(
        [may_be_old, never_cache, transaction.non_atomic_requests]
    )  # as SignIn, which is not the view Django calls
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if request.method == "GET" and self.has_permission(request):
            return redirect("admin:index")
        return SupportSignIn.as_view()(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        return {**context, **choice_of(request)} if has_cells() else context

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("password_change")

    def get_urls(self) -> list[Any]:
        """Without the way to a record's page on the site: there is none."""
        from .investigation import all_cells, session_name, support  # noqa: F401  (models are loaded by now)

        own = [
            path("all-cells/", self.admin_view(all_cells.search), name="all_cells"),
            path("tenancy/user/<uuid:pk>/activity/", self.admin_view(support.person), name="person"),
            path(
                "tenancy/tenant/<uuid:tenant_id>/sessions/<session_name:name>/",
                self.admin_view(support.session),
                name="session_story",
            ),
        ]
        return [*own, *(url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site")]

    def autocomplete_view(self, request: HttpRequest) -> Any:
        """Not used: it would show names of a tenant's people without recording it."""
        raise Http404
