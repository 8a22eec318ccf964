"""Forms about second factors."""

from __future__ import annotations

from typing import Any

from django import forms

from wisely_security.core.request_context import acting_as
from wisely_security.database.fields import OneLineFormField

from ..models import User
from ..sign_in import signals
from ..sign_in.authentication import LockedOutError
from ..sign_in.factors.codes import CodeRefusedError
from .sign_in import locked_out

MESSAGES = {
    "wrong_code": "This code is not right. Enter the one that your app shows now.",
    "used_code": "This code has been used. Wait for the next one, which comes within 30 seconds.",
    "expired_code": "This code has just expired. Enter the one that your app shows now.",
}
LONGEST = 60  # a recovery code with blanks between all its characters


def code_field(label: str = "Code", help_text: str = "") -> forms.CharField:
    attrs = {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
    return forms.CharField(label=label, help_text=help_text, max_length=LONGEST, widget=forms.TextInput(attrs=attrs))


class CodeForm(forms.Form):
    code = code_field("Code", "6 digits from your authenticator app, or one of your recovery codes.")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["code"].widget.attrs["autofocus"] = True

    def refuse(self, user: User, error: CodeRefusedError | LockedOutError) -> None:
        """Show why, and record it."""
        if isinstance(error, LockedOutError):
            reason, factor = "locked_out", ""
            self.add_error("code", locked_out(error.locked_for, or_else=""))
        else:
            reason, factor = error.reason, error.factor
            self.add_error("code", forms.ValidationError(MESSAGES[reason], code=reason))
        with acting_as(**user.own_scope):
            signals.factor_refused.send(type(self), user=user, reason=reason, factor=factor)


class NameForm(forms.Form):
    name = OneLineFormField(
        label="Name", max_length=60, help_text="So that you recognise it: the device or password manager, say."
    )


class CheckedForm(forms.Form):
    checked = OneLineFormField(
        label="How did you make sure that it is them?",
        min_length=10,
        max_length=200,
        help_text="Recorded. For example: called back on the number in our directory.",
    )


class AppForm(NameForm):
    code = code_field("Code", "The 6 digits that the app shows now.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].initial = "Authenticator app"

    def refuse_first_code(self, error: CodeRefusedError) -> None:
        """Nobody guesses at a secret of their own: only shown."""
        message = MESSAGES[error.reason]
        if error.reason == "wrong_code":
            message = f"{message} If it goes on, set your device’s clock automatically."
        self.add_error("code", forms.ValidationError(message, code=error.reason))


class PasswordForm(forms.Form):
    """The password of whoever is signed in. Guessing it locks the account, as at the sign-in."""

    password = forms.CharField(
        label="Password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        with acting_as(**self.user.own_scope):  # a stronger hash may be saved
            try:
                signals.password_attempt.send(type(self), user=self.user)
            except LockedOutError as error:
                raise self._refusal(locked_out(error.locked_for, or_else="")) from None
            if not self.user.check_password(password):
                raise self._refusal(forms.ValidationError("This isn’t your password.", code="wrong_password"))
        return password

    def _refusal(self, error: forms.ValidationError) -> forms.ValidationError:
        signals.factor_refused.send(type(self), user=self.user, reason=error.code, factor="Password")
        return error
