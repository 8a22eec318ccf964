"""A trigger of the save hook and its function, as text: what is installed, and what is found again."""

from __future__ import annotations

import re
from dataclasses import dataclass

PREFIX = "audit_trail_"

# When each operation fires. An update is recorded row by row, for a single one is what people do, and needs neither
# transition tables nor a join of old and new; additions and deletions in one statement, whatever their number.
# TRUNCATE before: afterwards there is nothing left to record.
TIMINGS = {
    "insert": ("AFTER INSERT", "REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT"),
    "update": ("AFTER UPDATE", "FOR EACH ROW"),
    "delete": ("AFTER DELETE", "REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT"),
    "truncate": ("BEFORE TRUNCATE", "FOR EACH STATEMENT"),
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """``operation``: a key of TIMINGS. ``body``: of the function, in PL/pgSQL."""

    table: str
    operation: str
    body: str

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.operation}"

    @property
    def function(self) -> str:
        return f"{PREFIX}{self.table}_{self.operation}"

    @property
    def definition(self) -> str:
        """In the words of ``pg_get_triggerdef``."""
        when, how = TIMINGS[self.operation]
        return f"CREATE TRIGGER {self.name} {when} ON {self.table} {how} EXECUTE FUNCTION {self.function}()"

    @property
    def statements(self) -> list[str]:
        """What installs it, or puts it right. It fires in every replication role."""
        trigger = re.sub(r" (REFERENCING|FOR EACH|EXECUTE)", r"\n    \1", self.definition)
        return [
            f"CREATE OR REPLACE FUNCTION {self.function}() RETURNS trigger\n"
            "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp\n"
            f"AS $hook${self.body}$hook$",
            f"REVOKE EXECUTE ON FUNCTION {self.function} FROM PUBLIC",
            trigger.replace("CREATE", "CREATE OR REPLACE", 1),
            f"ALTER TABLE {self.table} ENABLE ALWAYS TRIGGER {self.name}",
        ]
