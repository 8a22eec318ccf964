from tests.machines.servers import needs_pgbouncer
from tests.test_scope import *  # noqa: F403

pytestmark = needs_pgbouncer
