"""A store of another kind, written out as a SQLite store."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from apportion.ports import Change
from apportion.stores.sqlite.copying import written_aside
from apportion.stores.sqlite.store import SqliteStore


def write_out(path: str, changes: Sequence[Change]) -> None:
    """Write a new store that holds what these changes make.

    Raises:
        StoreError: it cannot be written there, or something is there already.
    """
    with written_aside(path) as aside, closing(SqliteStore(aside)) as copy:
        copy.commit(changes)
