from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from wisely_security.cells.moved import follow
from wisely_security.core.request_context import acting_as, using
from wisely_security.core.site_url import opened_by_key
from wisely_security.database.cells.routing import current_cell, in_cell

from ..forms.sign_in import ChangePasswordForm, EmailForm, NewPasswordForm
from ..forms.stale_forms import may_be_old
from ..models import User, UserStatus
from ..sign_in import mail, signals
from ..sign_in.accounts import AccountChangedError, has_account_elsewhere, set_password
from ..sign_in.authentication import find_user
from ..sign_in.links import RESET_HOURS, link_is_good, make_link, named_user
from ..sign_in.opening import by_nobody
from ..sign_in.signals import SessionEnd
from .access import SignedInView
from .factors.at_sign_in import after_password
from .factors.confirmation import ask_to_confirm

logger = logging.getLogger(__name__)
# The answer to "forgot your password?" must not take longer where there is an account: the mail goes out beside it.
_mail_workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password-reset")


@method_decorator(may_be_old, name="dispatch")
class PasswordReset(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "tenancy/password_reset.html", {"form": EmailForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = EmailForm(request.POST)
        if not form.is_valid():
            return render(request, "tenancy/password_reset.html", {"form": form}, status=400)
        email = form.cleaned_data["email"]
        user = find_user(email)
        refused = "" if user and user.is_active else user.status if user else "unknown_user"
        if user and not refused:
            mail_reset_link(user)
        else:
            signals.password_reset_requested.send(type(self), email=email, user=user, refused=refused)
        return redirect("password_reset_sent")


def mail_reset_link(user: User) -> None:
    """Record the request, and send the link after the commit."""
    signals.password_reset_requested.send(PasswordReset, email=user.email, user=user, refused="")
    context = copy_context()
    transaction.on_commit(lambda: _mail_workers.submit(context.run, _send_reset_link, user) and None)


def _send_reset_link(user: User) -> None:
    """One mail a minute at most for an account: whoever asks on and on fills nobody's mailbox."""
    with in_cell(current_cell()):  # in this thread too
        _claim_and_send(user)


def _claim_and_send(user: User) -> None:
    try:
        with acting_as(**user.own_scope):
            now = timezone.now()
            claimed = User.objects.filter(pk=user.pk).exclude(reset_mailed_at__gt=now - timedelta(minutes=1))
            if not claimed.update(reset_mailed_at=now):
                return
            link = make_link("password_reset_confirm", user)
            try:
                mail.send("password_reset", user, link=link, valid_hours=RESET_HOURS)
            except Exception:
                logger.exception("A password reset e-mail could not be sent.")
                signals.password_reset_requested.send(
                    PasswordReset, email=user.email, user=user, refused="email_failed"
                )
    except Exception:
        logger.exception("A failed password reset e-mail could not be recorded.")
    finally:
        connection.close()


class PasswordResetSent(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "tenancy/password_reset_sent.html")


@method_decorator([may_be_old, sensitive_post_parameters()], name="dispatch")
class SetPasswordByLink(View):
    """The page behind a link in an e-mail. A used, expired or wrong link is refused and recorded.

    The person signed in may differ from the one whom the link names. The actor is the one it names.
    """

    template_name = "tenancy/password_reset_confirm.html"
    invitation = False
    status = UserStatus.ACTIVE

    def dispatch(self, request: HttpRequest, *args: Any, user_id: UUID, token: str, **kwargs: Any) -> Any:
        with using(by_nobody()):
            user = named_user(user_id)
            follow(user, lambda: named_user(user_id))
            if not link_is_good(user, token, self.status):
                return self._ended(user)
            self.user: User = user
            return super().dispatch(request, *args, **kwargs)

    @property
    def other(self) -> User | None:
        """Who is signed in here, if it is somebody else."""
        signed_in = self.request.user
        return signed_in if isinstance(signed_in, User) and signed_in != self.user else None

    def _ended(self, user: User | None) -> HttpResponse:
        signals.password_refused.send(type(self), user=user, reset=True, reason="link_invalid")
        return render(self.request, self.template_name, {"validlink": False}, status=410)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(NewPasswordForm(self.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = NewPasswordForm(self.user, request.POST)
        if not form.is_valid():
            signals.password_refused.send(type(self), user=self.user, reset=True, reason="invalid_input")
            return self._page(form, status=400)
        try:
            set_password(self.user, form.cleaned_data["new_password"])
        except AccountChangedError:  # the link was used a moment ago
            return self._ended(self.user)
        signals.password_reset.send(type(self), user=self.user, invitation=self.invitation)
        return self.finish(request)

    def finish(self, request: HttpRequest) -> HttpResponse:
        if self.other is not None:
            request.session.end_cause = SessionEnd.BY_USER  # type: ignore[attr-defined]
            request.session.flush()
        messages.success(request, "Password saved. Sign in with your new password.")
        return redirect("sign_in")

    def _page(self, form: NewPasswordForm, status: int = 200) -> HttpResponse:
        with acting_as(**self.user.own_scope):
            tenant = self.user.tenant
        context = {
            "validlink": True,
            "form": form,
            "tenant": tenant,
            "username": self.user.email,
            "other": self.other,
            "here": opened_by_key(self.request.path),
        }
        return render(self.request, self.template_name, context, status=status)


class AcceptInvitation(SetPasswordByLink):
    template_name = "tenancy/accept_invitation.html"
    invitation = True
    status = UserStatus.PENDING

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._taken() if has_account_elsewhere(self.user) else super().get(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        if has_account_elsewhere(self.user):
            signals.password_refused.send(type(self), user=self.user, reset=True, reason="pending")
            return self._taken()
        return super().post(request)

    def _taken(self) -> HttpResponse:
        """Whoever has the link reads the mail of this address, and so may know."""
        return render(self.request, self.template_name, {"taken": True, "username": self.user.email}, status=409)

    def finish(self, request: HttpRequest) -> HttpResponse:
        messages.success(request, "Welcome. Your account is ready.")
        return after_password(request, self.user, reverse("home"))


@method_decorator(sensitive_post_parameters(), name="dispatch")
class ChangePassword(SignedInView):
    """Whoever has a second factor has shown it a moment ago; of others the form itself asks the password."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if isinstance(user, User) and user.has_second_factor and (asked := ask_to_confirm(request)):
            return asked
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(ChangePasswordForm(self.request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        form = ChangePasswordForm(user, request.POST)
        if not form.is_valid():
            codes = [error.code for error in form.errors.as_data().get("old_password", ())]
            reason = next((code for code in ("wrong_password", "locked_out") if code in codes), "invalid_input")
            signals.password_refused.send(type(self), user=user, reset=False, reason=reason)
            return self._page(form, status=400)
        try:
            set_password(user, form.cleaned_data["new_password"], keep=self.request.session)
        except AccountChangedError:
            form.add_error(None, "Your account has changed since you opened this page. Reload it and try again.")
            return self._page(form, status=409)
        update_session_auth_hash(request, user)
        signals.password_changed.send(type(self), user=user)
        messages.success(request, "Password changed. You have been signed out everywhere else.")
        return redirect("password_change")

    def _page(self, form: ChangePasswordForm, status: int = 200) -> HttpResponse:
        return render(self.request, "tenancy/password_change.html", {"form": form}, status=status)
