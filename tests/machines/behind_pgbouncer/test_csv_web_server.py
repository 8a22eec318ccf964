from tests.machines.servers import needs_pgbouncer
from tests.reports.downloads.test_csv_web_server import TestThroughTheWebServer, alice  # noqa: F401

pytestmark = needs_pgbouncer
