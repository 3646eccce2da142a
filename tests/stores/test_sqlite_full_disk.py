"""A full disk: nothing half done, nothing acknowledged and lost, and on it goes when there is room."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from unittest.mock import Mock

import pytest

from apportion.errors import StoreError, StoreFullError
from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task
from apportion.ports import Forget, Insert, Remember
from apportion.stores.sqlite import SqliteStore

GROUP = 7


def room(folder: Path) -> int:
    """Return the bytes that are free."""
    return os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize


def fill(store: SqliteStore) -> int:
    """Commit groups until there is no room; return how many were acknowledged."""
    acknowledged = 0
    try:
        while True:
            store.commit([Insert(Task(f"{acknowledged}-{part}", "lint", payload="x" * 200)) for part in range(GROUP)])
            acknowledged += 1
    except StoreFullError:
        return acknowledged


def check(store: SqliteStore, acknowledged: int) -> None:
    expected = {f"{group}-{part}" for group in range(acknowledged) for part in range(GROUP)}
    assert {task.id for task in store.queued("default", 1_000_000)} == expected
    assert store.counts()[TaskState.QUEUED] == len(expected)
    assert store._writer.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("taken", range(0, 1_600_000, 100_000))
def test_a_full_disk_in_whatever_it_is_writing(small_disk: Path, taken: int):
    """With more or less taken by others, another write is the one that finds no room: of the log or of the database."""
    store = SqliteStore(small_disk / "tasks.db")
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(taken))
    with closing(store):
        acknowledged = fill(store)
        check(store, acknowledged)
        others = small_disk / "others"
        others.write_bytes(bytes(room(small_disk)))
        with pytest.raises(StoreFullError):
            store.commit([Insert(Task("large", "lint", payload="x" * 100_000))])
        check(store, acknowledged)
        others.unlink()
        ballast.unlink()
        if taken:
            store.commit([Insert(Task(f"{acknowledged}-{part}", "lint")) for part in range(GROUP)])
            check(store, acknowledged + 1)
            acknowledged += 1
    with closing(SqliteStore(small_disk / "tasks.db")) as again:
        check(again, acknowledged)


def test_a_purge_can_begin_when_others_have_taken_all_the_room(small_disk: Path):
    """A purge is a write as well. What is in the log has its place in the database, and gives back its own."""
    with closing(SqliteStore(small_disk / "tasks.db")) as store:
        store.commit([Insert(Task("ended", "lint", state=TaskState.SUCCEEDED, payload="x" * 300_000))])
        store._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for number in range(100):
            store.commit([Remember("document", number)])
        (small_disk / "others").write_bytes(bytes(room(small_disk)))
        with pytest.raises(StoreFullError, match="no room on the disk"):
            [store.commit([Remember("document", number)]) for number in range(100)]
        assert store.commit([Forget("ended")]) == [True]
        assert store.commit([Insert(Task("next", "lint"))]) == [True]


def test_a_store_is_not_made_on_a_full_disk_and_nothing_is_held(small_disk: Path):
    (small_disk / "ballast").write_bytes(bytes(room(small_disk)))
    with pytest.raises(StoreFullError):
        SqliteStore(small_disk / "tasks.db")
    (small_disk / "ballast").unlink()
    SqliteStore(small_disk / "tasks.db").close()


def test_the_page_limit_of_a_database_is_a_full_disk(store: SqliteStore):
    """The same without a small disk: SQLite reports both alike."""
    store._writer.execute("PRAGMA max_page_count = 50")
    acknowledged = fill(store)
    check(store, acknowledged)
    store._writer.execute("PRAGMA max_page_count = 1000")
    assert store.commit([Insert(Task("a", "lint"))]) == [True]


def test_a_write_that_found_no_room_is_known_by_trying(small_disk: Path, monkeypatch: pytest.MonkeyPatch):
    """SQLite calls it an I/O error when it is a quota that is used up, or the log's index that cannot grow."""
    with closing(SqliteStore(small_disk / "tasks.db")) as store:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
        (small_disk / "others").write_bytes(bytes(room(small_disk)))
        with monkeypatch.context() as failing:
            failing.setattr(store, "_writer", Mock(cursor=Mock(side_effect=error), wraps=store._writer))
            with pytest.raises(StoreFullError):
                store.commit([Insert(Task("a", "lint"))])


def test_a_disk_that_fails_in_another_way_is_not_called_full(store: SqliteStore, monkeypatch: pytest.MonkeyPatch):
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_WRITE"
    monkeypatch.setattr(store, "_writer", Mock(cursor=Mock(side_effect=error), wraps=store._writer))
    with pytest.raises(StoreError, match="could not be read or written; look after the disk") as refusal:
        store.commit([Insert(Task("a", "lint"))])
    assert not isinstance(refusal.value, StoreFullError)
