"""The second factors of a user, for admins: to look, and to reset them for somebody who has lost the device."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from ...forms.factors import CheckedForm
from ...models import User
from ...permissions import RESET_FACTORS
from ...sign_in.factors.of_person import factors_of, reset
from ..access import AccessRefused, MemberView
from .confirmation import ask_to_confirm


class UserFactors(MemberView):
    permission = RESET_FACTORS
    area = "Second factor of a user"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member = self._member(pk)
        self.record_view(f"{self.area}: {member.name}")
        return self._page(member, CheckedForm())

    def _page(self, member: User, form: CheckedForm, status: int = 200) -> HttpResponse:
        context = {"member": member, "factors": factors_of(member), "denied": denial_reason(member, self.request.user)}
        return render(self.request, "tenancy/factors/of_user.html", context | {"form": form}, status=status)

    def _member(self, pk: UUID) -> User:
        return get_object_or_404(User.objects.select_related("tenant", "role"), pk=pk, tenant=self.request.tenant)


class ResetUserFactors(UserFactors):
    area = "Resetting the second factor of a user"
    changes = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, page = self._member(pk), reverse("user_factors", args=[pk])
        if asked := ask_to_confirm(request, page):
            return asked
        if refused := denial_reason(member, self.request.user):
            raise AccessRefused(self.area, refused)
        form = CheckedForm(request.POST)
        if not form.is_valid():
            return self._page(member, form, status=400)
        if reset(member, by=self.request.user, checked=form.cleaned_data["checked"]):
            done = f"Second factor of {member} reset. They have to choose a new password, by a link to their mailbox."
            messages.success(request, done)
        else:
            messages.info(request, f"{member} has no second factor.")
        return redirect(page)


def denial_reason(member: User, user: User) -> str:
    """Why a user cannot reset another's factors, as a sentence; "": they can."""
    if member == user:
        return "Change your own second factor under Your account."
    if member.is_super_admin:
        return f"{member} is the Super Admin. Only Wisely’s support can reset their second factor."
    if not member.permission_keys <= user.permission_keys:
        return f"{member} has permissions that you don’t have. Ask someone who has them."
    return ""
