"""Filters of Login Activity of a tenant that lives in eu-1."""

from tests.reports.filters.test_filters import (
    acme,
    test_a_choice_by_its_key_or_label_in_any_case,
    test_an_address_or_a_network_finds_what_came_from_it,
    test_filters_hold_together,
    test_free_text_is_found_anywhere_in_what_is_shown,
    test_no_filter_selects_everything_of_the_tenant_and_nothing_else,
    test_user,
    test_views_can_be_left_out,
)
