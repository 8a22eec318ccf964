"""The page that compares a kept checkpoint with the record, and the proof that it hands out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from .comparing import Comparison, UnusableError, compare, proof_since
from .views import REPORTS, IntegrityView, text_file

LONGEST = 10_000  # characters


class CompareForm(forms.Form):
    checkpoint = forms.CharField(
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
        help_text="From the line with the name of the log to the last line, which begins with a dash.",
    )
    comparison: Comparison | None = None

    def __init__(self, *args: Any, tenant_id: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tenant_id = tenant_id

    def clean_checkpoint(self) -> str:
        pasted: str = self.cleaned_data["checkpoint"]
        try:
            self.comparison = compare(pasted, self.tenant_id)
        except UnusableError as error:
            raise ValidationError(str(error), code="unusable") from error
        return pasted


class CompareCheckpoint(IntegrityView):
    def get(self, request: HttpRequest) -> HttpResponse:
        self.record_view()
        return self._page(CompareForm(tenant_id=self.request.tenant.pk), 200)

    def post(self, request: HttpRequest) -> HttpResponse:
        self.record_view()
        form = CompareForm(request.POST, tenant_id=self.request.tenant.pk)
        return self._page(form, 200 if form.is_valid() else 400)

    def _page(self, form: CompareForm, status: int) -> HttpResponse:
        context: dict[str, Any] = {"form": form}
        if form.comparison:
            key = next(key for key, report in REPORTS.items() if report.model is form.comparison.head.model)
            if not self.request.user.may(REPORTS[key].view_permission):
                raise Http404
            context |= {
                "comparison": form.comparison,
                "title": REPORTS[key].title,
                "proof_url": reverse("integrity_growth", args=[key, form.comparison.size]),
            }
        return render(self.request, "integrity/compare.html", context, status=status)


class Growth(IntegrityView):
    """The proof that the newest checkpoint of a record continues the one of a size: what a witness is sent."""

    def get(self, request: HttpRequest, record: str, size: int) -> HttpResponse:
        report = REPORTS.get(record)
        if report is None or not self.request.user.may(report.view_permission):
            raise Http404
        proof = proof_since(report.model, self.request.tenant.pk, size)
        if proof is None:
            raise Http404
        return text_file(proof.decode(), f"{record}-since-{size}.proof")
