from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LoginView, LogoutView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from wisely_security.core.request_context import using

from ..forms import unsaved
from ..forms.sign_in import SignInForm
from ..forms.stale_forms import may_be_old
from ..sign_in.opening import by_nobody
from . import menu
from .access import MemberView
from .factors.at_sign_in import after_password


# Not one transaction with the response: a failed attempt stays recorded whatever goes wrong after it.
@method_decorator([may_be_old, transaction.non_atomic_requests, sensitive_post_parameters()], name="dispatch")
class SignIn(LoginView):
    open_without_factor = True

    template_name = "tenancy/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True
    for_support = False

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with using(by_nobody()):
            return super().post(request, *args, **kwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST":  # right credentials count, whoever is signed in
            self.redirect_authenticated_user = False
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        carried = self.request.POST.get(unsaved.CARRIED, "")
        path = self.get_default_redirect_url() if carried else self.get_success_url()
        return after_password(self.request, form.get_user(), path, carried=carried, for_support=self.for_support)

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
    open_without_factor = True

    http_method_names = ["post", "options"]


class Home(MemberView):
    """Where a person starts: the first page that the menu offers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        for _, url in menu.entries(self.request.user, self.request.tenant):
            return redirect(url)
        return redirect("sessions")
