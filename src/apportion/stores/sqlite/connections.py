"""Connections as the store needs them: one that writes, and a few that only read.

Exactly one connection writes and moves the log (WAL) into the database. SQLite before 3.51.3 can lose data when two
connections do that at the same moment, and most Pythons carry such a SQLite.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from threading import Condition
from typing import Any, Final

from apportion.errors import StoreError

KEPT_READERS: Final = 4
"""Idle read connections that are kept; one costs up to 2 MB of page cache."""

WAL_LIMIT: Final = 8 * 1024 * 1024
"""Bytes to which the log is cut back. It grows beyond the usual 4 MB (SQLite's 1,000 pages) only while a long read,
such as a backup, keeps what it contains from being moved away."""

BUSY_SECONDS: Final = 5.0
"""How long another program (somebody's ``sqlite3`` at the prompt) may hold up a write before it is an error."""


def open_writer(path: str) -> sqlite3.Connection:
    """Return the connection that writes, with every commit on disk before it returns.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    make_private(path)
    writer = _open(path)
    try:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA synchronous = FULL")
        writer.execute("PRAGMA fullfsync = ON")  # of meaning on macOS alone, whose fsync does not reach the disk
        writer.execute("PRAGMA checkpoint_fullfsync = ON")
        writer.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT}")
    except BaseException:
        writer.close()
        raise
    return writer


def make_private(path: str) -> None:
    """Make the file where it is not there yet, for its owner alone; SQLite's files beside it take that over.

    Where that cannot be done nothing is said: SQLite meets the same trouble, and its words are told plainly.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _open(path: str) -> sqlite3.Connection:
    # isolation_level None: transactions begin where this package says so, not where the module guesses.
    return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


class Readers:
    """Connections that only read, lent to one thread at a time, for one short snapshot each.

    Args:
        path: the database; it must be open for writing already.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._lent = 0
        self._closed = False
        self._changed = Condition()

    def all(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Return every row of the answer: a snapshot ends here, not when a caller has looked at the last row."""
        with self.lend() as reader:
            try:
                return reader.execute(statement, parameters).fetchall()
            except UnicodeEncodeError:
                return []  # half a surrogate pair is in no stored text

    @contextmanager
    def lend(self) -> Generator[sqlite3.Connection]:
        """Lend a connection."""
        with self._changed:
            if self._closed:
                raise StoreError(f"the store {self._path} is closed; open it again to use it")
            self._lent += 1
            reader = self._idle.pop() if self._idle else None
        try:
            reader = reader or self._new()
            yield reader
        finally:
            self._take_back(reader)

    def _new(self) -> sqlite3.Connection:
        reader = _open(self._path)
        reader.execute("PRAGMA query_only = ON")
        return reader

    def _take_back(self, reader: sqlite3.Connection | None) -> None:
        with self._changed:
            self._lent -= 1
            if reader is not None:
                self._idle.append(reader)
            while len(self._idle) > (0 if self._closed else KEPT_READERS):
                self._idle.pop().close()
            self._changed.notify_all()

    def close(self) -> None:
        """Lend no more, and wait until all are back and closed."""
        with self._changed:
            self._closed = True
            while self._idle:
                self._idle.pop().close()
            self._changed.wait_for(lambda: not self._lent)
