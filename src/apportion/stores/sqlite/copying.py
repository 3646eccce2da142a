"""Copies of a store: written aside, and in place only when they are whole."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from apportion.errors import StoreError
from apportion.stores.sqlite.connections import BUSY_SECONDS, make_private
from apportion.stores.sqlite.schema import APPLICATION_ID
from apportion.stores.sqlite.trouble import told_plainly


def copy_database(source: sqlite3.Connection, path: str) -> None:
    """Write what ``source`` sees now to ``path``.

    Raises:
        StoreError: it cannot be written there, or something is there already.
    """
    with written_aside(path) as aside, told_plainly(path):
        make_private(aside)
        with closing(sqlite3.connect(aside)) as copy:
            # All in one step: a copy in several starts again with each commit that comes between.
            source.backup(copy)
            # A file by itself, to be copied or sent on without a log beside it; a store turns its log on when it opens.
            copy.execute("PRAGMA journal_mode = DELETE")


def copy_file(source: str, path: str) -> None:
    """Write a consistent copy of a store's file to ``path``, while another process may have it open and write to it.

    The tokens beside it are copied, too, to ``path.access``: a service on a copy without them would let in everybody.

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
        with _tokens_copied(source, path):
            copy_database(reader, path)


@contextmanager
def _tokens_copied(source: str, path: str) -> Generator[None]:
    """Copy the tokens of a store, where it has any; they do not stay where the copy of the store then fails."""
    tokens, copy = Path(f"{source}.access"), f"{path}.access"
    for each in (path, copy):
        _require_free(each)
    if tokens.is_file():
        with (
            written_aside(copy) as aside,
            told_plainly(str(tokens)),
            closing(sqlite3.connect(tokens, timeout=BUSY_SECONDS)) as reader,
        ):
            # Nobody else may read it, from the first byte on.
            os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600))
            with closing(sqlite3.connect(aside)) as writer:
                reader.backup(writer)
    try:
        yield
    except BaseException:
        if tokens.is_file():
            Path(copy).unlink(missing_ok=True)
        raise


def _require_free(path: str) -> None:
    if Path(path).exists():
        raise StoreError(f"{path} is there already; name another file for the copy, or move that one away")


@contextmanager
def written_aside(path: str) -> Generator[str]:
    """Lend a name beside ``path``; what is written there is put on disk and given its proper name.

    Raises:
        StoreError: it cannot be written there, or something is there already.
    """
    aside = Path(f"{path}.part")
    _require_free(path)
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
