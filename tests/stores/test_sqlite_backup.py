"""A backup is a store, as it was at one moment, while others went on."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from apportion.errors import StoreError, StoreFullError
from apportion.model.task_record import Task
from apportion.ports import Insert, Remember, TaskFilter
from apportion.stores.memory import MemoryStore
from apportion.stores.sqlite import SqliteStore, copying

TASKS = [Task("a", "lint", payload={"x": 1}, decision={"why": 1}), Task("b", "lint", idempotency_key="k")]


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_backup_is_a_store(kind: str, path: Path, tmp_path: Path):
    copy = tmp_path / "copy.db"
    with closing(MemoryStore() if kind == "memory" else SqliteStore(path)) as store:
        store.commit([*map(Insert, TASKS), Remember("learned", {"x": 1})])
        store.backup(str(copy))
        store.commit([Insert(Task("later", "lint"))])
    with closing(SqliteStore(copy)) as restored:
        assert restored.page(TaskFilter(), 10) == (TASKS, None)
        assert restored.recall("learned") == {"x": 1}
        assert sum(restored.counts().values()) == 2
        assert restored.commit([Insert(Task("c", "lint"))]) == [True]


def test_a_backup_can_be_read_where_nothing_can_be_written(store: SqliteStore, tmp_path: Path):
    copy = tmp_path / "copy.db"
    store.backup(str(copy))
    with_a_log = 2
    assert copy.read_bytes()[18:20] != bytes([with_a_log] * 2), "a database with a log needs files beside it"


def test_a_backup_replaces_nothing(store: SqliteStore, tmp_path: Path):
    (tmp_path / "copy.db").write_text("theirs")
    with pytest.raises(StoreError, match="is there already; name another file for the copy"):
        store.backup(str(tmp_path / "copy.db"))
    assert (tmp_path / "copy.db").read_text() == "theirs"


def test_commits_go_on_and_none_is_half_in_it(store: SqliteStore, tmp_path: Path):
    """A copy in several steps would begin again with each commit, and never end."""
    with ThreadPoolExecutor(1) as thread:
        for number in range(3):
            store.commit([Insert(Task(f"{number}", "lint", payload="x" * 10_000_000))])
            backup = thread.submit(store.backup, str(tmp_path / f"copy-{number}.db"))
            pairs = 0
            while not (backup.done() and pairs):
                store.commit([Insert(Task(f"{number}-{pairs}-{part}", "lint")) for part in "ab"])
                pairs += 1
            backup.result()
    for number in range(3):
        with closing(SqliteStore(tmp_path / f"copy-{number}.db")) as copy:
            pairs = sum(copy.counts().values()) - number - 1
            assert pairs % 2 == 0
            assert copy._writer.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_backup_that_fails_leaves_nothing(store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store.commit([Insert(task) for task in TASKS])
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(copying, "_sync", lambda path: (path / "missing").stat())
    with pytest.raises(StoreError, match=r"no copy could be written to .*: Not a directory"):
        store.backup(str(tmp_path / "copy.db"))
    assert sorted(tmp_path.iterdir()) == before


def test_a_backup_that_finds_no_room_says_so(store: SqliteStore, small_disk: Path):
    store.commit([Insert(Task(f"{number}", "lint", payload="x" * 100_000)) for number in range(50)])
    with pytest.raises(StoreFullError, match="no room on the disk"):
        store.backup(str(small_disk / "copy.db"))
    assert list(small_disk.iterdir()) == []
