"""The passkeys of whoever is signed in: which there are, and making one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from wisely_security.core.request_context import acting_as

from ...forms import unsaved
from ...forms.factors import NameForm
from ...models import Passkey, User
from ...sign_in import signals
from ...sign_in.factors.of_person import add
from ...sign_in.factors.passkeys import PasskeyRefusedError, new_passkey, options_for_new
from ...sign_in.factors.recovery import codes_left
from ..access import SignedInView
from ..sessions import open_sessions
from .challenges import ANSWER, purpose_here
from .confirmation import ConfirmedView
from .own_apps import show_new_codes

NOT_MADE = "This passkey couldn’t be set up. Try again."


class Passkeys(SignedInView):
    open_without_factor = True

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        with acting_as(**user.own_scope):
            context = {
                "passkeys": list(Passkey.objects.filter(user=user)),
                "codes_left": codes_left(user),
                "has_other_sessions": open_sessions(user).count() > 1,
            }
        return render(request, "tenancy/factors/passkeys.html", context)


class PasskeyForm(NameForm):
    answer = forms.CharField(widget=forms.HiddenInput, required=False)


class AddPasskey(ConfirmedView):
    """The name, then the browser asks its device or password manager to make a passkey."""

    open_without_factor = True

    restores_typed = True

    def get(self, request: HttpRequest) -> HttpResponse:
        row = self.request.session.row
        form = PasskeyForm(initial={"name": (row.device if row else "")[:60]})
        unsaved.restore(request, form)
        return self._page(form)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PasskeyForm(request.POST)
        if not form.is_valid():
            return self._page(form, status=400)
        user = self.request.user
        try:
            purpose = purpose_here(request, f"register-{user.pk}")
            passkey = new_passkey(user, form.cleaned_data["name"], form.cleaned_data[ANSWER], purpose)
            with transaction.atomic():
                is_first = add(passkey)
            self.request.session.cycle_key()
        except (PasskeyRefusedError, IntegrityError):  # or one that is known already
            signals.factor_refused.send(User, user=user, reason="passkey_refused", factor=Passkey.kind)
            form.add_error(None, NOT_MADE)
            return self._page(form, status=400)
        messages.success(request, f"{passkey.label} set up. You can sign in with it from now on, without a password.")
        return show_new_codes(self.request) if is_first else redirect("passkeys")

    def _page(self, form: PasskeyForm, status: int = 200) -> HttpResponse:
        return render(self.request, "tenancy/factors/passkey_add.html", {"form": form}, status=status)


@method_decorator(never_cache, name="dispatch")
class AddPasskeyOptions(SignedInView):
    open_without_factor = True

    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        with acting_as(**user.own_scope):
            return JsonResponse(options_for_new(user, purpose_here(request, f"register-{user.pk}")))
