"""CSV, compressed or as a workbook, and evidence bundles that are verified offline, of a tenant that lives in eu-1."""

import pytest

from tests.reports.downloads.test_bundle import (
    alice,
    pytestmark,
    test_a_bundle_that_was_cut_short_is_none,
    test_both_records_have_the_csv_of_every_day_with_its_proof,
    test_newer_events_are_left_out_and_counted,
)
from tests.reports.downloads.test_csv_compressed import test_it_unpacks_to_the_plain_one
from tests.reports.downloads.test_csv_stream import TestInterrupted, TestRecord
from tests.reports.downloads.test_xlsx import (
    test_one_that_its_reader_aborts_is_recorded_as_cut_short,
    test_the_audit_trail_has_the_columns_of_its_csv,
    test_the_rows_are_those_of_the_page_and_the_texts_those_of_the_csv,
)

pytestmark = pytest.mark.usefixtures("sealing")
