"""Every URL of the site, of a tenant that lives in eu-1: by the permitted, and by the wrong role."""

from tests.test_isolation import (
    test_pages_show_nothing_of_another_tenant,
    test_the_other_editions_address_is_not_found,
    test_the_permitted_get_in,
    test_the_wrong_role_is_refused_and_the_refusal_is_recorded,
    urls,
)
