from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers.folders import reachable_folder

from .members import Join, Member, make_cluster, process_file


@pytest.fixture
def folder() -> Iterator[Path]:
    with reachable_folder() as path:
        yield path


@pytest.fixture
def join(folder: Path) -> Iterator[Join]:
    members: list[Member] = []

    def _join(*arguments: str, at: Path = folder, user: str | None = None) -> Member:
        members.append(Member(at, *arguments, user=user))
        return members[-1]

    yield _join
    for member in members:
        if member.process.poll() is None:
            member.process.communicate(timeout=60)
    if process_file(folder).exists():  # a killed member left it
        make_cluster(_join)
