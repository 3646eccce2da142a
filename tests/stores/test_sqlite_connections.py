"""How the file is opened: as durable as promised, one writer, readers that cannot write, a log that stays small."""

import sqlite3
from contextlib import ExitStack, closing
from itertools import cycle
from pathlib import Path
from threading import Event, Thread
from unittest.mock import Mock, call

import pytest

from apportion.errors import StoreError
from apportion.model.task_record import Task
from apportion.ports import Forget, Insert, Remember
from apportion.stores.sqlite import SqliteStore, connections
from apportion.stores.sqlite.connections import KEPT_READERS, WAL_LIMIT, Readers

FULL = 2
"""SQLite's number for synchronous=FULL."""

USUAL_LOG = 1000 * 4096
"""Bytes at which SQLite moves the log into the database."""


def log_of(path: Path) -> int:
    return path.with_name(f"{path.name}-wal").stat().st_size


def pragma(connection: sqlite3.Connection, name: str):
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_the_writer_waits_for_the_disk(store: SqliteStore):
    assert pragma(store._writer, "journal_mode") == "wal"
    assert pragma(store._writer, "synchronous") == FULL


def test_a_commit_is_one_transaction_that_writes_from_its_beginning(store: SqliteStore):
    """One that became a writing one half way could fail without waiting for another program."""
    statements: list[str] = []
    store._writer.set_trace_callback(statements.append)
    store.commit([Insert(Task("a", "lint")), Insert(Task("b", "lint")), Remember("x", 1), Forget("a")])
    assert statements[0] == "BEGIN IMMEDIATE"
    assert statements[-1] == "COMMIT"
    assert sum(statement.startswith(("BEGIN", "COMMIT")) for statement in statements) == 2


def test_readers_cannot_write(store: SqliteStore):
    with store._readers.lend() as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM tasks")


def test_only_the_writer_moves_the_log(store: SqliteStore, path: Path):
    """SQLite before 3.51.3 can lose data when two connections do. Whoever closes last moves what is left."""
    store.commit([Insert(Task("a", "lint"))])
    store.queued("default", 1)
    assert pragma(store._writer, "wal_autocheckpoint") == USUAL_LOG / 4096
    store._readers.close()
    assert log_of(path) > 0, "the readers left the log to the writer"
    store.close()
    assert not path.with_name("tasks.db-wal").exists()


def test_readers_are_closed_before_the_writer(store: SqliteStore, monkeypatch: pytest.MonkeyPatch):
    store.queued("default", 1)
    both = Mock()
    both.attach_mock(Mock(wraps=store._readers), "readers")
    both.attach_mock(Mock(wraps=store._writer), "writer")
    monkeypatch.setattr(store, "_readers", both.readers)
    monkeypatch.setattr(store, "_writer", both.writer)
    store.close()
    assert both.mock_calls == [call.readers.close(), call.writer.close()]


def test_the_log_stays_small_under_load(store: SqliteStore, path: Path):
    largest = 0
    for number in range(300):
        store.commit([Remember("document", str(number % 10) * 100_000)])
        largest = max(largest, log_of(path))
    assert USUAL_LOG / 2 < largest < USUAL_LOG * 1.2


def test_the_log_is_cut_back_after_a_long_read(store: SqliteStore, path: Path):
    number = cycle(range(10))
    with store._readers.lend() as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM tasks").fetchall()
        while log_of(path) < 2 * WAL_LIMIT:
            store.commit([Remember("document", str(next(number)) * 1_000_000)])
        reader.execute("ROLLBACK")
    for small in range(3):
        store.commit([Remember("document", small)])
    assert log_of(path) <= WAL_LIMIT


def test_a_read_ends_with_its_answer(store: SqliteStore, path: Path):
    """Somebody who looks at the tasks one by one keeps no snapshot: the log could not be moved past it."""
    store.commit([Insert(Task(f"{number}", "lint")) for number in range(10)])
    iterator = store.assigned()
    next(iterator, None)
    store.queued("default", 3)
    busy, _, _ = store._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert not busy


def test_idle_readers_are_few(store: SqliteStore):
    with ExitStack() as lent:
        for _ in range(KEPT_READERS + 5):
            lent.enter_context(store._readers.lend())
    assert len(store._readers._idle) == KEPT_READERS


def test_closing_waits_for_reads_under_way(path: Path, store: SqliteStore):
    readers = Readers(str(path))
    closing_began = Event()

    def close() -> None:
        closing_began.set()
        readers.close()

    closer = Thread(target=close)
    with readers.lend() as reader:
        closer.start()
        closing_began.wait()
        assert reader.execute("SELECT count(*) FROM tasks").fetchone() == (0,)
        assert closer.is_alive()
    closer.join()
    assert readers._idle == []
    with pytest.raises(StoreError), readers.lend():
        pass


def test_another_program_that_writes_is_an_error_after_a_while(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.0)
    with closing(SqliteStore(path)) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="is being written by another program; let that end"):
            store.commit([Insert(Task("a", "lint"))])
        other.execute("ROLLBACK")
        assert store.commit([Insert(Task("a", "lint"))]) == [True]


def test_a_kept_error_keeps_no_file_open(path: Path, monkeypatch: pytest.MonkeyPatch):
    """A statement that lives on in a traceback would keep the connection, the log unmoved, and the room on the disk."""
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.0)
    store = SqliteStore(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as kept_of_a_write:
            store.commit([Insert(Task("a", "lint"))])
        other.execute("ROLLBACK")
    with pytest.raises(StoreError) as kept_of_a_read:
        store._rows("SELECT abs(-9223372036854775808)")  # raises while it runs: integer overflow
    store.close()
    opened = [str(each.resolve()) for each in Path("/proc/self/fd").iterdir()]
    assert [name for name in opened if "tasks.db" in name] == []
    del kept_of_a_write, kept_of_a_read
