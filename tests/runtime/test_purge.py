"""Tasks that ended long ago are deleted, a few at a time, and what is waited for is not."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from apportion.assemble import TaskDistributor, back_up
from apportion.clock import VirtualClock
from apportion.config import RuntimeConfig
from apportion.errors import StoreError, UnknownTaskError
from apportion.model.lifecycle import TaskState
from apportion.model.ranks import PARKED
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo
from apportion.ports import Insert, TaskFilter, TaskStore
from apportion.runtime.purge import Purge
from apportion.stores.memory import MemoryStore
from apportion.stores.sqlite import SqliteStore

DAY = 86_400.0


def ended(id: str, days: float, **fields: object) -> Task:
    return Task(id, "lint", state=TaskState.SUCCEEDED, lease=1, finished_at=days * DAY, **fields)  # type: ignore[arg-type]


def purge_of(store: TaskStore, now: float, days: float = 7.0) -> Purge:
    return Purge(store, days, VirtualClock(now * DAY), asyncio.to_thread, asyncio.to_thread)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_what_ended_too_long_ago_goes_and_all_else_stays(kind: str, tmp_path: Path):
    with closing(MemoryStore() if kind == "memory" else SqliteStore(tmp_path / "tasks.db")) as store:
        old = [ended(f"old{number:04}", 1.0, idempotency_key=f"k{number}") for number in range(1000)]
        waiting = Task("waiting", "lint", after=("old0007", "young"), rank=PARKED)
        store.commit([*map(Insert, old), Insert(ended("young", 5.0)), Insert(Task("queued", "lint")), Insert(waiting)])
        assert await purge_of(store, 9.0).purge() == 999
        left = [task.id for task in store.page(TaskFilter(), 10)[0]]
        assert left == ["old0007", "queued", "waiting", "young"], "what a parked task waits for is kept for it"
        assert store.find("default", "k1") is None, "a key lives as long as its task"
        assert store.commit([Insert(ended("again", 9.0, idempotency_key="k1"))]) == [True]
        assert await purge_of(store, 9.0).purge() == 0


async def test_commits_of_others_go_on_between_its_own():
    """No commit deletes many, so that whoever writes meanwhile waits for a few at most."""
    store, sizes = MemoryStore(), []
    store.commit([Insert(ended(f"t{number:04}", 1.0)) for number in range(1000)])

    async def write(call, changes):
        sizes.append(len(changes))
        return call(changes)

    await Purge(store, 1.0, VirtualClock(9 * DAY), asyncio.to_thread, write).purge()
    assert sum(sizes) == 1000
    assert max(sizes) <= 256


async def test_a_distributor_purges_by_itself():
    config = RuntimeConfig(keep_finished=1e-9)
    async with TaskDistributor.open(None, config=config) as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 1), handlers={"echo": lambda payload: payload})
        handle = await distributor.submit("echo", 1)
        await handle.result(timeout=20)
        with pytest.raises(UnknownTaskError):
            await _until_it_is_gone(distributor, handle.id)


async def _until_it_is_gone(distributor: TaskDistributor, id: str) -> None:
    while True:
        await distributor.task(id)


async def test_a_distributor_keeps_everything_unless_it_is_told_otherwise():
    assert RuntimeConfig().keep_finished is None


# --- a copy from outside --------------------------------------------------------------------------------------------


def test_a_store_that_is_open_elsewhere_is_copied(tmp_path: Path):
    with closing(SqliteStore(tmp_path / "tasks.db")) as store:
        store.commit([Insert(ended("a", 1.0))])
        back_up(f"sqlite:///{tmp_path / 'tasks.db'}", tmp_path / "copy.db")
        assert store.commit([Insert(Task("b", "lint"))]) == [True]
    with closing(SqliteStore(tmp_path / "copy.db")) as copy:
        assert copy.page(TaskFilter(), 9) == ([ended("a", 1.0)], None)


@pytest.mark.parametrize(("name", "says"), [("missing.db", "is not there"), ("notes.txt", "no SQLite database")])
def test_what_is_no_store_is_not_copied(tmp_path: Path, name: str, says: str):
    (tmp_path / "notes.txt").write_text("x" * 5000)
    with pytest.raises(StoreError, match=says):
        back_up(tmp_path / name, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
    assert not (tmp_path / "missing.db").exists()
