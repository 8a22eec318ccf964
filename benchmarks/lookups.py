"""What a fresh device and a fresh place cost, beside the engines below them, in the same run.

    DEBUG=1 .venv/bin/python -m benchmarks.lookups [--rounds 9]

CPU time, the best of the rounds: the machine may be busy with something else.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django


def best(rounds: int, calls: dict[str, Callable[[Any], object]], things: Sequence[Any]) -> dict[str, float]:
    """Microseconds a call; the rounds take turns, so that a slow moment meets all alike."""
    found: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            started = time.process_time()
            for thing in things:
                call(thing)
            found[name].append((time.process_time() - started) / len(things) * 1e6)
    return {name: min(times) for name, times in found.items()}


def show(title: str, found: dict[str, float]) -> None:
    engine, ours = found.values()
    print(f"{title:42} {engine:6.1f} µs {ours:6.1f} µs  {ours / engine:.2f} ×")


def devices(rounds: int) -> None:
    from ua_parser import Domain
    from ua_parser.loaders import load_lazy_builtins
    from ua_parser.regex import Resolver

    from login_activity.devices.identify import _read, warm_up

    raw = Resolver(load_lazy_builtins())
    raw("Mozilla/5.0", Domain.ALL)
    warm_up()
    data = Path(__file__).parent.parent / "tests" / "data"
    for name in ("real_life_user_agents", "odd_user_agents", "devices_by_kind"):
        strings = [line.split("\t")[-1] for line in (data / f"{name}.tsv").read_text(encoding="utf-8").splitlines()]
        calls = {"ua-parser": lambda string: raw(string, Domain.ALL), "ours": _read.__wrapped__}  # without its cache
        show(f"{name}.tsv", best(rounds, calls, strings * 4))


def places(rounds: int) -> None:
    from django.conf import settings
    from maxminddb import MODE_MEMORY, open_database

    from login_activity.places.locate import locate
    from wisely_security.demo.networks import DEMO_NETWORKS, build_demo_database

    with TemporaryDirectory() as folder:
        settings.GEOIP_PATH = str(Path(folder) / "demo.mmdb")
        build_demo_database(Path(settings.GEOIP_PATH))
        reader = open_database(settings.GEOIP_PATH, MODE_MEMORY)
        addresses = [str(network.network[9]) for network in DEMO_NETWORKS] * 20
        calls = {"maxminddb": lambda address: reader.get(ip_address(address)), "ours": locate}
        show("places, demo file", best(rounds, calls, addresses))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wisely_security.settings")
    django.setup()
    print(f"{'':42} {'engine':>9} {'ours':>9}")
    devices(rounds)
    places(rounds)
