"""The rules: which run, with which thresholds, what those would have found, and what is excepted from them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from wisely_security.tenancy.models import Tenant
from wisely_security.tenancy.sign_in import signals
from wisely_security.tenancy.views.access import AccessRefused, MemberView

from .. import permissions
from ..engine import history
from ..models import AskSettings, FindingException, RuleSettings, limits_in_force
from ..rules import RULES
from ..rules.rule import Rule

DAYS = 30
ON = "on"


class RuleForm(forms.Form):
    """One rule of the page: whether it runs, and its thresholds."""

    def __init__(self, rule: Rule, settings: RuleSettings | None, data: Any = None) -> None:
        super().__init__(data, prefix=rule.key)
        self.rule = rule
        self.settings = settings
        self.fields[ON] = forms.BooleanField(label=rule.title, required=False, initial=not settings or settings.is_on)
        limits = {**rule.defaults, **(settings.limits if settings else {})}
        for each in rule.thresholds:
            self.fields[each.key] = forms.IntegerField(
                label=each.label,
                min_value=each.minimum,
                max_value=each.maximum,
                initial=limits[each.key],
                help_text=each.unit,
                error_messages={"required": "Enter a number.", "invalid": "Enter a whole number."},
            )

    @property
    def numbers(self) -> list[tuple[forms.BoundField, str]]:
        return [(self[each.key], each.unit) for each in self.rule.thresholds]

    @property
    def limits(self) -> dict[str, int]:
        """Those that differ from the defaults."""
        chosen = {each.key: self.cleaned_data[each.key] for each in self.rule.thresholds}
        return {key: value for key, value in chosen.items() if value != self.rule.defaults[key]}

    def changes(self) -> dict[str, list[Any]]:
        """In words, as Login Activity records them."""
        return {
            f"{self.rule.title}: {self.fields[name].label if name != ON else 'On'}": [
                self[name].initial,
                self.cleaned_data[name],
            ]
            for name in self.changed_data
        }

    def chosen(self, tenant_id: UUID) -> RuleSettings:
        return RuleSettings(tenant_id=tenant_id, rule=self.rule.key, is_on=self.cleaned_data[ON], limits=self.limits)


class AskForm(forms.Form):
    asks = forms.BooleanField(label="Ask people “Was this you?”", required=False)

    def __init__(self, tenant: Tenant, data: Any = None) -> None:
        is_off = AskSettings.objects.filter(tenant=tenant, is_on=False).exists()
        super().__init__(data, prefix="people", initial={"asks": not is_off})

    def changes(self) -> dict[str, list[Any]]:
        return {
            str(self.fields[name].label): [self[name].initial, self.cleaned_data[name]] for name in self.changed_data
        }


class Rules(MemberView):
    permission = permissions.DECIDE
    area = "Findings: rules"

    def get(self, request: HttpRequest) -> HttpResponse:
        self.record_view()
        return self._page(self._forms(), AskForm(self.request.tenant))

    def post(self, request: HttpRequest) -> HttpResponse:
        tenant, user = self.request.tenant, self.request.user
        if tenant != user.tenant:
            raise AccessRefused(self.area, f"These are {tenant}’s settings. Only its own admins can change them.")
        rules, asking = self._forms(request.POST), AskForm(tenant, request.POST)
        asking.is_valid()  # a box is ticked or not
        if len([form for form in rules if form.is_valid()]) < len(rules):  # each is asked, to show what is wrong
            signals.settings_refused.send(type(self), user=user, area=self.area)
            return self._page(rules, asking, status=400)
        if "try" in request.POST:
            return self._page(rules, asking, tried=self._try(rules))
        changes = {label: change for form in rules for label, change in form.changes().items()}
        changes |= asking.changes()
        for form in rules:
            if form.has_changed():
                chosen = form.chosen(tenant.pk)
                values = {"is_on": chosen.is_on, "limits": chosen.limits}
                RuleSettings.objects.update_or_create(tenant=tenant, rule=form.rule.key, defaults=values)
        if asking.has_changed():
            AskSettings.objects.update_or_create(tenant=tenant, defaults={"is_on": asking.cleaned_data["asks"]})
        if changes:
            signals.settings_edited.send(type(self), user=user, area=self.area, detail={"changes": changes})
        messages.success(request, "Rules saved. They apply to what happens from now on.")
        return redirect("finding_rules")

    def _forms(self, data: Any = None) -> list[RuleForm]:
        decided = {each.rule: each for each in RuleSettings.objects.filter(tenant=self.request.tenant)}
        return [RuleForm(rule, decided.get(key), data) for key, rule in RULES.items()]

    def _try(self, rules: list[RuleForm]) -> dict[str, Any]:
        """What these thresholds would have found in the last days."""
        tenant, now = self.request.tenant.pk, timezone.now()
        limits = limits_in_force({form.rule.key: form.chosen(tenant) for form in rules})
        found, since = history.find(tenant, now - timedelta(days=DAYS), now, limits, history.MOST)
        found = history.without_exceptions(tenant, found)
        counts = Counter(each.rule for each in found)
        return {
            "number": len(found),
            "days": DAYS,
            "since": since if now - since < timedelta(days=DAYS) else None,
            "counts": [(RULES[key].title, number) for key, number in counts.most_common()],
            "examples": [RULES[each.rule].sentence(each.details) for each in history.newest(found, 5)],
        }

    def _page(self, rules: list[RuleForm], asking: AskForm, status: int = 200, **more: Any) -> HttpResponse:
        tenant = self.request.tenant
        exceptions = FindingException.objects.filter(tenant=tenant)
        is_own = tenant == self.request.user.tenant
        context = {"rules": rules, "asking": asking, "exceptions": exceptions, "is_own": is_own, **more}
        return render(self.request, "findings/rules.html", context, status=status)


class DeleteException(MemberView):
    permission = permissions.DECIDE
    area = "Findings: exceptions"
    changes = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        exception = get_object_or_404(FindingException, tenant=self.request.tenant, pk=pk)
        exception.delete()
        messages.success(request, f"“{exception}” is no longer excepted.")
        return redirect("finding_rules")
