"""A task that is cancelled before the stored queue was read is not taken for one that waits."""

from __future__ import annotations

import asyncio
from pathlib import Path

from apportion.assemble import TaskDistributor
from apportion.model.lifecycle import TaskState
from apportion.model.worker import WorkerInfo


async def test_a_task_cancelled_before_it_was_read_counts_once(tmp_path: Path) -> None:
    """Everything else is done, and whoever waits for the end of it all is told."""
    store = tmp_path / "tasks.db"
    async with TaskDistributor.open(store) as first:
        for id in ("a", "b", "c"):
            await first.submit("note", None, id=id)
    async with TaskDistributor.open(store) as second:
        await second.cancel("a")
        second.add_local_worker(WorkerInfo("w", (), 2), handlers={"note": str})
        await asyncio.wait_for(second.join(), 20)
        counts = await second.counts()
    assert counts[TaskState.CANCELLED] == 1
    assert counts[TaskState.SUCCEEDED] == 2
