"""Every action of a tenant that lives in eu-1, by people or by programs, one event each; what fails; links."""

from tests.notes.test_notes import (
    test_a_note_is_written_changed_and_deleted_and_the_event_stays_as_it_is,
    test_what_is_no_note_is_refused_and_stays_typed,
)
from tests.scheduled_reports.test_saved_views import (
    test_a_view_is_renamed_shared_taken_back_and_deleted,
    test_the_filters_are_saved_without_pages_formats_and_dates_that_follow,
)
from tests.workspace.api.conftest import billing
from tests.workspace.api.test_idempotency import test_a_repeated_call_has_the_same_answer_and_records_nothing
from tests.workspace.api.test_recording import (
    test_a_failure_has_its_reason,
    test_an_event_is_recorded_as_done_by_the_access_account,
    test_what_an_account_reports_is_seen_by_its_own_tenant_alone,
)
from tests.workspace.conftest import mailbox, visitor, workspace
from tests.workspace.failures.test_crashes import test_a_lost_connection_is_one_failure_and_the_next_try_works
from tests.workspace.modules.test_message_links import (
    test_the_link_redirects_to_the_chat_without_a_sign_in,
)
from tests.workspace.test_actions import test_each_action_leaves_one_event
