"""Signing in again before something that matters (OWASP ASVS 5.0, 7.5.1): whoever finds a browser that is signed in
does not take the account over with it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from wisely_security.core.request_context import acting_as

from ...forms import unsaved
from ...forms.factors import CodeForm, PasswordForm
from ...models import Passkey, User
from ...sign_in import signals
from ...sign_in.authentication import LockedOutError
from ...sign_in.factors.codes import CodeRefusedError
from ...sign_in.factors.confirmation import confirm, is_confirmed
from ...sign_in.factors.of_person import Used, use_code
from ...sign_in.factors.passkeys import PasskeyRefusedError, options_to_use, use_passkey
from ..access import SignedInView
from .at_sign_in import next_path
from .challenges import ANSWER, NOT_ACCEPTED, purpose_here


class ConfirmedView(SignedInView):
    """For whoever has signed in within the last minutes. Others do so again, and come back: to a page, so a form that
    was sent too late is shown again, with what was typed where the page restores it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and (asked := ask_to_confirm(request)):
            return asked
        return super().dispatch(request, *args, **kwargs)


def ask_to_confirm(request: HttpRequest, page: str = "") -> HttpResponse | None:
    """None: whoever is signed in did so a moment ago. Others do it again, and come back to ``page``, or to here."""
    if is_confirmed(request):
        return None
    if request.method == "POST":
        unsaved.keep(request)
    return HttpResponseRedirect(f"{reverse('confirm')}?{urlencode({'next': page or request.path})}")


# As SignIn: a guess stays reserved, and a refusal recorded, whatever goes wrong after it.
@method_decorator([transaction.non_atomic_requests, sensitive_post_parameters()], name="dispatch")
class Confirm(SignedInView):
    """With a second factor, where the person has one, otherwise with the password."""

    open_without_factor = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(self._form(request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        form = self._form(user, request.POST)
        if not form.is_valid():
            return self._page(form, status=400)
        if isinstance(form, PasswordForm):
            return self._confirmed(Used("Password"))
        try:
            used = use_code(user, form.cleaned_data["code"])
        except (CodeRefusedError, LockedOutError) as error:
            form.refuse(user, error)
            return self._page(form, status=400)
        if used.codes_left is not None:
            signals.factor_used.send(User, user=user, factor=used.factor, left=used.codes_left)
        return self._confirmed(used)

    def _form(self, user: Any, data: Any = None) -> CodeForm | PasswordForm:
        return CodeForm(data) if user.has_second_factor else PasswordForm(user, data)

    def _confirmed(self, used: Used) -> HttpResponse:
        signals.confirmed.send(User, user=self.request.user, factor=used.factor)
        confirm(self.request)
        self.request.session.cycle_key()
        return HttpResponseRedirect(next_path(self.request))

    def _page(self, form: CodeForm | PasswordForm, status: int = 200, passkey_problem: str = "") -> HttpResponse:
        user = self.request.user
        with acting_as(**user.own_scope):
            has_passkey = Passkey.objects.filter(user=user).exists()
        context = {
            "form": form,
            "next": next_path(self.request),
            "has_passkey": has_passkey,
            "passkey_problem": passkey_problem,
        }
        return render(self.request, "tenancy/factors/confirm.html", context, status=status)


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class ConfirmWithPasskey(Confirm):
    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect("confirm")

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        try:
            passkey = use_passkey(request.POST.get(ANSWER, ""), purpose_here(request, f"confirm-{user.pk}"), user)
        except PasskeyRefusedError as error:
            signals.factor_refused.send(User, user=user, reason=error.reason, factor=error.factor)
            return self._page(self._form(user), status=400, passkey_problem=NOT_ACCEPTED)
        return self._confirmed(Used(passkey.label))


@method_decorator(never_cache, name="dispatch")
class ConfirmOptions(SignedInView):
    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        with acting_as(**user.own_scope):
            return JsonResponse(options_to_use(purpose_here(request, f"confirm-{user.pk}"), user))
