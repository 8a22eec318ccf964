"""PostgreSQL as Django's backend knows it, plus one thing: every statement runs in the current request context.

Row-level security reads the settings ``wisely.tenant_id``, ``wisely.scope`` and ``wisely.credential``, and the hook
that records changes reads ``wisely.actor``. They are set with ``SET LOCAL``, which ends with the transaction, in the
same message as the statement that needs them: no extra round trip, and nothing stays behind on a pooled connection
(PgBouncer in transaction mode is safe).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import Error
from django.db.backends.postgresql import base

from wisely_security.core import request_context

from .cells.breaker import connecting, of_loss
from .cells.errors import CellUnavailableError, WrongCellError, of_release, of_residence
from .cells.routing import has_cells
from .cells.silence import waiting_for
from .replication import replica

SET_CONTEXT = (
    "SET LOCAL wisely.tenant_id = %s; SET LOCAL wisely.scope = %s; "
    "SET LOCAL wisely.credential = %s; SET LOCAL wisely.actor = %s;"
)
NOTHING = request_context.NOBODY.session_context


class DatabaseWrapper(base.DatabaseWrapper):
    """``has_written``: a transaction of a request has, since this was set back. Known only where there is a replica."""

    has_written = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cell: str = self.settings_dict.get("CELL", request_context.FIRST_CELL)
        self._in_session: request_context.SessionContext | None = NOTHING
        self._composed: tuple[request_context.RequestContext, str] | None = None
        self.execute_wrappers.append(self._run_in_context)

    def _run_in_context(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        now = request_context.current()
        if now.cell != self.cell:
            raise WrongCellError(f"Work of the cell {now.cell} reached the database of {self.cell}.")
        if now.session_context != self._in_session:
            setting = self._setting_of(now, context["cursor"].cursor)
            sql = (setting if params is None else setting.replace("%", "%%")) + sql
        try:
            with waiting_for(self):
                result = execute(sql, params, many, context)
        except CellUnavailableError:
            raise
        except Error as error:
            if plainer := of_residence(error) or of_loss(self, error) or of_release(self, error):
                raise plainer from error.__cause__
            raise
        if not self.autocommit:  # in autocommit each message is a transaction of its own
            self._in_session = now.session_context
        return result

    def _setting_of(self, now: request_context.RequestContext, cursor: Any) -> str:
        """Composed once for the statements of one context."""
        if self._composed is None or self._composed[0] is not now:
            self._composed = now, cursor.mogrify(SET_CONTEXT, now.settings).decode()
        return self._composed[1]

    def connect(self) -> None:
        with waiting_for(self):
            super().connect()

    def get_new_connection(self, conn_params: Any) -> Any:
        if not has_cells():
            return super().get_new_connection(conn_params)
        with connecting(self.alias):
            return super().get_new_connection(conn_params)

    def is_usable(self) -> bool:
        try:
            with waiting_for(self):
                return super().is_usable()
        except CellUnavailableError:
            return False

    # A new transaction starts without a session context.
    def _set_autocommit(self, autocommit: bool) -> None:
        self._in_session = NOTHING
        super()._set_autocommit(autocommit)

    def _commit(self) -> None:
        self._in_session = NOTHING
        if replica.is_set() and not self.has_written and request_context.current().request_id is not None:
            self.has_written = self._has_written()
        try:
            with waiting_for(self, may_refuse=False):
                super()._commit()
        except Error as error:  # what is recorded at the end of a transaction is guarded too
            if plainer := of_residence(error) or of_loss(self, error):
                raise plainer from error.__cause__
            raise

    def _has_written(self) -> bool:
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
            return bool(cursor.fetchone()[0])

    def _rollback(self) -> None:
        self._in_session = NOTHING
        with waiting_for(self, may_refuse=False):
            super()._rollback()

    # What the settings are after a rollback to a savepoint is not known here: say them again. The rollback itself
    # must go alone, for an aborted transaction refuses every other statement.
    def _savepoint_rollback(self, sid: str) -> None:
        self._in_session = request_context.current().session_context
        super()._savepoint_rollback(sid)
        self._in_session = None

    def _close(self) -> None:
        self._in_session = NOTHING
        super()._close()
