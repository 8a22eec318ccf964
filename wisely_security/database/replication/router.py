"""Migrations run as the owner and nowhere else."""

from typing import Any


class OwnerMigrates:
    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner" or db.endswith(".owner")  # a further cell's (cells/)
