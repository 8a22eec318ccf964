"""The writers that get killed."""

from __future__ import annotations

import random
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from uuid import UUID

from .notes import Notes
from .writer import write


class Writers:
    def __init__(self, tenant_id: UUID, notes: Notes, records: int, chance: random.Random) -> None:
        self.tenant_id, self.notes, self.records, self.chance = tenant_id, notes, records, chance
        self.running: list[BaseProcess] = []
        self.started = 0

    def fill_up(self, number: int) -> None:
        """Until so many are at work."""
        while len(self.running) < number:
            self.started += 1
            given = (self.tenant_id, self.notes.values / f"{self.started}", f"{self.started}", self.records)
            self.running.append(get_context("fork").Process(target=write, args=given, daemon=True))
            self.running[-1].start()

    def kill_one(self) -> None:
        victim = self.running.pop(self.chance.randrange(len(self.running)))
        victim.kill()
        victim.join()

    def stop(self) -> None:
        for writer in self.running:
            writer.kill()
            writer.join()
