"""Details that a record's page shows as more than text: each names the template that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from wisely_security.core.site_url import absolute, opened_by_key


class Address(str):
    """An address of this site that a key opens: shown in full, to open and to copy."""

    template = "workspace/facts/address.html"

    @property
    def here(self) -> str:
        return opened_by_key(self)

    @property
    def in_full(self) -> str:
        return absolute(self)


class State(str):
    """A state in its colour: success, warning, danger or plain."""

    template = "workspace/facts/state.html"
    colour: str

    def __new__(cls, label: str, colour: str) -> State:
        state = super().__new__(cls, label)
        state.colour = colour
        return state


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as its reader sees it."""

    header: str
    body: str
    footer: str
    buttons: Sequence[str]
    template: ClassVar[str] = "workspace/facts/message.html"
