"""Writing, changing and deleting a note. Outcomes, refusals too, are in the Audit Trail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from audit_trail.recording import failures
from audit_trail.recording.recorder import Resource, record_failure
from audit_trail.registry import Action
from audit_trail.report.declaration import REPORT as AUDIT_TRAIL
from login_activity.report.declaration import REPORT as LOGIN_ACTIVITY
from wisely_security.database.fields import LinesFormField
from wisely_security.reports.declaration import Report
from wisely_security.tenancy.forms import unsaved
from wisely_security.tenancy.models import Tenant
from wisely_security.tenancy.views.access import AccessRefused, MemberView, MissingPermission, go_on

from .audited import ADD, DELETE, EDIT, WRITE
from .models import LONGEST_NAME, LONGEST_TEXT, Note

REPORTS: dict[str, Report] = {report.key: report for report in (LOGIN_ACTIVITY, AUDIT_TRAIL)}


class NoteForm(forms.Form):
    text = LinesFormField(
        label="Note",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For colleagues and auditors. Everybody who may view the event reads it.",
    )


class OfEvent(MemberView):
    """Common ground: the event, which whoever reads or writes of it may view."""

    area = "Notes"

    def report(self, key: str) -> Report:
        report = REPORTS.get(key)
        if report is None:
            raise Http404
        if not self.request.user.may(report.view_permission):
            raise AccessRefused(self.area, permission=report.view_permission)
        return report

    def event_url(self, report: Report, event: UUID) -> str:
        return f"{report.path(self.request.tenant)}{event}/"


class NotePage(OfEvent):
    """Where the Audit Trail's links to a note lead: its event."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        note = get_object_or_404(Note, tenant=self.request.tenant, pk=pk)
        return redirect(f"{self.event_url(self.report(note.record), note.event)}#notes-{note.event}")


class WritingView(OfEvent):
    """Outside the request's transaction: what is refused is recorded after it was rolled back."""

    permission = WRITE
    changes = True
    restores_typed = True
    action: ClassVar[Action]
    heading: ClassVar[str]
    submit: ClassVar[str]
    pk: UUID | None = None
    about = ""

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        return transaction.non_atomic_requests(super().as_view(**initkwargs))

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.pk = kwargs.get("pk")
        try:
            return super().dispatch(request, *args, **kwargs)
        except (PermissionDenied, Http404) as error:
            self.record_failure(failures.of_exception(error))
            if isinstance(error, MissingPermission):  # recorded here, so not in Login Activity as well
                raise MissingPermission(str(error), error.permission) from error
            raise

    def record_failure(self, failure: failures.Failure) -> None:
        resource = Resource(type="note", id=self.pk, name=self.about)
        record_failure(self.action, failure, tenant_id=self.request.tenant.pk, resource=resource)

    def page(self, back_url: str, form: NoteForm | None, note: Note | None = None, status: int = 200) -> HttpResponse:
        context = {
            "heading": self.heading,
            "submit": self.submit,
            "about": self.about,
            "form": form,
            "note": note,
            "back_url": back_url,
        }
        return render(self.request, "notes/form.html", context, status=status)

    def go_back(self, event_url: str, done: str) -> HttpResponse:
        """To where the note was written: the event's page, or the list with the event opened."""
        messages.success(self.request, done)
        return go_on(self.request, event_url)


class AddNote(WritingView):
    action, heading, submit = ADD, "Add a note", "Add note"

    def get(self, request: HttpRequest, record: str, event: UUID) -> HttpResponse:
        report = self.find(record, event)
        form = NoteForm()
        unsaved.restore(request, form)
        return self.page(self.event_url(report, event), form)

    def post(self, request: HttpRequest, record: str, event: UUID) -> HttpResponse:
        report, form = self.find(record, event), NoteForm(request.POST)
        event_url = self.event_url(report, event)
        if not form.is_valid():
            self.record_failure(failures.of_form(form))
            return self.page(event_url, form, status=400)
        user, tenant = self.request.user, self.request.tenant
        with transaction.atomic():
            Note.objects.create(
                tenant=tenant,
                record=record,
                event=event,
                about=self.about,
                text=form.cleaned_data["text"],
                author=user.pk,
                author_name=user.name,
            )
            Tenant.objects.filter(pk=tenant.pk, has_notes=False).update(has_notes=True)
        return self.go_back(event_url, "Note added.")

    def find(self, record: str, event: UUID) -> Report:
        report = self.report(record)
        found = get_object_or_404(report.model.objects.for_tenant(self.request.tenant.pk), pk=event)
        self.about = str(found)[:LONGEST_NAME]
        return report


class OwnNoteView(WritingView):
    """For its author alone."""

    def note(self, pk: UUID, **how: Any) -> Note:
        """``how``: of the lock, where there is to be one."""
        notes = Note.objects.select_for_update(**how) if how else Note.objects.all()
        note: Note = get_object_or_404(notes, tenant=self.request.tenant, pk=pk)
        self.about = note.about
        self.back_url = self.event_url(self.report(note.record), note.event)
        if note.author != self.request.user.pk:
            raise AccessRefused(self.area, "Only its author can change or delete a note.")
        return note


class EditNote(OwnNoteView):
    action, heading, submit = EDIT, "Edit note", "Save"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        form = NoteForm(initial={"text": self.note(pk).text})
        unsaved.restore(request, form)
        return self.page(self.back_url, form)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        form = NoteForm(request.POST)
        with transaction.atomic():
            note = self.note(pk, no_key=True)
            if form.is_valid() and form.cleaned_data["text"] != note.text:
                note.rewrite(form.cleaned_data["text"])
        if not form.is_valid():
            self.record_failure(failures.of_form(form))
            return self.page(self.back_url, form, status=400)
        return self.go_back(self.back_url, "Note saved.")


class DeleteNote(OwnNoteView):
    action, heading, submit = DELETE, "Delete note", "Delete"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        note = self.note(pk)
        return self.page(self.back_url, None, note)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        with transaction.atomic():
            self.note(pk, no_key=True).delete()
        return self.go_back(self.back_url, "Note deleted. The Audit Trail records who deleted it, but not its text.")
