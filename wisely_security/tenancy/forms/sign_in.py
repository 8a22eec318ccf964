from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from math import ceil
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError

from wisely_security.core.request_context import acting_as

from ..models import Role, Tenant, User
from ..models.time_zones import time_zone_choices
from ..models.user import EMAIL_TAKEN
from ..sign_in import signals
from ..sign_in.authentication import LockedOutError, Refusal, refusal
from ..sign_in.factors import requirement
from ..sign_in.passwords import normalize_password
from .edit_form import EditForm


class SignInForm(AuthenticationForm):
    """E-mail and password. The reason of a refusal is shown only where it reveals no account."""

    error_messages = {
        "invalid_login": "The e-mail address or password is incorrect.",
        "pending": "You haven’t accepted your invitation yet. Open the link in the invitation e-mail, "
        "or ask an admin of your company for a new one.",
        "suspended": "Your account is suspended. Contact an admin of your company.",
        "locked_out": "Too many failed attempts. Try again in %(wait)s%(or_else)s.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail address"
        self.fields["username"].widget.attrs["inputmode"] = "email"

    def get_invalid_login_error(self) -> ValidationError:
        why = refusal.get()
        code = why.reason if why and why.reason in self.error_messages else "invalid_login"
        if why and why.locked_for:
            return locked_out(why.locked_for)
        return ValidationError(self.error_messages[code], code=code)


def locked_out(locked_for: timedelta, or_else: str = ", or reset your password") -> ValidationError:
    """``or_else``: what opens the account at once."""
    minutes = ceil(locked_for / timedelta(minutes=1))
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    return ValidationError(
        SignInForm.error_messages["locked_out"], code="locked_out", params={"wait": wait, "or_else": or_else}
    )


class SupportSignInForm(SignInForm):
    """The door of Django admin: for support staff only, and everybody else's attempt is recorded."""

    def confirm_login_allowed(self, user: Any) -> None:
        if not user.is_staff:
            refusal.set(Refusal("no_permission", user))
            user_login_failed.send(__name__, credentials={"username": user.email}, request=self.request)
            raise ValidationError(self.error_messages["invalid_login"], code="invalid_login")


def _password_field(label: str, autocomplete: str) -> forms.CharField:
    return forms.CharField(label=label, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}))


class NewPasswordForm(forms.Form):
    """A new password, typed once: it can be shown. OWASP ASVS 5.0, 6.2: length counts, no rules of composition."""

    new_password = _password_field("New password", "new-password")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields[
            "new_password"
        ].help_text = "Use at least 10 characters, better 15 or more. A few memorable words work best."

    def clean_new_password(self) -> str:
        password = normalize_password(self.cleaned_data["new_password"])
        password_validation.validate_password(password, self.user)
        return password


class ChangePasswordForm(NewPasswordForm):
    old_password = _password_field("Current password", "current-password")
    field_order = ["old_password", "new_password"]

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        with acting_as(**self.user.own_scope):  # a stronger hash may be saved
            try:
                signals.password_attempt.send(type(self), user=self.user)
            except LockedOutError as error:
                raise locked_out(error.locked_for) from None
            if not self.user.check_password(password):
                raise ValidationError("This isn’t your current password.", code="wrong_password")
        return password


def validate_mailable(email: str) -> None:
    """Whether a mail can be addressed to it: a domain in other letters must have an ASCII form (IDNA)."""
    try:
        email.rpartition("@")[2].encode("idna")
    except UnicodeError:
        raise ValidationError("E-mail can’t be sent to this address. Check the part after the @.") from None


class EmailForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "username"}), max_length=254
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


def save_changed(form: EditForm) -> None:
    """Save what the form has changed and nothing else: the rest may have been changed meanwhile by somebody else."""
    if form.changed_data:
        form.instance.save(update_fields=form.changed_data)


class ProfileForm(EditForm):
    class Meta:
        model = User
        fields = ["name", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(label="Time zone", choices=time_zone_choices)


class InviteForm(EditForm):
    class Meta:
        model = User
        fields = ["email", "name", "role"]

    def __init__(self, tenant: Tenant, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.tenant = tenant
        self.instance.time_zone = tenant.super_admin.time_zone
        self.fields["role"] = forms.ModelChoiceField(Role.objects.filter(tenant=tenant), empty_label="Choose a role")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        validate_mailable(email)
        if User.objects.filter(tenant=self.instance.tenant, email=email).exists():
            raise ValidationError(EMAIL_TAKEN, code="unique")
        return email


class SignInSettingsForm(EditForm):
    class Meta:
        model = Tenant
        fields = ["session_idle_minutes", "session_max_hours", "second_factor_grace_days"]
        widgets = {
            "second_factor_grace_days": forms.NumberInput(attrs={"data-unit": "days"}),
            "session_idle_minutes": forms.NumberInput(attrs={"data-unit": "minutes"}),
            "session_max_hours": forms.NumberInput(attrs={"data-unit": "hours"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["second_factor_of"] = forms.MultipleChoiceField(
            label="Require a second factor of",
            choices=requirement.choices(self.instance),
            initial=requirement.required_of(self.instance),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text="Besides the password, they confirm each sign-in with an authenticator app or a passkey.",
        )
        self.order_fields(["session_idle_minutes", "session_max_hours", "second_factor_of"])

    def names_of(self, keys: Iterable[str]) -> str:
        """Whom it is required of, as the record shows it."""
        chosen = set(keys)
        names = [label for key, label in self.fields["second_factor_of"].choices if key in chosen]  # type: ignore[attr-defined]
        return ", ".join(names) or "Nobody"
