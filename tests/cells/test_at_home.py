"""While there is another cell, everything of who lives in main stays there, too."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.cells.abroad.conftest import at
from tests.cells.abroad.untouched import untouched
from tests.login_activity.test_floods import (
    _low_limits,
    test_what_is_counted_is_written_after_a_minute_by_the_projectors_once,
)
from tests.reports.downloads.test_csv_compressed import test_it_unpacks_to_the_plain_one
from tests.reports.downloads.test_xlsx import (
    alice,
    test_the_rows_are_those_of_the_page_and_the_texts_those_of_the_csv,
)
from tests.scheduled_reports.test_runs import (
    test_a_report_that_is_due_is_sent_once_to_those_who_may_download_over_real_smtp,
)
from tests.support import databases
from tests.support.cast import Cast
from tests.workspace.outbox.conftest import mail_server, mailbox
from wisely_security.cells import directory
from wisely_security.database.cells.routing import in_each_cell

from .conftest import EU


@pytest.fixture
def committed_cast(
    committed_cast: Cast, european_template: object, django_db_blocker: DjangoDbBlocker
) -> Iterator[Cast]:
    there = databases.fresh_database(f"test_wisely_{os.getpid()}_committed", databases.WITH_CAST)
    with django_db_blocker.unblock(), at(EU, there):
        in_each_cell(directory.write_all)
        with untouched(EU):
            yield committed_cast
