"""Copies of a store: written aside, and in place only when they are whole."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from apportion.errors import StoreError
from apportion.stores.sqlite.connections import BUSY_SECONDS
from apportion.stores.sqlite.schema import APPLICATION_ID
from apportion.stores.sqlite.trouble import told_plainly


def copy_database(source: sqlite3.Connection, path: str) -> None:
    """Write what ``source`` sees now to ``path``.

    Raises:
        StoreError: it cannot be written there, or something is there already.
    """
    with written_aside(path) as aside, told_plainly(path), closing(sqlite3.connect(aside)) as copy:
        # All in one step: a copy in several starts again with each commit that comes between.
        source.backup(copy)
        # A file by itself, to be copied or sent on without a log beside it; a store turns its log on when it opens.
        copy.execute("PRAGMA journal_mode = DELETE")


def copy_file(source: str, path: str) -> None:
    """Write a consistent copy of a store's file to ``path``, while another process may have it open and write to it.

    Raises:
        StoreError: it is no store, it cannot be written there, or something is there already.
    """
    if not Path(source).is_file():
        raise StoreError(f"the store {source} is not there; name the file that the service keeps its tasks in")
    with told_plainly(source), closing(sqlite3.connect(source, timeout=BUSY_SECONDS, isolation_level=None)) as reader:
        reader.execute("PRAGMA query_only = ON")
        (mark,) = reader.execute("PRAGMA application_id").fetchone()
        if mark != APPLICATION_ID:
            raise StoreError(f"{source} is no Apportion store; name another file")
        copy_database(reader, path)


@contextmanager
def written_aside(path: str) -> Generator[str]:
    """Lend a name beside ``path``; what is written there is put on disk and given its proper name.

    Raises:
        StoreError: it cannot be written there, or something is there already.
    """
    aside = Path(f"{path}.part")
    if Path(path).exists():
        raise StoreError(f"{path} is there already; name another file for the copy, or move that one away")
    try:
        yield str(aside)
        _sync(aside)
        # A link, unlike a rename, never replaces what somebody has put there meanwhile.
        os.link(aside, path)
        _sync(Path(path).parent)
    except OSError as problem:
        raise StoreError(f"no copy could be written to {path}: {problem.strerror}") from problem
    finally:
        for leftover in (aside, Path(f"{aside}-journal"), Path(f"{aside}.lock")):
            with suppress(OSError):
                leftover.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
