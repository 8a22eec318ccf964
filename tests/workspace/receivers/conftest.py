from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from tests.support.servers.http_server import HttpServer


@pytest.fixture(autouse=True)
def _sealing(settings, sealing: Path) -> None:
    settings.DEVELOPMENT, settings.OUTBOUND_ALLOWED_NETWORKS = True, [ip_network("127.0.0.0/8"), ip_network("::1/128")]


@pytest.fixture
def server() -> Iterator[HttpServer]:
    """A webhook, or a witness that answers what a test wants."""
    with HttpServer().running() as running:
        yield running
