from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "wisely_security.ledger"

    def ready(self) -> None:
        from . import checks  # noqa: F401
