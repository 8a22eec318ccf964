"""Signing in with a passkey: as the only step, and as the second one after a password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from wisely_security.core.request_context import acting_as, using

from ...forms import unsaved
from ...forms.factors import CodeForm
from ...models import User, UserStatus
from ...sign_in import signals
from ...sign_in.authentication import Refusal, refusal
from ...sign_in.factors.of_person import Used
from ...sign_in.factors.passkeys import PasskeyRefusedError, options_to_use, use_passkey
from ...sign_in.opening import begin_session, by_nobody
from ..sign_in import SignIn
from .at_sign_in import SignInCode, finish, resume
from .challenges import ANSWER, NOT_ACCEPTED, purpose_here


@method_decorator(never_cache, name="dispatch")
class SignInOptions(View):
    """The same for everybody: whoever asks learns nothing of accounts."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse(options_to_use(purpose_here(request, "sign-in")))


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class SignInWithPasskey(SignIn):
    """A passkey alone: having it is one factor, what unlocks it the other."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("sign_in")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with using(by_nobody()):
            try:
                passkey = use_passkey(request.POST.get(ANSWER, ""), purpose_here(request, "sign-in"))
            except PasskeyRefusedError as error:
                signals.passkey_refused.send(User, user=error.user, reason=error.reason, factor=error.factor)
                return self._refused(NOT_ACCEPTED)
            user = passkey.user
            if not user.is_active:
                reason = "pending" if user.status == UserStatus.PENDING else "suspended"
                refusal.set(Refusal(reason, user))
                user_login_failed.send(__name__, credentials={"username": user.email}, request=request)
                return self._refused(str(self.authentication_form.error_messages[reason]))
        begin_session(request, user, Used(passkey.label))
        carried = request.POST.get(unsaved.CARRIED, "")
        path = self.get_default_redirect_url() if carried else self.get_success_url()
        return HttpResponseRedirect(resume(request, user, carried, path) if carried else path)

    def _refused(self, why: str) -> HttpResponse:
        form = self.authentication_form(self.request)
        return self.render_to_response(self.get_context_data(form=form, passkey_problem=why), status=400)


class SecondStepOptions(SignInCode):
    """Names the passkeys of the person whose password was right."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.begun.user
        with acting_as(**user.own_scope):
            return JsonResponse(options_to_use(purpose_here(request, f"second-step-{self.begun.name}"), user))


class SecondStepWithPasskey(SignInCode):
    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect("sign_in_code")

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.begun.user
        try:
            purpose = purpose_here(request, f"second-step-{self.begun.name}")
            passkey = use_passkey(request.POST.get(ANSWER, ""), purpose, user)
        except PasskeyRefusedError as error:
            signals.factor_refused.send(User, user=user, reason=error.reason, factor=error.factor)
            return self._page(CodeForm(), status=400)
        return finish(request, self.begun, Used(passkey.label))
