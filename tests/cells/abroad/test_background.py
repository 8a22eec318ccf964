"""What goes on beside requests for a tenant that lives in eu-1: reports, e-mails, receivers, what was counted."""

from tests.login_activity.test_floods import (
    _low_limits,
    test_what_is_counted_is_written_after_a_minute_by_the_projectors_once,
)
from tests.scheduled_reports.test_links import (
    test_the_file_is_that_of_the_page_in_the_companys_time_zone_and_recorded,
)
from tests.scheduled_reports.test_runs import (
    test_a_report_that_is_due_is_sent_once_to_those_who_may_download_over_real_smtp,
    test_what_cannot_be_sent_is_recorded_with_the_servers_answer,
)
from tests.workspace.outbox.conftest import mail_server, mailbox
