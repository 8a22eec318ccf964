"""The list of findings, one finding, and what people decide about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from audit_trail.recording import failures
from audit_trail.recording.recorder import Resource, record_failure
from audit_trail.registry import Action
from audit_trail.vocabulary import Code
from wisely_security.core.request_context import acting_as
from wisely_security.database.fields import LinesFormField
from wisely_security.tenancy.views import menu
from wisely_security.tenancy.views.access import MemberView

from .. import deciding, permissions
from ..audited import CONFIRM, EXPECT, REOPEN
from ..models import LONGEST_REASON, Answer, Finding, Question, State
from ..rules import RULES
from .evidence import evidence

PAGE_SIZE = 50
ALL = "all"
TABS = [*State.choices, (ALL, "All")]
ACTIONS: dict[str, Action] = {State.EXPECTED: EXPECT, State.CONFIRMED: CONFIRM, State.OPEN: REOPEN}
DONE = {State.EXPECTED: "marked as expected", State.CONFIRMED: "confirmed", State.OPEN: "open again"}


class Findings(MemberView):
    """``?state=``, ``?rule=`` and ``?before=`` (the finding to go on after), the latest first."""

    permission = permissions.VIEW
    area = "Findings"

    def get(self, request: HttpRequest) -> HttpResponse:
        state, rule = request.GET.get("state") or State.OPEN.value, request.GET.get("rule", "")
        if state not in dict(TABS) or (rule and rule not in RULES):
            raise Http404
        findings = Finding.objects.filter(tenant=self.request.tenant)
        if state != ALL:
            findings = findings.filter(state=state)
        if rule:
            findings = findings.filter(rule=rule)
        rows = list(self._after(findings, state)[: PAGE_SIZE + 1])
        self.record_view()
        kept = {"state": state, "rule": rule}
        context: dict[str, Any] = {
            "findings": rows[:PAGE_SIZE],
            "state": state,
            "rule": RULES.get(rule),
            "tabs": [(key, label, _url(kept | {"state": key}), key == state) for key, label in TABS],
            "without_rule": _url({"state": state}),
            "older_url": _url(kept | {"before": str(rows[PAGE_SIZE - 1].pk)}) if len(rows) > PAGE_SIZE else "",
            "newest_url": _url(kept) if request.GET.get("before") else "",
            "may_decide": self.request.user.may(permissions.DECIDE),
        }
        return render(request, "findings/list.html", context)

    def _after(self, findings: Any, state: str) -> Any:
        """In order: of those that are open, what the person says was not them comes first."""
        is_open = state == State.OPEN
        findings = findings.disowned_first() if is_open else findings.latest_first()
        before = self.request.GET.get("before")
        if not before:
            return findings
        try:
            last = Finding.objects.get(tenant=self.request.tenant, pk=UUID(before))
        except (Finding.DoesNotExist, ValueError):
            raise Http404 from None
        is_later = Q(last_at__lt=last.last_at) | Q(last_at=last.last_at, pk__lt=last.pk)
        if not is_open:
            return findings.filter(is_later)
        others = ~Q(answer=Answer.NO)
        return findings.filter(others | is_later if last.answer == Answer.NO else others & is_later)


def _url(query: dict[str, str]) -> str:
    given = {name: value for name, value in query.items() if value and (name, value) != ("state", State.OPEN)}
    return reverse("findings") + (f"?{urlencode(given)}" if given else "")


class FindingView(MemberView):
    permission = permissions.VIEW
    area = "Findings"

    def finding(self, pk: UUID, **how: Any) -> Finding:
        findings = Finding.objects.select_for_update(**how) if how else Finding.objects.all()
        found: Finding = get_object_or_404(findings, tenant=self.request.tenant, pk=pk)
        return found

    def page(self, finding: Finding, form: DecisionForm | None = None, status: int = 200) -> HttpResponse:
        user, tenant = self.request.user, self.request.tenant
        may_decide = user.may(permissions.DECIDE) and tenant == user.tenant
        context: dict[str, Any] = {
            "finding": finding,
            "rule": RULES.get(finding.rule),
            "evidence": evidence(finding, tenant, user),
            "form": (form or DecisionForm(finding)) if may_decide else None,
            "days": _days(finding),
            "questions": Question.objects.filter(finding=finding).order_by("created_at"),
        }
        return render(self.request, "findings/finding.html", context, status=status)


def _days(finding: Finding) -> str:
    """``27 Nov 2026, 09:36 to 10:15``."""
    first, last = timezone.localtime(finding.first_at), timezone.localtime(finding.last_at)
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%-d %b %Y, %H:%M}"
    start = f"{first:%-d %b %Y, %H:%M}"
    return start if f"{first:%H:%M}" == until else f"{start} to {until}"


class FindingPage(FindingView):
    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            finding = self.finding(pk)
        except Http404:
            if self._is_of_own_tenant(pk):  # an e-mail leads here, whichever enterprise is viewed
                context = {"shown": self.request.user.tenant, "back_url": request.path}
                return render(request, "findings/of_own_tenant.html", context, status=404)
            raise
        self.record_view(f"Findings: {finding.title}")
        return self.page(finding)

    def _is_of_own_tenant(self, pk: UUID) -> bool:
        user = self.request.user
        if user.tenant == self.request.tenant:
            return False
        with acting_as(**user.own_scope):
            return bool(Finding.objects.filter(tenant=user.tenant, pk=pk).exists())


class DecisionForm(forms.Form):
    """``seen``: the state that the person decided on."""

    state = forms.ChoiceField(choices=State.choices, widget=forms.HiddenInput)
    seen = forms.ChoiceField(choices=State.choices, widget=forms.HiddenInput)
    reason = LinesFormField(
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For colleagues and auditors: what you found out.",
    )
    excepted = forms.MultipleChoiceField(
        required=False,
        label="Don’t report this again for",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, finding: Finding, data: Any = None) -> None:
        super().__init__(data, initial={"seen": finding.state, "reason": finding.reason})
        excepted: Any = self.fields["excepted"]
        excepted.choices = deciding.choices(finding)
        if not excepted.choices or finding.state == State.CONFIRMED:
            del self.fields["excepted"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("state") == State.EXPECTED and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Say why this is expected.")
        if data.get("state") != State.EXPECTED:
            data["excepted"] = []
        return data


class Decide(FindingView):
    """Outside the request's transaction: what is refused is recorded in the Audit Trail after it was rolled back."""

    permission = permissions.DECIDE
    area = "Findings: decision"
    changes = True
    http_method_names = ["post"]
    title = ""

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        return transaction.non_atomic_requests(super().as_view(**initkwargs))

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except (PermissionDenied, Http404) as error:
            self._record_failure(failures.of_exception(error), kwargs["pk"])
            if isinstance(error, PermissionDenied):  # recorded here, so not in Login Activity as well
                raise PermissionDenied(str(error)) from error
            raise

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        with transaction.atomic():
            finding = self.finding(pk, no_key=True)
            self.title = finding.title
            form = DecisionForm(finding, request.POST)
            if form.is_valid() and form.cleaned_data["seen"] != finding.state:
                who = finding.decided_by or "Somebody"
                form.add_error(
                    None, ValidationError(f"{who} has decided meanwhile. Review, then decide again.", "conflict")
                )
            if form.is_valid():
                return self._decide(finding, form.cleaned_data)
        failure = failures.of_form(form)
        self._record_failure(failure, pk)
        return self.page(finding, form, status=409 if failure.code == Code.CONFLICT else 400)

    def _decide(self, finding: Finding, chosen: dict[str, Any]) -> HttpResponse:
        state, excepted = State(chosen["state"]), chosen.get("excepted", [])
        if state == finding.state:
            deciding.add_exceptions(finding, self.request.user, chosen["reason"] or finding.reason, excepted)
        else:
            deciding.decide(finding, self.request.user, state, chosen["reason"], excepted)
        messages.success(self.request, f"“{finding.title}” is {DONE[state]}.")
        return redirect("finding", finding.pk)

    def _record_failure(self, failure: failures.Failure, pk: UUID) -> None:
        action = ACTIONS.get(self.request.POST.get("state", ""), CONFIRM)
        resource = Resource(type="finding", id=pk, name=self.title)
        record_failure(action, failure, tenant_id=self.request.tenant.pk, resource=resource)


menu.add(
    menu.SECURITY,
    "Findings",
    icon="bell-alert",
    permission=permissions.VIEW,
    url=lambda tenant: reverse("findings"),
    count=lambda tenant: (tenant.open_findings, "open"),
)
