"""Django without any record."""

from benchmarks.peers.settings import *  # noqa: F403
