"""SQLite's errors in the words of this house: what happened, and what to do about it."""

from __future__ import annotations

import errno
import sqlite3
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from apportion.errors import StoreDamagedError, StoreError, StoreFullError

_REMEDIES: Final = {
    "SQLITE_NOTADB": "is no SQLite database; name another file",
    "SQLITE_CORRUPT": "is damaged; restore it from a backup",
    "SQLITE_READONLY": "cannot be written; allow this user to write it and its folder",
    "SQLITE_PERM": "cannot be opened; allow this user to read and write it and its folder",
    "SQLITE_CANTOPEN": "cannot be opened; its folder must be there, and this user allowed to write in it",
    "SQLITE_BUSY": "is being written by another program; let that end",
    "SQLITE_IOERR": "could not be read or written; look after the disk",
}
"""By the start of SQLite's name for an error."""

_DAMAGE: Final = frozenset({"SQLITE_NOTADB", "SQLITE_CORRUPT"})

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})

_PROBE: Final = 64 * 1024
"""Bytes. More than the largest single piece by which SQLite extends a file (32 KiB, of the WAL's index)."""


@contextmanager
def told_plainly(path: str) -> Generator[None]:
    """Turn an error of SQLite's into a StoreError that names the store, the trouble and the remedy.

    Raises:
        StoreFullError: there is no room on the disk.
        StoreDamagedError: the file is damaged, or no database.
        StoreError: anything else.
    """
    try:
        yield
    except sqlite3.Error as problem:
        raise _told(problem, path) from problem


def _told(problem: sqlite3.Error, path: str) -> StoreError:
    name = getattr(problem, "sqlite_errorname", "")
    if name == "SQLITE_FULL" or (name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")) and not _has_room(path)):
        return StoreFullError(f"no room on the disk for the store {path}; nothing was written, make room and try again")
    for start, remedy in _REMEDIES.items():
        if name.startswith(start):
            kind = StoreDamagedError if start in _DAMAGE else StoreError
            return kind(f"the store {path} {remedy} ({problem})")
    return StoreError(f"the store {path} could not do its work: {problem}")


def _has_room(path: str) -> bool:
    """Try a write: SQLite calls some that found no room (over a quota, or of the WAL's index) mere I/O errors."""
    try:
        with tempfile.TemporaryFile(dir=Path(path).parent) as probe:
            probe.write(bytes(_PROBE))
    except OSError as problem:
        return problem.errno not in _NO_ROOM
    return True
