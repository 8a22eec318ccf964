"""The second step of a sign-in: a code, after the password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from wisely_security.core.request_context import acting_as, using

from ...forms import unsaved
from ...forms.factors import CodeForm
from ...forms.stale_forms import may_be_old
from ...models import Passkey, User
from ...sign_in import signals
from ...sign_in.authentication import LockedOutError
from ...sign_in.factors import pending
from ...sign_in.factors.codes import CodeRefusedError
from ...sign_in.factors.of_person import Used, use_code
from ...sign_in.opening import begin_session, by_nobody

FEW_LEFT = 3


def after_password(
    request: HttpRequest, user: User, path: str, *, carried: str = "", for_support: bool = False
) -> HttpResponse:
    """Sign in a person whose password was right, or ask for the second factor of one who has any."""
    if not user.has_second_factor:
        begin_session(request, user)
        return HttpResponseRedirect(resume(request, user, carried, path) if carried else path)
    with using(by_nobody()):
        signals.factor_required.send(User, user=user)
    if carried:  # what was typed into a form is too long for an address: it goes on in the page itself
        response = HttpResponse()
        begun = pending.begin(response, user, for_support=for_support)
        page = code_page(request, begun, CodeForm(), path, carried)
        page.cookies = response.cookies
        return page
    there = HttpResponseRedirect(f"{reverse('sign_in_code')}?{urlencode({'next': path})}")
    pending.begin(there, user, for_support=for_support)
    return there


def finish(request: HttpRequest, begun: pending.PendingSignIn, used: Used) -> HttpResponse:
    """Sign in a person whose second factor was right too."""
    begin_session(request, begun.user, used)
    path, carried = next_path(request), request.POST.get(unsaved.CARRIED, "")
    response = HttpResponseRedirect(resume(request, begun.user, carried, path) if carried else path)
    pending.end(response)
    if used.codes_left is not None and used.codes_left <= FEW_LEFT:
        left = "1 recovery code" if used.codes_left == 1 else f"{used.codes_left} recovery codes"
        messages.warning(request, f"You have {left} left. Make a new set under Second factor.")
    return response


def resume(request: HttpRequest, user: User, carried: str, otherwise: str) -> str:
    """The form that was open, for whoever had filled it in."""
    if path := unsaved.unpack(request, user, carried):
        messages.warning(request, "Nothing has been saved yet. Check what you typed, then submit it.")
        return path
    messages.warning(request, "What was typed before you signed in was not saved.")
    return otherwise


def next_path(request: HttpRequest) -> str:
    path = request.POST.get("next", request.GET.get("next", ""))
    is_path = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_path else reverse("home")


def code_page(
    request: HttpRequest,
    begun: pending.PendingSignIn,
    form: CodeForm,
    path: str,
    carried: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "pending": begun, "next": path, unsaved.CARRIED: carried}
    with acting_as(**begun.user.own_scope):
        context["has_passkey"] = Passkey.objects.filter(user=begun.user).exists()
    context["sign_in_url"] = reverse("admin:login" if begun.for_support else "sign_in")
    return render(request, "tenancy/factors/sign_in_code.html", context, status=status)


# As SignIn: a code that was used, and a refusal, stay so whatever goes wrong after it.
@method_decorator([may_be_old, transaction.non_atomic_requests, sensitive_post_parameters()], name="dispatch")
class SignInCode(View):
    open_without_factor = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with using(by_nobody()):
            begun = pending.current(request)
            if begun is None:
                messages.warning(request, "This sign-in has expired or is complete. Sign in again.")
                return redirect("sign_in")
            self.begun: pending.PendingSignIn = begun
            return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.begun.user
        form = CodeForm(request.POST)
        if request.POST.get("pending", self.begun.name) != self.begun.name:
            form = CodeForm()
            messages.warning(request, f"Another sign-in was begun in this browser, as {user.email}. Continue here.")
            return self._page(form, status=409)
        if not form.is_valid():
            return self._page(form, status=400)
        try:
            used = use_code(user, form.cleaned_data["code"])
        except (CodeRefusedError, LockedOutError) as error:
            form.refuse(user, error)
            return self._page(form, status=400)
        return finish(request, self.begun, used)

    def _page(self, form: CodeForm, status: int = 200) -> HttpResponse:
        carried = self.request.POST.get(unsaved.CARRIED, "")
        return code_page(self.request, self.begun, form, next_path(self.request), carried, status)
