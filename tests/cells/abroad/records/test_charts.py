"""Charts of the records of a tenant that lives in eu-1, by each filter."""

from tests.ledger.derived.test_chart import (
    acme,
    test_a_day_leads_to_its_hours_and_an_hour_to_its_minutes,
    test_it_counts_what_the_page_and_the_download_select,
    test_the_audit_trail_has_one,
    test_the_page_draws_what_one_statement_counts,
    test_what_the_rollup_cannot_count_comes_after_the_page,
)
