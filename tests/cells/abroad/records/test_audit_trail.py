"""Filters of the Audit Trail of a tenant that lives in eu-1."""

from tests.audit_trail.page.test_filters import (
    acme,
    test_a_choice_by_its_key_or_label_in_any_case,
    test_actors,
    test_an_address_or_a_network_finds_what_came_from_it,
    test_filters_hold_together,
    test_free_text_is_found_anywhere_in_what_is_shown_and_nowhere_else,
    test_no_filter_selects_everything_of_the_tenant_and_nothing_else,
    test_one_record_and_one_request,
)
