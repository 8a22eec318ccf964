"""Receivers that record what happens around sign-in, one for each signal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib.auth import signals as auth
from django.http import HttpRequest

from wisely_security.core.request_context import Client, current, using
from wisely_security.tenancy.models import Session, Tenant, User
from wisely_security.tenancy.sign_in import signals as tenancy
from wisely_security.tenancy.sign_in.authentication import Refusal, find_user, refusal
from wisely_security.tenancy.sign_in.sessions import NAME_KEY
from wisely_security.tenancy.sign_in.signals import SessionEnd

from ..vocabulary import GUESSES, Action, Reason
from . import familiar
from .lockout import give_back, let_in, record_guess, reserve
from .recorder import here, record


def logged_in(request: HttpRequest, user: User, **_: Any) -> None:
    device, place = here()
    request.session["device"], request.session["place"] = device.label, place.label  # for the list of sessions
    request.session["software"] = device.software
    with using(replace(current(), session=request.session[NAME_KEY])):
        record(Action.LOG_IN, user)
    let_in(user)


def login_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    typed = str(credentials.get("username", "")).replace("\0", "")
    why = refusal.get() or Refusal("wrong_password", find_user(typed))
    reason = Reason(why.reason if why.user or why.reason == "locked_out" else "unknown_user")
    if reason in GUESSES:
        record_guess(Action.LOG_IN, why.user, reason, typed)
    else:
        give_back()
        record(Action.LOG_IN, why.user, failed=reason, typed=typed)


def logged_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        record(Action.LOG_OUT, user)


def session_ended(session: Session, cause: SessionEnd, **_: Any) -> None:
    """Records the device, address and place of the ended session, not of whoever ended it."""
    context = current()
    ended_from = {} if context.client.address is None else {"ended from": str(context.client.address)}
    with using(replace(context, client=Client.from_data(session.client), session=session.name)):
        record(Action.END_SESSION, session.user, note=Reason(cause.value), detail=ended_from)


def password_changed(user: User, **_: Any) -> None:
    record(Action.CHANGE_PASSWORD, user)
    let_in(user)  # the new password has ended what was familiar; this browser has just shown that it knows the old one


def password_revoked(user: User, **_: Any) -> None:
    record(Action.CHANGE_PASSWORD, user, note=Reason.DISOWNED)


def password_attempt(user: User, **_: Any) -> None:
    reserve(user.email)


def password_refused(user: User | None, reset: bool, reason: str, **_: Any) -> None:
    if user and reason == Reason.WRONG_PASSWORD:
        record_guess(Action.CHANGE_PASSWORD, user, Reason.WRONG_PASSWORD, user.email)
    else:
        give_back()
        record(Action.RESET_PASSWORD if reset else Action.CHANGE_PASSWORD, user, failed=Reason(reason))


def password_reset_requested(email: str, user: User | None, refused: str = "", **_: Any) -> None:
    if refused:
        record(Action.RESET_PASSWORD, user, failed=Reason(refused), typed=email)
    else:
        record(Action.RESET_PASSWORD, user, note=Reason.LINK_REQUESTED)


def password_reset(user: User, invitation: bool, **_: Any) -> None:
    record(Action.RESET_PASSWORD, user, note=Reason.INVITATION if invitation else None)


def passkey_refused(user: User | None, reason: str, factor: str, **_: Any) -> None:
    record(Action.LOG_IN, user, failed=Reason(reason), detail={"factor": factor} if factor else None)


def factor_required(user: User, **_: Any) -> None:
    give_back()
    record(Action.SECOND_FACTOR, user, note=Reason.FACTOR_REQUIRED)


def factor_attempt(user: User, **_: Any) -> None:
    reserve(user.email, code=True)


def factor_used(user: User, factor: str, left: int | None, **_: Any) -> None:
    if left is None:
        record(Action.SECOND_FACTOR, user, note=Reason.FACTOR_USED, detail={"factor": factor})
    else:
        record(Action.SECOND_FACTOR, user, note=Reason.RECOVERY_USED, detail={"recovery codes left": left})


def factor_refused(user: User, reason: str, factor: str = "", **_: Any) -> None:
    if reason in GUESSES:
        record_guess(Action.SECOND_FACTOR, user, Reason(reason), user.email)
    else:
        give_back()
        record(Action.SECOND_FACTOR, user, failed=Reason(reason), detail={"factor": factor} if factor else None)


def confirmed(user: User, factor: str, **_: Any) -> None:
    give_back()
    record(Action.SECOND_FACTOR, user, note=Reason.CONFIRMED, detail={"factor": factor})


def factor_added(user: User, factor: str, **_: Any) -> None:
    record(Action.SECOND_FACTOR, user, note=Reason.FACTOR_ADDED, detail={"factor": factor})


def factor_renamed(user: User, factor: str, before: str, after: str, **_: Any) -> None:
    detail = {"factor": factor, "changes": {"Name": [before, after]}}
    record(Action.SECOND_FACTOR, user, note=Reason.FACTOR_RENAMED, detail=detail)


def factor_removed(user: User, factor: str, **_: Any) -> None:
    record(Action.SECOND_FACTOR, user, note=Reason.FACTOR_REMOVED, detail={"factor": factor})


def recovery_codes_made(user: User, count: int, **_: Any) -> None:
    record(Action.SECOND_FACTOR, user, note=Reason.RECOVERY_MADE, detail={"recovery codes": count})


def factors_reset(user: User, factors: list[str], checked: str, **_: Any) -> None:
    familiar.forget(user)
    detail = {"factors": factors, "identity checked": checked}
    record(Action.SECOND_FACTOR, user, note=Reason.FACTORS_RESET, detail=detail)


def settings_viewed(
    user: User, tenant_id: UUID | None, area: str, detail: dict[str, Any] | None = None, **_: Any
) -> None:
    if not current().is_head:
        record(Action.VIEW, user, tenant_id=tenant_id, detail={"area": area, **(detail or {})})


def report_downloaded(
    user: User, tenant_id: UUID, area: str, detail: dict[str, Any], cut_short: bool, **_: Any
) -> None:
    outcome: dict[str, Reason] = {"failed": Reason.CUT_SHORT} if cut_short else {"note": Reason.DOWNLOADED}
    record(Action.VIEW, user, tenant_id=tenant_id, detail={"area": area, **detail}, **outcome)


def tenant_switched(user: User, tenant: Tenant, **_: Any) -> None:
    record(Action.VIEW, user, tenant_id=tenant.pk, detail={"area": f"Switched from {user.tenant} to {tenant}"})


def settings_edited(
    user: User, area: str, detail: dict[str, Any] | None = None, tenant_id: UUID | None = None, **_: Any
) -> None:
    record(Action.EDIT, user, tenant_id=tenant_id, detail={"area": area, **(detail or {})})


def settings_refused(user: User, area: str, tenant_id: UUID | None = None, **_: Any) -> None:
    record(Action.EDIT, user, tenant_id=tenant_id, failed=Reason.INVALID_INPUT, detail={"area": area})


def access_refused(user: User, tenant_id: UUID | None, area: str, changing: bool, **_: Any) -> None:
    action = Action.EDIT if changing else Action.VIEW
    record(action, user, tenant_id=tenant_id, failed=Reason.NO_PERMISSION, detail={"area": area})


def connect() -> None:
    auth.user_logged_in.connect(logged_in, dispatch_uid="login_activity")
    auth.user_login_failed.connect(login_failed, dispatch_uid="login_activity")
    auth.user_logged_out.connect(logged_out, dispatch_uid="login_activity")
    for receiver in (
        session_ended,
        password_attempt,
        password_changed,
        password_revoked,
        password_refused,
        password_reset_requested,
        password_reset,
        passkey_refused,
        factor_required,
        factor_attempt,
        factor_used,
        factor_refused,
        confirmed,
        factor_added,
        factor_renamed,
        factor_removed,
        recovery_codes_made,
        factors_reset,
        settings_viewed,
        report_downloaded,
        tenant_switched,
        settings_edited,
        settings_refused,
        access_refused,
    ):
        getattr(tenancy, receiver.__name__).connect(receiver, dispatch_uid="login_activity")
