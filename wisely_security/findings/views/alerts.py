"""What somebody who may view findings is notified of by e-mail: each chooses for themself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.forms import unsaved
from wisely_security.tenancy.models import User
from wisely_security.tenancy.sign_in import signals
from wisely_security.tenancy.views.access import MemberView

from .. import permissions
from ..models import AlertSettings, How
from ..rules import RULES
from ..rules.rule import Severity

BY_SEVERITY = [("", "By severity"), *How.choices]
LABELS = {Severity.HIGH: "High", Severity.MEDIUM: "Medium", Severity.LOW: "Low"}


class AlertForm(forms.Form):
    digest_at = forms.TimeField(
        label="Time of the daily digest",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"required": "Enter a time.", "invalid": "Enter a time, such as 08:00."},
    )

    def __init__(self, chosen: AlertSettings, data: Any = None) -> None:
        initial: dict[str, Any] = {severity.value: getattr(chosen, severity) for severity in LABELS}
        super().__init__(data, initial={**initial, **_prefixed(chosen.by_rule), "digest_at": chosen.digest_at})
        for severity, label in LABELS.items():
            self.fields[severity] = forms.ChoiceField(label=f"{label} severity", choices=How.choices)
        for key, rule in RULES.items():
            self.fields[f"rule_{key}"] = forms.ChoiceField(label=rule.title, choices=BY_SEVERITY, required=False)

    @property
    def severities(self) -> list[forms.BoundField]:
        return [self[severity] for severity in LABELS]

    @property
    def rules(self) -> list[tuple[forms.BoundField, str]]:
        return [(self[f"rule_{key}"], rule.meaning) for key, rule in RULES.items()]

    @property
    def values(self) -> dict[str, Any]:
        """Of the fields of AlertSettings."""
        chosen = self.cleaned_data
        by_rule = {key: chosen[f"rule_{key}"] for key in RULES if chosen[f"rule_{key}"]}
        return {**{each.value: chosen[each] for each in LABELS}, "by_rule": by_rule, "digest_at": chosen["digest_at"]}

    def changes(self) -> dict[str, list[str]]:
        """In words, as Login Activity records them."""
        return {
            str(self.fields[name].label): [
                self._in_words(name, self[name].initial),
                self._in_words(name, self.cleaned_data[name]),
            ]
            for name in self.changed_data
        }

    def _in_words(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            return str(dict(field.choices).get(value or "", value))  # type: ignore[arg-type]
        return f"{value:%H:%M}"


def _prefixed(by_rule: dict[str, str]) -> dict[str, str]:
    return {f"rule_{key}": how for key, how in by_rule.items()}


class Alerts(MemberView):
    """Of the person's own tenant, also while an aggregator's admin views another one."""

    permission = permissions.VIEW
    area = "Findings: alerts by e-mail"
    restores_typed = True

    def get(self, request: HttpRequest) -> HttpResponse:
        form = AlertForm(chosen_by(self.request.user))
        unsaved.restore(request, form)
        return self._page(form)

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        form = AlertForm(chosen_by(user), request.POST)
        if not form.is_valid():
            signals.settings_refused.send(type(self), user=user, area=self.area)
            return self._page(form, status=400)
        with acting_as(**user.own_scope):
            AlertSettings.objects.update_or_create(tenant=user.tenant, user=user, defaults=form.values)
        if changes := form.changes():
            signals.settings_edited.send(type(self), user=user, area=self.area, detail={"changes": changes})
        messages.success(request, "Alerts saved. They apply to what has not been sent yet, too.")
        return redirect("finding_alerts")

    def _page(self, form: AlertForm, status: int = 200) -> HttpResponse:
        return render(self.request, "findings/alerts.html", {"form": form}, status=status)


def chosen_by(user: User) -> AlertSettings:
    with acting_as(**user.own_scope):
        return AlertSettings.objects.filter(user=user).first() or AlertSettings.default_for(user)
