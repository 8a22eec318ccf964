from tests.machines.servers import needs_pgbouncer
from tests.tenancy.test_sign_in import *  # noqa: F403

pytestmark = needs_pgbouncer
