"""A trigger that records changes and its function, as SQL text that can be compared with what is installed."""

from __future__ import annotations

import re
from dataclasses import dataclass

PREFIX = "audit_trail_"

# When each operation fires. Updates are recorded per row: people usually update one, which needs neither transition
# tables nor a join of old and new rows. Additions and deletions are recorded per statement.
# TRUNCATE fires before: afterwards there is nothing left to record.
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
        """As ``pg_get_triggerdef`` formats it."""
        when, how = TIMINGS[self.operation]
        return f"CREATE TRIGGER {self.name} {when} ON {self.table} {how} EXECUTE FUNCTION {self.function}()"

    @property
    def statements(self) -> list[str]:
        """Installs or repairs it. It fires in every replication role."""
        trigger = re.sub(r" (REFERENCING|FOR EACH|EXECUTE)", r"\n    \1", self.definition)
        return [
            f"CREATE OR REPLACE FUNCTION {self.function}() RETURNS trigger\n"
            "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp\n"
            f"AS $hook${self.body}$hook$",
            f"REVOKE EXECUTE ON FUNCTION {self.function} FROM PUBLIC",
            trigger.replace("CREATE", "CREATE OR REPLACE", 1),
            f"ALTER TABLE {self.table} ENABLE ALWAYS TRIGGER {self.name}",
        ]
