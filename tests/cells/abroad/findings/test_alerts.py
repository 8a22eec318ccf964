"""Findings of a tenant that lives in eu-1: mailed to its admins and decided."""

from tests.findings.notifications.conftest import mail_server, mailbox
from tests.findings.notifications.test_alerts import (
    nobody_is_asked,
    test_severe_findings_reach_the_super_admin_at_once_with_evidence_and_what_to_do,
    test_the_rest_waits_for_the_daily_digest_of_each,
)
from tests.findings.test_decisions import test_a_decision_is_one_event
