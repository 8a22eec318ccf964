"""Another name for an authenticator app or a passkey of whoever is signed in."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from wisely_security.core.request_context import acting_as

from ...forms import unsaved
from ...forms.factors import NameForm
from ...models import AuthenticatorApp, Passkey
from ...models.factors import Factor
from ...sign_in.factors.of_person import rename
from .confirmation import ConfirmedView


class RenameFactor(ConfirmedView):
    """``model``: of which kind; ``listed_at``: the name of the page that lists them, and ``title`` its heading."""

    model: ClassVar[type[Factor]]
    listed_at: ClassVar[str]
    title: ClassVar[str]
    restores_typed = True

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        factor = self._factor(pk)
        form = NameForm(initial={"name": factor.name})
        unsaved.restore(request, form)
        return self._page(factor, form)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        factor, form = self._factor(pk), NameForm(request.POST)
        if not form.is_valid():
            return self._page(factor, form, status=400)
        before = factor.label
        if rename(factor, form.cleaned_data["name"]):
            messages.success(request, f"{before} renamed to “{factor.name}”.")
        return redirect(self.listed_at)

    def _factor(self, pk: UUID) -> Factor:
        user = self.request.user
        with acting_as(**user.own_scope):
            return get_object_or_404(self.model._default_manager.select_related("user"), pk=pk, user=user)

    def _page(self, factor: Factor, form: NameForm, status: int = 200) -> HttpResponse:
        context = {"factor": factor, "form": form, "listed_at": self.listed_at, "title": self.title}
        return render(self.request, "tenancy/factors/factor_rename.html", context, status=status)


class RenameApp(RenameFactor):
    model, listed_at, title = AuthenticatorApp, "second_factor", "Second factor"


class RenamePasskey(RenameFactor):
    model, listed_at, title = Passkey, "passkeys", "Passkeys"
