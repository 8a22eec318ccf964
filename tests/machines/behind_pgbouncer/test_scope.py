from tests.database.test_scope import *  # noqa: F403
from tests.machines.servers import needs_pgbouncer

pytestmark = needs_pgbouncer
