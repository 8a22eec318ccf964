from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    name = "wisely_security.ledger"

    def ready(self) -> None:
        from . import checks, safeguards  # noqa: F401
        from .derived import overview  # noqa: F401
        from .sealing import checks as of_sealing  # noqa: F401

        post_migrate.connect(_declare, sender=self, dispatch_uid="ledger")


def _declare(using: str, **_: Any) -> None:
    from .derived.rollup import declare_dimensions
    from .search.declaration import declare_indexed_fields

    declare_dimensions(using)
    declare_indexed_fields(using)
