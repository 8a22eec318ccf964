from django.apps import AppConfig


class WiselySecurityConfig(AppConfig):
    name = "wisely_security"
    verbose_name = "Wisely Security"

    def ready(self) -> None:
        from wisely_security.reports.table import checks as checks_of_reports  # noqa: F401

        from .cells import directory
        from .core import checks  # noqa: F401
        from .database import checks as checks_of_databases  # noqa: F401
        from .database.safeguards import checks as checks_of_safeguards  # noqa: F401
        from .ledger.derived.projectors import register_source

        register_source(directory.push, directory.waiting_since, reaches_out=True)
