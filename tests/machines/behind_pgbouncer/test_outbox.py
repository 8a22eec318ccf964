from tests.machines.servers import needs_pgbouncer
from tests.workspace.outbox.conftest import *  # noqa: F403
from tests.workspace.outbox.test_claims import *  # noqa: F403

pytestmark = needs_pgbouncer
