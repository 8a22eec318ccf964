"""Every action is recorded where its tenant lives: exactly one correct event, and nothing in main."""

from tests.workspace.conftest import mailbox
from tests.workspace.test_actions import test_each_action_leaves_one_event
