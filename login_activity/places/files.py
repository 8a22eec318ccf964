"""The MMDB files of places, opened once and reopened when they change."""

import json
import logging
import stat
import time
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from itertools import islice
from pathlib import Path
from threading import Lock

from maxminddb import MODE_MEMORY, Reader, open_database

from .records import UNKNOWN, Place, place_from_record

logger = logging.getLogger(__name__)

CHECK_SECONDS = 1.0
"""How long a check of the disk stays valid."""

SAMPLE = 100
"""Records that show whether a file is about places."""

FileState = tuple[Path, int, int, int]
FileStates = tuple[FileState, ...]


@dataclass(frozen=True, slots=True)
class Attribution:
    """The attribution and link that the licence of a file requires."""

    text: str
    url: str

    @staticmethod
    def note_of(file: Path) -> Path:
        """Where the attribution is kept of a file whose metadata does not name its source."""
        return file.with_name(f"{file.name}.attribution.json")


DB_IP = Attribution("IP geolocation by DB-IP", "https://db-ip.com")
GEOLITE = Attribution("This product includes GeoLite Data created by MaxMind", "https://www.maxmind.com")


@dataclass(slots=True)
class _Loaded:
    states: FileStates
    readers: list[tuple[Reader, int]] = field(default_factory=list)
    """Each with its IP version: one of 6 knows both."""
    attribution: Attribution | None = None
    complained: bool = False


class PlaceFiles:
    """The MMDB file at a path, or those in a folder there. Threads may share it, and nothing here raises.

    Anything wrong with the files is logged once for each state they are in, not for each lookup.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._loaded: _Loaded | None = None
        self._check_at = 0.0

    def load(self) -> None:
        self._current()

    def attribution(self) -> Attribution | None:
        return self._current().attribution

    def place(self, address: IPv4Address | IPv6Address) -> Place:
        """The first place found, asking the files in turn: one with a city before one without.

        Files about networks, anonymity or providers hold none, and a file of cities may lack an address.
        """
        loaded = self._current()
        best = UNKNOWN
        for reader, ip_version in loaded.readers:
            if address.version > ip_version:
                continue
            try:
                place = place_from_record(reader.get(address))
            except Exception:  # a damaged file fails in many ways
                if not loaded.complained:
                    loaded.complained = True
                    logger.warning("An MMDB file at %s is damaged", self.path, exc_info=True)
                continue
            if place.city:
                return place
            if best is UNKNOWN:
                best = place
        return best

    def _current(self) -> _Loaded:
        loaded = self._loaded
        if loaded is not None and time.monotonic() < self._check_at:
            return loaded
        # While one thread loads, the others go on with what there is; only the first load is waited for.
        if loaded is None:
            self._lock.acquire()
        elif not self._lock.acquire(blocking=False):
            return loaded
        try:
            states = _file_states(self.path)
            if self._loaded is None or self._loaded.states != states:
                self._loaded = _load(self.path, states)
            self._check_at = time.monotonic() + CHECK_SECONDS
            return self._loaded
        finally:
            self._lock.release()


def open_place_file(file: Path) -> Reader:
    """Read whole into memory.

    A mapped file ends the process (SIGBUS) when somebody copies a shorter one over it, and a file read
    piece by piece mixes its old and its new content meanwhile.
    """
    return open_database(file, MODE_MEMORY)


def _file_states(path: Path) -> FileStates:
    """Taken before the files are read, so that the next check finds a change made during the reading."""
    try:
        files = _files_in(path) if path.is_dir() else [path]
    except OSError:
        return ()
    return tuple(state for file in files if (state := _state(file)))


def _files_in(folder: Path) -> list[Path]:
    """Those of the folder, then those of the folders in it, which publishers name by date: the latest first."""
    inner = sorted(folder.glob("*/*.mmdb"), reverse=True)
    files = [*sorted(folder.glob("*.mmdb")), *inner]
    return [file for file in files if not any(part.startswith(".") for part in file.relative_to(folder).parts)]


def _state(file: Path) -> FileState | None:
    try:
        status = file.stat()
    except (OSError, ValueError):  # ValueError: a path that no file can have
        return None
    # Anything else, a pipe for one, could be read forever.
    if not stat.S_ISREG(status.st_mode):
        return None
    return file, status.st_mtime_ns, status.st_size, status.st_ino


def _load(path: Path, states: FileStates) -> _Loaded:
    loaded = _Loaded(states)
    if not states:
        logger.warning("There is no readable MMDB file at %s: places will be unknown", path)
    for file, *_ in states:
        try:
            reader = open_place_file(file)
            loaded.readers.append((reader, reader.metadata().ip_version))
        except Exception:  # a damaged file fails in many ways
            logger.warning("The MMDB file %s cannot be read and is ignored", file, exc_info=True)
            continue
        if loaded.attribution is None and _has_places(reader):
            loaded.attribution = _attribution(file, reader)
    return loaded


def _has_places(reader: Reader) -> bool:
    try:
        return any(place_from_record(record) is not UNKNOWN for _, record in islice(reader, SAMPLE))
    except Exception:  # a damaged file fails in many ways: the first lookup logs it
        return False


def _attribution(file: Path, reader: Reader) -> Attribution | None:
    note = Attribution.note_of(file)
    try:
        content = json.loads(note.read_text(encoding="utf-8"))
        return Attribution(text=str(content["text"]), url=str(content["url"]))
    except FileNotFoundError:
        return _known_attribution(str(reader.metadata().database_type))
    except (OSError, ValueError, TypeError, KeyError):
        logger.warning("The attribution in %s cannot be read", note, exc_info=True)
        return None


def _known_attribution(database_type: str) -> Attribution | None:
    """Of the free files whose licence asks for one and whose own metadata names them."""
    if database_type.startswith("GeoLite2"):
        return GEOLITE
    if database_type.startswith("DBIP") and database_type.endswith("Lite"):
        return DB_IP
    return None
