"""The form of a record of one tenant, which detects concurrent changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, UniqueConstraint
from django.forms.models import ModelChoiceField, model_to_dict
from django.utils import timezone

from audit_trail.models import AuditEvent
from audit_trail.recording.failures import ConflictError
from audit_trail.registry import audited_as
from audit_trail.vocabulary import Status
from wisely_security.core import request_context
from wisely_security.core.text.characters import validate_one_line
from wisely_security.core.text.folding import is_confusable
from wisely_security.tenancy.forms.edit_form import EditForm
from wisely_security.tenancy.models import Tenant, User


def version_token(values: dict[str, Any]) -> str:
    """A short name for what somebody saw: two of them differ when a value does."""
    values_as_text = {name: _plain(value) for name, value in values.items()}
    return hashlib.sha256(json.dumps(values_as_text, sort_keys=True).encode()).hexdigest()[:32]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(map(_plain, value)) if any(isinstance(item, Model) for item in value) else value
    return str(value.pk) if isinstance(value, Model) else str(value)


def record_version(record: Model) -> str:
    """Of what the Audit Trail follows: that a user has signed in is no change of the user."""
    declared = audited_as(type(record))
    fields = declared.fields if declared else record._meta.concrete_fields
    return version_token({field.attname: field.value_from_object(record) for field in fields})


def refuse_if_changed(record: Any, seen: str, current: str) -> None:
    """Raises ConflictError, naming whoever changed the record, if it differs from what was shown."""
    if seen != current:
        raise ConflictError(
            f"{_who_has(record)} changed this since you opened it. Your changes weren’t saved. "
            "Review, then save again to overwrite."
        )


def _who_has(record: Any) -> str:
    """Whoever made the last change, if it was within a day: further back the search would take too long."""
    declared, now = audited_as(type(record)), timezone.now()
    if declared is None:
        return "Someone else has"
    changes = AuditEvent.objects.for_tenant(record.tenant_id).during(now - timedelta(days=1), now + timedelta(days=1))
    last = (
        changes.of_record(record.pk)
        .filter(status=Status.SUCCESS, action__in=[action.key for action in declared.update_actions])
        .newest_first()
        .first()
    )
    if last is None:
        return "Someone else has"
    actor = request_context.current().actor
    return "You have" if actor and actor.id == last.actor_id else f"{last.actor_name} has"


class RecordForm(EditForm):
    """Choices are of the tenant; ``seen`` is the version token of the record that the page showed."""

    name_field = "name"  # gets the error when a record of this name exists already
    locked_fields: Sequence[str] | None = None  # the optimistic-lock fields; None: those of the form

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, tenant: Tenant, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tenant, self.user = tenant, user
        self.is_new = self.instance._state.adding
        if self.is_new:
            self.instance.tenant = tenant
        for field in self.fields.values():
            if isinstance(field, ModelChoiceField) and field.queryset is not None:
                field.queryset = field.queryset.filter(tenant=tenant)
            _label_empty_choice(field)
            if isinstance(field, forms.CharField):
                field.widget.attrs.setdefault("autocomplete", "off")
        seen = list(self.locked_fields or self._meta.fields or ())
        self.now = "" if self.is_new else version_token(model_to_dict(self.instance, seen))
        self.fields["seen"].initial = self.now

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.is_new:
            refuse_if_changed(self.instance, data.pop("seen", ""), self.now)
        for constraint in self._meta.model._meta.constraints:
            if not isinstance(constraint, UniqueConstraint) or self.name_field not in constraint.fields:
                continue
            if self.is_new or not self.untouched.issuperset(set(constraint.fields) - {"tenant"}):
                self._refuse_lookalike(constraint, data)
        return data

    def _refuse_lookalike(self, constraint: UniqueConstraint, data: dict[str, Any]) -> None:
        """A confusable name counts as taken."""
        unique = set(constraint.fields) - {"tenant"}
        if not unique <= data.keys():
            return  # one of them is wrong by itself
        same = {name: data[name] for name in unique - {self.name_field}}
        others = self._meta.model._default_manager.filter(tenant=self.tenant, **same).exclude(pk=self.instance.pk)
        if is_confusable(data[self.name_field], others.values_list(self.name_field, flat=True)):
            self.add_error(self.name_field, ValidationError(str(constraint.violation_error_message), code="unique"))

    def look_again(self) -> None:
        """After a conflict: what is typed stays, and saving once more means it."""
        data: Any = self.data
        data = data.copy()
        data["seen"] = self.now
        self.data = data

    def _get_validation_exclusions(self) -> set[str]:
        exclusions: set[str] = super()._get_validation_exclusions()
        return exclusions - {"tenant"}  # names are unique within it

    def _update_errors(self, errors: ValidationError) -> None:
        """What no field is to blame for is a constraint: there is another record of this name."""
        of_record = errors.error_dict.pop(NON_FIELD_ERRORS, []) if hasattr(errors, "error_dict") else []
        for error in of_record:
            self.add_error(self.name_field, ValidationError(error.message, code="unique"))
        if getattr(errors, "error_dict", True):
            super()._update_errors(errors)


def _label_empty_choice(field: forms.Field) -> None:
    """A label in place of Django's row of dashes."""
    label_of_none = "Choose one" if field.required else "None"
    if isinstance(field, ModelChoiceField) and not isinstance(field, forms.ModelMultipleChoiceField):
        field.empty_label = label_of_none
    elif isinstance(field, forms.TypedChoiceField):
        widget: Any = field.widget
        field.choices = [(key, label if key else label_of_none) for key, label in widget.choices]


class Lines(SimpleArrayField):
    """A list, typed one a line."""

    default_error_messages = {"item_invalid": "Line %(nth)s:"}

    def __init__(self, base_field: forms.Field, **kwargs: Any) -> None:
        base_field.validators.append(validate_one_line)
        super().__init__(base_field, delimiter="\n", widget=forms.Textarea(attrs={"rows": 4}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in str(value or "").split("\n")]
        return super().to_python("\n".join(line for line in lines if line))


class Choices(forms.MultipleChoiceField):
    """Several of a list, to tick."""

    widget = forms.CheckboxSelectMultiple
