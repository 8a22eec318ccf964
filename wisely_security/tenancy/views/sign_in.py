from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from wisely_security.core.request_context import RequestContext, current, using

from ..forms import unsaved
from ..forms.sign_in import SignInForm
from ..forms.stale_forms import may_be_old
from ..models import User
from ..sign_in.signals import SessionEnd
from . import menu
from .access import MemberView

EMAIL_BACKEND = "wisely_security.tenancy.sign_in.authentication.EmailBackend"


def begin_session(request: HttpRequest, user: User) -> None:
    """Sign ``user`` in. Whatever session the browser has ends, also one of the same person, and both are recorded."""
    before = request.user
    with using(by_nobody()), transaction.atomic():
        if before.is_authenticated:
            request.session.end_cause = SessionEnd.REPLACED  # type: ignore[attr-defined]
            request.session.flush()
        login(request, user, backend=EMAIL_BACKEND)
        request.session.save()  # the record says "Success" only if there is a session
    if isinstance(before, User) and before.pk != user.pk:
        messages.info(request, f"{before} was signed in here. That session has ended.")


def by_nobody() -> RequestContext:
    """What is done with a password or a link is not done by whoever is signed in."""
    return replace(current(), tenant_id=None, support=False, actor=None, session="")


# Not one transaction with the response: a failed attempt stays recorded whatever goes wrong after it.
@method_decorator([may_be_old, transaction.non_atomic_requests, sensitive_post_parameters()], name="dispatch")
class SignIn(LoginView):
    template_name = "tenancy/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with using(by_nobody()):
            return super().post(request, *args, **kwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST":  # right credentials count, whoever is signed in
            self.redirect_authenticated_user = False
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        begin_session(self.request, form.get_user())
        if unsaved.CARRIED in self.request.POST:
            return HttpResponseRedirect(self._resume(form.get_user()))
        return HttpResponseRedirect(self.get_success_url())

    def _resume(self, user: User) -> str:
        """The form that was open, for whoever had filled it in."""
        if path := unsaved.unpack(self.request, user):
            messages.warning(self.request, "Nothing has been saved yet. Check what you typed, then submit it.")
            return path
        messages.warning(self.request, "What was typed before you signed in was not saved.")
        return self.get_default_redirect_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        carried = self.request.POST.get(unsaved.CARRIED, "")
        return super().get_context_data(**{unsaved.CARRIED: carried, **kwargs})

    def get_redirect_url(self, *arguments: Any) -> str:
        url = str(super().get_redirect_url(*arguments))
        return "" if url.partition("?")[0] == self.request.path else url  # which would lead here again

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=400)


@method_decorator(may_be_old, name="dispatch")
class SignOut(LogoutView):
    http_method_names = ["post", "options"]


class Home(MemberView):
    """Where a person starts: the first page that the menu offers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        for _, url in menu.entries(self.request.user, self.request.tenant):
            return redirect(url)
        return redirect("sessions")
