from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from wisely_security.core.request_context import acting_as

from ..forms import unsaved
from ..forms.sign_in import ProfileForm, SignInSettingsForm, save_changed
from ..models import Tenant, User
from ..permissions import SIGN_IN_SETTINGS, SWITCH_TENANT
from ..sign_in import signals
from ..sign_in.factors import requirement
from ..sign_in.sessions import VIEWED_TENANT_KEY
from .access import AccessRefused, MemberView, SignedInView, go_on

OF = "second_factor_of"  # the field


class Profile(SignedInView):
    restores_typed = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(ProfileForm(instance=self.request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        with acting_as(**user.own_scope):  # before anybody's names are compared: support locks in this order, too
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
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
        messages.success(request, "Profile saved.")
        return redirect("profile")

    def _page(self, form: ProfileForm, status: int = 200) -> HttpResponse:
        unsaved.restore(self.request, form)
        return render(self.request, "tenancy/profile.html", {"form": form}, status=status)


class SignInSettings(MemberView):
    restores_typed = True
    permission = SIGN_IN_SETTINGS
    area = "Sign-in settings"

    def get(self, request: HttpRequest) -> HttpResponse:
        self.record_view()
        return self._page(SignInSettingsForm(instance=self.request.tenant))

    def post(self, request: HttpRequest) -> HttpResponse:
        user, tenant = self.request.user, self.request.tenant
        if tenant != user.tenant:
            raise AccessRefused(self.area, f"These are {tenant}’s settings. Only its own admins can change them.")
        before = {name: getattr(tenant, name) for name in SignInSettingsForm.Meta.fields}
        form = SignInSettingsForm(request.POST, instance=tenant)
        if not form.is_valid():
            signals.settings_refused.send(type(self), user=user, area=self.area)
            return self._page(form, status=400)
        self._save(form, before)
        messages.success(request, "Sign-in settings saved. They also apply to current sessions.")
        return redirect("sign_in_settings")

    def _save(self, form: SignInSettingsForm, before: dict[str, Any]) -> None:
        if not form.changed_data:
            return
        detail = changes(form, {**before, OF: form.fields[OF].initial})
        if OF in form.changed_data:
            chosen, whom = form.cleaned_data[OF], detail["changes"][str(form.fields[OF].label)]
            whom[:] = [form.names_of(each) for each in whom]
            form.changed_data.remove(OF)
            requirement.require_of(self.request.tenant, chosen)
        save_changed(form)
        signals.settings_edited.send(type(self), user=self.request.user, area=self.area, detail=detail)

    def _page(self, form: SignInSettingsForm, status: int = 200) -> HttpResponse:
        unsaved.restore(self.request, form)
        return render(self.request, "tenancy/sign_in_settings.html", {"form": form}, status=status)


def changes(form: Any, before: dict[str, Any]) -> dict[str, Any]:
    """What a form has changed, in words: ``{"changes": {label: [before, after]}}``."""
    return {
        "changes": {str(form.fields[name].label): [before[name], form.cleaned_data[name]] for name in form.changed_data}
    }


class SwitchTenant(MemberView):
    """An aggregator's admin goes to one of its enterprises, or back. Recorded for the enterprise."""

    area = "Switching to an enterprise"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        chosen = request.POST.get("tenant", "")
        if chosen == str(user.tenant_id):
            request.session.pop(VIEWED_TENANT_KEY, None)
            return go_on(request, "home")
        if not user.may(SWITCH_TENANT):
            raise AccessRefused(self.area, permission=SWITCH_TENANT)
        with acting_as(tenant_id=user.tenant_id):
            try:
                tenant = Tenant.objects.get(pk=chosen, aggregator=user.tenant_id)
            except (Tenant.DoesNotExist, ValueError, ValidationError):
                raise Http404 from None
        request.session[VIEWED_TENANT_KEY] = str(tenant.pk)
        with acting_as(tenant_id=tenant.pk):
            signals.tenant_switched.send(type(self), user=user, tenant=tenant)
        return go_on(request, "home")
