from tests.login_activity.test_lockout import *  # noqa: F403
from tests.login_activity.test_lockout import _low_limits  # noqa: F401
from tests.machines.servers import needs_pgbouncer

pytestmark = needs_pgbouncer
