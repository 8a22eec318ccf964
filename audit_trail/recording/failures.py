"""Why an action failed: a stable code, and a sentence that explains what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Model, ProtectedError, RestrictedError
from django.forms import BaseForm
from django.http import Http404

from wisely_security.core.request_context import current
from wisely_security.core.text.folding import sort_key
from wisely_security.tenancy.sign_in.mail import NotSentError

from ..vocabulary import Code

UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION = "23505", "23503"
RESTRICT_VIOLATION = "23001"
UNIQUE_CODES = {"unique", "unique_together", "unique_for_date"}


class RefusedError(Exception):
    """An action that the rules do not allow. The message is a sentence for the person who tried."""

    def __init__(self, message: str, code: Code = Code.NOT_ALLOWED) -> None:
        super().__init__(message)
        self.code = code


class ConflictError(RefusedError):
    """Somebody else has changed the record meanwhile."""

    def __init__(self, message: str) -> None:
        super().__init__(message, Code.CONFLICT)


@dataclass(frozen=True, slots=True)
class Failure:
    code: Code
    reason: str


def of_form(form: BaseForm) -> Failure:
    """The errors of a form, field by field, without the values that were typed."""
    errors = form.errors.as_data()
    codes = {error.code for found in errors.values() for error in found}
    said = []
    for name, found in errors.items():
        label = str(form[name].label) if name in form.fields else ""
        texts = " ".join(text for error in found for text in _without_input(error))
        said.append(f"{label}: {texts}" if label else texts)
    if Code.CONFLICT in codes:
        code = Code.CONFLICT
    else:
        code = Code.DUPLICATE if codes and codes <= UNIQUE_CODES else Code.INVALID_INPUT
    return Failure(code, " ".join(said))


def _without_input(error: Any) -> list[str]:
    """The messages of an error, without the typed values that Django puts into some of them."""
    if error.code in {"invalid_choice", "invalid_list", "invalid_pk_value"}:
        return ["Choose one from the list."]
    if error.code == "item_invalid":
        return ["One of its lines is invalid."]
    return [str(message) for message in error.messages]


def of_exception(error: BaseException, model: type[Model] | None = None) -> Failure:
    """``model``: the one that a violated constraint may belong to."""
    match error:
        case RefusedError():
            return Failure(error.code, str(error))
        case PermissionDenied():
            return Failure(Code.NO_PERMISSION, str(error) or "The role doesn’t allow this.")
        case Http404():
            return Failure(Code.NOT_FOUND, "There is no such record.")
        case ProtectedError() | RestrictedError():
            return in_use(_users_of(error))
        case IntegrityError():
            return of_integrity_error(error, model)
        case NotSentError(__cause__=OSError() as cause):
            return Failure(Code.EMAIL_FAILED, f"The mail server didn’t accept the e-mail: {said_by_server(cause)}")
    return Failure(
        Code.ERROR, f"Something went wrong. The server log has the details under the reference {current().request_id}."
    )


def in_use(users: Sequence[str]) -> Failure:
    """``users``: what refers to the record and so prevents its deletion. The first three are named."""
    said = ", ".join(users[:3]) + (f" and {len(users) - 3} more" if len(users) > 3 else "")
    return Failure(Code.IN_USE, f"It is used by {said}. Change that first.")


def _users_of(error: ProtectedError | RestrictedError) -> list[str]:
    objects = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
    return [f"{each._meta.verbose_name} “{each}”" for each in sorted(objects, key=lambda it: sort_key(str(it)))]


def of_integrity_error(error: IntegrityError, model: type[Model] | None) -> Failure:
    cause = error.__cause__
    code = getattr(cause, "pgcode", None)
    name = getattr(getattr(cause, "diag", None), "constraint_name", None)
    message = _message_of(model, name)
    if code == UNIQUE_VIOLATION:
        return Failure(Code.DUPLICATE, message or "Something with the same name already exists.")
    if code in {FOREIGN_KEY_VIOLATION, RESTRICT_VIOLATION}:
        return Failure(Code.IN_USE, "Another record uses this one, or a record it refers to no longer exists.")
    return Failure(Code.REFUSED, message or "The database refused this because it breaks one of its rules.")


def _message_of(model: type[Model] | None, constraint_name: str | None) -> str:
    if model is None or constraint_name is None:
        return ""
    for constraint in model._meta.constraints:
        if constraint.name == constraint_name:
            return str(constraint.get_violation_error_message())
    for each in model._meta.concrete_fields:
        if each.unique and constraint_name.startswith(f"{model._meta.db_table}_{each.column}_"):
            return str(each.error_messages["unique"])
    return ""


def on_one_line(text: str) -> str:
    """The text without line breaks and characters that PostgreSQL refuses."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def said_by_server(error: OSError) -> str:
    """The answer of the mail server, or why it could not be reached."""
    answer = getattr(error, "smtp_error", None)
    if isinstance(answer, bytes):
        return f"{getattr(error, 'smtp_code', '')} {answer.decode(errors='replace')}".strip()
    refused: dict[str, tuple[int, bytes]] = getattr(error, "recipients", {})
    if refused:
        return "; ".join(f"{code} {text.decode(errors='replace')}" for code, text in refused.values())
    return error.strerror or str(error) or type(error).__name__
