from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from .. import menu
from ..access import MemberView
from ..forms import SignInForm


# Not one transaction with the response: a failed attempt stays recorded whatever goes wrong after it.
@method_decorator([transaction.non_atomic_requests, sensitive_post_parameters()], name="dispatch")
class SignIn(LoginView):
    template_name = "tenancy/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            login(self.request, form.get_user())
            self.request.session.save()  # the record says "Success" only if there is a session
        return HttpResponseRedirect(self.get_success_url())

    def get_redirect_url(self, *arguments: Any) -> str:
        url = str(super().get_redirect_url(*arguments))
        return "" if url.partition("?")[0] == self.request.path else url  # which would lead here again

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=400)


class SignOut(LogoutView):
    http_method_names = ["post", "options"]


class Home(MemberView):
    """Where a person starts: the first page that the menu offers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        for _, url in menu.entries(self.request.user, self.request.tenant):
            return redirect(url)
        return redirect("sessions")
