from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from wisely_security.request_context import acting_as

from .. import signals
from ..access import AccessRefused, MemberView, SignedInView
from ..accounts import invite, send_invitation
from ..forms import InviteForm, ProfileForm, SignInSettingsForm, save_changed
from ..links import INVITATION_DAYS
from ..models import Tenant, User, UserStatus
from ..permissions import MANAGE_USERS, SIGN_IN_SETTINGS, SWITCH_TENANT
from ..sessions import VIEWED_TENANT_KEY

logger = logging.getLogger(__name__)
USERS_ON_A_PAGE = 50
LONGEST_SEARCH = 200


class Users(MemberView):
    permission = MANAGE_USERS
    area = "Users"

    def get(self, request: HttpRequest) -> HttpResponse:
        tenant = self.request.tenant
        users = User.objects.filter(tenant=tenant).select_related("tenant", "role")
        searched = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
        for word in searched.split():
            users = users.filter(Q(name__icontains=word) | Q(email__icontains=word))
        context = {
            "users": Paginator(users, USERS_ON_A_PAGE).get_page(request.GET.get("page")),
            "searched": searched,
            "invite_url": reverse("invite") if tenant == self.request.user.tenant else None,
        }
        if tenant != self.request.user.tenant:  # the enterprise sees who looks at its people
            self.record_look()
        return render(request, "tenancy/users.html", context)


class Invite(MemberView):
    permission = MANAGE_USERS
    area = "Inviting a user"
    changes = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(InviteForm(self.request.tenant))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = InviteForm(self.request.tenant, request.POST)
        if not form.is_valid():
            return self._page(form, status=400)
        try:
            user = invite(form, request)
        except IntegrityError:  # an address of another tenant's user, which this one cannot see
            form.add_error("email", "This e-mail address is taken.")
            return self._page(form, status=400)
        except OSError:
            logger.exception("The mail server did not take an invitation.")
            form.add_error(None, "The invitation could not be sent: the mail server did not take it. Try again later.")
            return self._page(form, status=503)
        messages.success(request, f"{user.name} is invited. The link in the e-mail works for {INVITATION_DAYS} days.")
        return redirect("users")

    def _page(self, form: InviteForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "back_url": reverse("users"), "back_label": "Users"}
        return render(self.request, "tenancy/invite.html", context, status=status)


class InviteAgain(MemberView):
    """A new link for somebody whose invitation has run out."""

    permission = MANAGE_USERS
    area = "Inviting a user"
    changes = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        user = get_object_or_404(User, pk=pk, tenant=self.request.tenant, status=UserStatus.PENDING)
        try:
            send_invitation(request, user)
            messages.success(request, f"{user.name} has a new invitation, good for {INVITATION_DAYS} days.")
        except OSError:
            logger.exception("The mail server did not take an invitation.")
            messages.error(request, "The invitation could not be sent. Try again later.")
        return redirect("users")


class Profile(SignedInView):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(ProfileForm(instance=self.request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        before = {"name": user.name, "time_zone": user.time_zone}
        form = ProfileForm(request.POST, instance=user)
        if not form.is_valid():
            user.name, user.time_zone = before["name"], before["time_zone"]
            signals.settings_refused.send(type(self), user=user, area="Profile")
            return self._page(form, status=400)
        with acting_as(**user.own_scope):
            save_changed(form)
        if form.changed_data:
            signals.settings_edited.send(type(self), user=user, area="Profile", detail=changes(form, before))
        messages.success(request, "Your profile is saved.")
        return redirect("profile")

    def _page(self, form: ProfileForm, status: int = 200) -> HttpResponse:
        return render(self.request, "tenancy/profile.html", {"form": form}, status=status)


class SignInSettings(MemberView):
    permission = SIGN_IN_SETTINGS
    area = "Sign-in settings"

    def get(self, request: HttpRequest) -> HttpResponse:
        self.record_look()
        return self._page(SignInSettingsForm(instance=self.request.tenant))

    def post(self, request: HttpRequest) -> HttpResponse:
        user, tenant = self.request.user, self.request.tenant
        if tenant != user.tenant:
            raise AccessRefused(self.area, f"These are the settings of {tenant}. Its own admins change them.")
        before = {name: getattr(tenant, name) for name in SignInSettingsForm.Meta.fields}
        form = SignInSettingsForm(request.POST, instance=tenant)
        if not form.is_valid():
            signals.settings_refused.send(type(self), user=user, area=self.area)
            return self._page(form, status=400)
        save_changed(form)
        if form.changed_data:
            signals.settings_edited.send(type(self), user=user, area=self.area, detail=changes(form, before))
        messages.success(request, "The sign-in settings are saved. They apply to sessions as they are used.")
        return redirect("sign_in_settings")

    def _page(self, form: SignInSettingsForm, status: int = 200) -> HttpResponse:
        return render(self.request, "tenancy/sign_in_settings.html", {"form": form}, status=status)


def changes(form: Any, before: dict[str, Any]) -> dict[str, Any]:
    """What a form has changed, in words: ``{"changes": {label: [before, after]}}``."""
    return {
        "changes": {str(form.fields[name].label): [before[name], form.cleaned_data[name]] for name in form.changed_data}
    }


class SwitchTenant(MemberView):
    """An aggregator's admin goes to one of its enterprises, or back. The enterprise's own record tells of it."""

    area = "Switching to an enterprise"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        chosen = request.POST.get("tenant", "")
        if chosen == str(user.tenant_id):
            request.session.pop(VIEWED_TENANT_KEY, None)
            return redirect("home")
        if not user.may(SWITCH_TENANT):
            raise AccessRefused(self.area)
        with acting_as(tenant_id=user.tenant_id):
            try:
                tenant = Tenant.objects.get(pk=chosen, aggregator=user.tenant_id)
            except (Tenant.DoesNotExist, ValueError, ValidationError):
                raise Http404 from None
        request.session[VIEWED_TENANT_KEY] = str(tenant.pk)
        with acting_as(tenant_id=tenant.pk):
            signals.settings_viewed.send(
                type(self), user=user, tenant_id=tenant.pk, area=f"Switched from {user.tenant} to {tenant}"
            )
        return redirect("home")
