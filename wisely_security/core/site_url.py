"""The address of the site, with which every link begins that leaves it.

It is a setting, because the Host header of a request is the client's: whoever asks for a new password in somebody
else's name would choose where the link leads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import get_script_prefix, set_script_prefix

from .request_context import FIRST_CELL, current

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def parse_site_url(text: str, *, schemes: tuple[str, ...] = ("https", "http")) -> str:
    """Scheme, host and port, without a slash at the end. Raises ValueError for anything else or more than that."""
    if text != text.strip() or not text.isprintable() or "\\" in text:
        raise ValueError("it contains a space or another invalid character")
    parts = urlsplit(text)
    if parts.scheme not in schemes:
        raise ValueError(f"it must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    if parts.username is not None or parts.path not in {"", "/"} or "?" in text or "#" in text:
        raise ValueError("it must contain only a scheme, a host and, if needed, a port")
    host, port = _ascii(parts.hostname or ""), parts.port
    if not _HOST.fullmatch(host) or parts.netloc.endswith(":"):
        raise ValueError("it has no host")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{port}")


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return ""


def absolute(path: str) -> str:
    """A path of the site as a link that works from elsewhere: it names the cell that it was made in."""
    return f"{settings.SITE_URL}{path_in_cell(current().cell, path)}"


def opened_by_key(path: str) -> str:
    """A path whose page is found by a key in it, as a page of the same cell links to it."""
    return path_in_cell(current().cell, path)


def path_in_cell(cell: str, path: str) -> str:
    """A path that leads to a cell. ``path``: it may name the current cell, as inside ``naming_cell``."""
    return cell_prefix(cell) + path.removeprefix(cell_prefix())


def cell_prefix(cell: str = "") -> str:
    """What stands before a path that leads to another cell than the first: "/~eu-1". "": the current one."""
    cell = cell or current().cell
    return "" if cell == FIRST_CELL else f"/~{cell}"


@contextmanager
def naming_cell() -> Iterator[None]:
    """Inside the block, all paths that ``reverse`` makes lead to the current cell."""
    before = get_script_prefix()
    set_script_prefix(f"{cell_prefix()}/")
    try:
        yield
    finally:
        set_script_prefix(before)
