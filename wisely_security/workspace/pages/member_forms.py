"""The forms of the people of a tenant. Nobody gives a role that can do more than they can."""

from __future__ import annotations

from typing import Any

from django import forms

from wisely_security.tenancy.forms.sign_in import InviteForm
from wisely_security.tenancy.models import Role, User

from ..records.rights import may_give
from .forms import RecordForm


def a_role() -> forms.ModelChoiceField[Role]:
    """One has to be chosen: only support staff have none."""
    return forms.ModelChoiceField(Role.objects.all())


class InviteUserForm(RecordForm):
    name_field = "email"

    role = a_role()

    class Meta:
        model = User
        fields = ["email", "name", "role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.time_zone = self.tenant.super_admin.time_zone

    clean_email = InviteForm.clean_email

    def clean_role(self) -> Role:
        return may_give(self.user, self.cleaned_data["role"])


class UserForm(RecordForm):
    """Name and role. Nobody chooses a role for themselves, and the Super Admin’s stays as it is."""

    role = a_role()

    class Meta:
        model = User
        fields = ["name", "role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance == self.user or self.instance.is_super_admin:
            self.fields["role"].disabled = True
            self.fields["role"].help_text = "You can’t change your own role."

    def clean_role(self) -> Role:
        role: Role = self.cleaned_data["role"]
        return role if role == self.instance.role else may_give(self.user, role)
