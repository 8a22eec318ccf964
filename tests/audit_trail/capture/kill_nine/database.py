"""The database that gets killed, in part or as a whole."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

from wisely_security.devserver.embedded.cluster import make_or_examine
from wisely_security.devserver.embedded.home import find_or_make_home
from wisely_security.devserver.embedded.server import Server


class Database:
    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.cluster = make_or_examine(find_or_make_home(folder))
        self.chance = chance

    def see_to_it(self) -> None:
        Server(self.cluster).ensure_running()

    def kill_a_process(self) -> None:
        children = Path(f"/proc/{self._postmaster}/task/{self._postmaster}/children").read_text().split()
        if children:  # else it is starting after the one before
            os.kill(int(self.chance.choice(children)), signal.SIGKILL)

    def kill_all(self) -> None:
        os.kill(self._postmaster, signal.SIGKILL)

    @property
    def _postmaster(self) -> int:
        return int((self.cluster.files / "postmaster.pid").read_text().split()[0])
