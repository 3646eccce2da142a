"""Reads a store that another process may have open: without its lock, and without a way to write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from apportion.errors import StoreError
from apportion.model.plain_json import decode
from apportion.model.task_record import Task
from apportion.stores.sqlite import statements
from apportion.stores.sqlite.connections import BUSY_SECONDS
from apportion.stores.sqlite.rows import task_of
from apportion.stores.sqlite.schema import require_newest
from apportion.stores.sqlite.trouble import told_plainly

_AT_ONCE: Final = 1000
"""Lines that are read in one go: a longer read would keep the service from cutting back its log."""


class SqliteBeside:
    """The record of decisions of a store.

    Args:
        path: the file.

    Raises:
        StoreError: there is none, or it is no store, or of another version of the schema.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = str(Path(path).resolve())
        if not Path(self._path).is_file():
            raise StoreError(f"there is no store {path}; name the file that the service or the run was given")
        with told_plainly(self._path):
            uri = f"file:{quote(self._path)}?mode=ro"
            self._connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            with told_plainly(self._path):
                require_newest(self._connection, self._path)
        except BaseException:
            self._connection.close()
            raise

    def count(self) -> int:
        """Return how many lines there are, roughly: those that come meanwhile are not counted."""
        return int(self._rows("SELECT count(*) FROM notes")[0][0])

    def lines(self) -> Iterator[Any]:
        """Yield the lines in the order of writing."""
        after = 0
        while found := self._rows(statements.NOTES, after, _AT_ONCE):
            for _, line in found:
                yield decode(line)
            after = found[-1][0]

    def running(self) -> list[Task]:
        """Return the tasks that some worker holds: their decisions have no outcome yet."""
        return [task_of(row) for row in self._rows(statements.HELD)]

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with told_plainly(self._path), closing(self._connection.cursor()) as cursor:
            return cursor.execute(statement, values).fetchall()
