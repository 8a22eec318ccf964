from django.apps import AppConfig


class FindingsConfig(AppConfig):
    name = "wisely_security.findings"
    verbose_name = "Findings"

    def ready(self) -> None:
        from wisely_security.ledger.derived import projectors
        from wisely_security.reports.extensions import unusual

        from . import audited, safeguards  # noqa: F401
        from .engine import projector
        from .notifications import kinds  # noqa: F401  (declares its e-mails)
        from .views import enterprises, findings  # noqa: F401  (they add their entries to the menu)
        from .views.on_records import FindingsOnRecords

        projectors.register(projector.NAME, projector.consume)
        unusual.register(FindingsOnRecords())
