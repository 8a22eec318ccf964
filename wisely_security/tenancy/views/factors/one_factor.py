"""An authenticator app or a passkey of whoever is signed in: another name for it, and removing it."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from wisely_security.core.request_context import acting_as

from ...forms import unsaved
from ...forms.factors import NameForm
from ...models import AuthenticatorApp, Passkey
from ...models.factors import Factor
from ...sign_in.factors import requirement
from ...sign_in.factors.of_person import remove, rename
from .confirmation import ConfirmedView


class FactorView(ConfirmedView):
    """``model``: of which kind; ``listed_at``: the name of the page that lists them, and ``title`` its heading.

    ``ended``: what one that was removed no longer does.
    """

    model: ClassVar[type[Factor]]
    listed_at: ClassVar[str]
    title: ClassVar[str]
    ended: ClassVar[str]

    def factor(self, pk: UUID) -> Factor:
        user = self.request.user
        with acting_as(**user.own_scope):
            return get_object_or_404(self.model._default_manager.select_related("user"), pk=pk, user=user)

    def page(self, name: str, factor: Factor, status: int = 200, **more: Any) -> HttpResponse:
        context = {"factor": factor, "listed_at": self.listed_at, "title": self.title, **more}
        return render(self.request, f"tenancy/factors/{name}.html", context, status=status)


class RenameFactor(FactorView):
    restores_typed = True

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        factor = self.factor(pk)
        form = NameForm(initial={"name": factor.name})
        unsaved.restore(request, form)
        return self.page("factor_rename", factor, form=form)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        factor, form = self.factor(pk), NameForm(request.POST)
        if not form.is_valid():
            return self.page("factor_rename", factor, status=400, form=form)
        before = factor.label
        if rename(factor, form.cleaned_data["name"]):
            messages.success(request, f"{before} renamed to “{factor.name}”.")
        return redirect(self.listed_at)


class RemoveFactor(FactorView):
    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        factor = self.factor(pk)
        with acting_as(**self.request.user.own_scope):
            is_last = requirement.is_last(factor)
        return self.page("factor_remove", factor, is_last=is_last)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        factor = self.factor(pk)
        remove(factor)
        self.request.session.cycle_key()
        messages.success(request, f"{factor.label} removed. {self.ended}")
        return redirect(self.listed_at)


class OfApp(FactorView):
    model, listed_at, title, ended = AuthenticatorApp, "second_factor", "Second factor", "Its codes no longer work."


class OfPasskey(FactorView):
    model, listed_at, title, ended = Passkey, "passkeys", "Passkeys", "It can’t be used to sign in any more."


class RenameApp(OfApp, RenameFactor):
    pass


class RemoveApp(OfApp, RemoveFactor):
    pass


class RenamePasskey(OfPasskey, RenameFactor):
    pass


class RemovePasskey(OfPasskey, RemoveFactor):
    pass
