from django.apps import AppConfig


class FindingsConfig(AppConfig):
    name = "wisely_security.findings"
    verbose_name = "Findings"

    def ready(self) -> None:
        from wisely_security.ledger.derived import projectors

        from . import audited, safeguards  # noqa: F401
        from .engine import projector

        projectors.register(projector.NAME, projector.consume)
