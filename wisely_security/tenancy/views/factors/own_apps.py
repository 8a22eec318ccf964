"""The second factor of whoever is signed in: authenticator apps and recovery codes."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from wisely_security.core.request_context import acting_as

from ...forms.factors import AppForm
from ...models import AuthenticatorApp, Passkey
from ...sign_in import signals
from ...sign_in.factors import requirement
from ...sign_in.factors.codes import CodeRefusedError, as_text, new_seed, step_of, uri
from ...sign_in.factors.encryption import NoKeyError, decrypt, encrypt
from ...sign_in.factors.of_person import add
from ...sign_in.factors.qr import drawn
from ...sign_in.factors.recovery import codes_left, make_codes
from ..access import SignedInView
from ..sessions import open_sessions
from .confirmation import ConfirmedView

PENDING_KEY = "new_app"  # in the session: the seed of an app that is being set up, encrypted
PENDING_MINUTES = 15


class SecondFactor(SignedInView):
    open_without_factor = True

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        with acting_as(**user.own_scope):
            context = {
                "apps": list(AuthenticatorApp.objects.filter(user=user)),
                "passkeys": Passkey.objects.filter(user=user).count(),
                "codes_left": codes_left(user),
                "has_other_sessions": open_sessions(user).count() > 1,
                "required": requirement.required_since(user) is not None,
                "overdue": requirement.is_overdue(user),
            }
        return render(request, "tenancy/factors/second_factor.html", context)


@method_decorator(sensitive_post_parameters("code"), name="dispatch")
class AddApp(ConfirmedView):
    """The app gets a secret, and shows a code that proves it. Until then nothing is stored but in the session."""

    open_without_factor = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(AppForm(), self._pending() or self._begin())

    def post(self, request: HttpRequest) -> HttpResponse:
        form, seed, user = AppForm(request.POST), self._pending(), self.request.user
        if seed is None:
            messages.warning(request, "This setup has expired or is complete. Scan the new code.")
            return redirect("app_add")
        if not form.is_valid():
            return self._page(form, seed, status=400)
        try:
            step = step_of(seed, form.cleaned_data["code"])
        except CodeRefusedError as error:
            form.refuse_first_code(error)
            return self._page(form, seed, status=400)
        name = form.cleaned_data["name"]
        app = AuthenticatorApp(user=user, name=name, seed=encrypt(seed, user.pk), last_step=step)
        is_first = add(app)
        del self.request.session[PENDING_KEY]
        self.request.session.cycle_key()
        messages.success(request, f"{app.label} set up. From now on, signing in takes its code besides your password.")
        return show_new_codes(self.request) if is_first else redirect("second_factor")

    def _begin(self) -> bytes:
        seed = new_seed()
        kept = {"seed": encrypt(seed, self.request.user.pk), "at": int(time.time())}
        self.request.session[PENDING_KEY] = kept
        return seed

    def _pending(self) -> bytes | None:
        """Another tab shows the same secret: whichever is scanned is right."""
        kept = self.request.session.get(PENDING_KEY)
        if not kept or time.time() - kept["at"] > PENDING_MINUTES * 60:
            return None
        try:
            return decrypt(kept["seed"], self.request.user.pk)
        except NoKeyError:
            return None

    def _page(self, form: AppForm, seed: bytes, status: int = 200) -> HttpResponse:
        context = {"form": form, "qr": drawn(uri(seed, self.request.user.email)), "secret": as_text(seed)}
        return render(self.request, "tenancy/factors/app_add.html", context, status=status)


class RecoveryCodes(ConfirmedView):
    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "tenancy/factors/recovery/new.html")

    def post(self, request: HttpRequest) -> HttpResponse:
        if not self.request.user.has_second_factor:
            messages.warning(request, "Recovery codes stand in for a second factor. Set one up first.")
            return redirect("second_factor")
        return show_new_codes(self.request)


def show_new_codes(request: Any) -> HttpResponse:
    """Once: only their hashes are stored."""
    user = request.user
    with acting_as(**user.own_scope):
        codes = make_codes(user)
        signals.recovery_codes_made.send(type(user), user=user, count=len(codes))
    request.session.cycle_key()
    return render(request, "tenancy/factors/recovery/codes.html", {"codes": codes, "text": as_file(user.email, codes)})


def as_file(email: str, codes: list[str]) -> str:
    return "\n".join([f"Recovery codes of {email} for Wisely Security. Each works once.", "", *codes, ""])
