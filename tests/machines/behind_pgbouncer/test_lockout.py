from tests.machines.servers import needs_pgbouncer
from tests.test_lockout import *  # noqa: F403
from tests.test_lockout import _low_limits  # noqa: F401

pytestmark = needs_pgbouncer
