from django.apps import AppConfig


class NotesConfig(AppConfig):
    name = "wisely_security.notes"
    verbose_name = "Notes"

    def ready(self) -> None:
        from wisely_security.reports.extensions import event_notes

        from . import audited, retention  # noqa: F401
        from .on_events import NotesOnEvents

        event_notes.register(NotesOnEvents())
