from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditTrailConfig(AppConfig):
    name = "audit_trail"
    verbose_name = "Audit Trail"

    def ready(self) -> None:
        from . import safeguards  # noqa: F401  (registers them)
        from .triggers import checks  # noqa: F401  (registers them)

        post_migrate.connect(_install_triggers, sender=self, dispatch_uid="audit_trail")


def _install_triggers(using: str, **_: Any) -> None:
    from .triggers.installation import install

    install(using)
