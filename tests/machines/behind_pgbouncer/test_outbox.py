from tests.machines.servers import needs_pgbouncer
from tests.outbox.conftest import *  # noqa: F403
from tests.outbox.test_claims import *  # noqa: F403

pytestmark = needs_pgbouncer
