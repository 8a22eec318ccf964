from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from wisely_security.core.request_context import FIRST_CELL
from wisely_security.database.cells.routing import current_cell

from ..forms.edit_form import EditForm
from ..forms.sign_in import InviteForm
from ..models import Role, Session, User, UserStatus
from ..models.time_zones import time_zone_choices
from ..sign_in import accounts
from ..sign_in.authentication import end_sessions
from ..sign_in.sessions import end_session
from ..sign_in.signals import SessionEnd
from ..views.sessions import open_sessions
from .of_tenant import ChosenTenant, OfTenantAdmin, chosen_tenant

logger = logging.getLogger(__name__)


class UserForm(EditForm):
    """``acting``: the member of support who edits."""

    acting: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(label="Time zone", choices=time_zone_choices)
        self.fields["status"] = forms.ChoiceField(
            label="Status",
            choices=[(status.value, status.label) for status in self._possible_statuses()],
            help_text="Suspending ends all sessions.",
        )
        if "role" in self.fields:
            roles = Role.objects.filter(tenant=self.instance.tenant_id)
            under = "The role that remains after a handover." if self.instance.is_super_admin else ""
            self.fields["role"] = forms.ModelChoiceField(roles, empty_label=None, help_text=under)

    def _possible_statuses(self) -> list[UserStatus]:
        """Active, once a password is chosen: until then, invited."""
        usable = UserStatus.ACTIVE if self.instance.has_usable_password() else UserStatus.PENDING
        return [usable, UserStatus.SUSPENDED]

    def clean_status(self) -> str:
        status: str = self.cleaned_data["status"]
        if status == UserStatus.SUSPENDED and self.instance.is_super_admin:
            raise ValidationError("This is the tenant’s Super Admin. Make someone else Super Admin first.")
        if status == UserStatus.SUSPENDED and self.instance == self.acting:
            raise ValidationError("You can’t suspend yourself.")
        return status


class InvitationForm(InviteForm):
    chosen: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(self.chosen, *args, **kwargs)


@admin.register(User)
class UserAdmin(OfTenantAdmin[User]):
    list_display = ["name", "email", "tenant", "role_name", "status", "last_login"]
    list_select_related = ["tenant", "role"]
    list_filter = [ChosenTenant, "status"]
    search_fields = ["name", "email"]
    search_help_text = "Name or e-mail address."

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Support staff in the first cell alone, where they live (support/rows.py)."""
        users = super().get_queryset(request)
        return users if current_cell() == FIRST_CELL else users.exclude(tenant=None)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Never: a user is suspended."""
        return False

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return ["email", "name", "role"]
        role = "role" if obj.tenant_id else "role_name"
        return ["email", "tenant", "name", role, "status", "time_zone", *self._facts]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return ["email", "tenant", "role_name", *self._facts] if obj else []

    _facts = ("created_at", "last_login", "password_changed_at")

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj:
            form = type("ThisUserForm", (UserForm,), {"acting": request.user})
        else:
            form = type("ThisInvitationForm", (InvitationForm,), {"chosen": chosen_tenant(request)})
        return super().get_form(request, obj, change, **{"form": form, **kwargs})

    def store(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            accounts.invite(form)
            return
        super().store(request, obj, form, change)
        if "status" in form.changed_data and obj.status == UserStatus.SUSPENDED:
            end_sessions(obj, SessionEnd.SUSPENDED)

    def page_context(self, request: HttpRequest, shown: User) -> dict[str, Any]:
        return {"sessions": list(open_sessions(shown)), "may_invite_again": shown.status == UserStatus.PENDING}

    @admin.display(description="role")
    def role_name(self, user: User) -> str:
        return user.role_name

    # Beyond the form

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/sessions/<uuid:session_pk>/end/", view(self.end_session), name="tenancy_user_end_session"),
            path("<uuid:pk>/invite-again/", view(self.invite_again), name="tenancy_user_invite_again"),
            *super().get_urls(),
        ]

    def end_session(self, request: HttpRequest, pk: UUID, session_pk: UUID) -> HttpResponse:
        return _end_session(request, pk, session_pk)

    def invite_again(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return _invite_again(request, self, pk)


@require_POST
def _end_session(request: HttpRequest, pk: UUID, session_pk: UUID) -> HttpResponse:
    session = get_object_or_404(Session.objects.select_related("user"), pk=session_pk, user=pk)
    end_session(session, SessionEnd.BY_ADMIN)  # recorded in the user's tenant
    messages.success(request, "Session ended.")
    return redirect("admin:tenancy_user_change", pk)


@require_POST
def _invite_again(request: HttpRequest, users: UserAdmin, pk: UUID) -> HttpResponse:
    user = get_object_or_404(User.objects.select_related("tenant"), pk=pk, status=UserStatus.PENDING)
    try:
        accounts.send_invitation(user)
    except OSError:
        logger.exception("The mail server did not accept an invitation.")
        messages.error(request, "The mail server didn’t accept the invitation. Try again later.")
    else:
        users.record_edit(request, user, {"Invitation": ["", "Sent again"]})
        messages.success(request, "New invitation sent.")
    return redirect("admin:tenancy_user_change", pk)
