"""A run is killed in the middle, and another goes on: nothing lost, and nothing that had finished done again."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from apportion.assemble import TaskDistributor
from apportion.model.lifecycle import TaskState
from apportion.model.worker import WorkerInfo
from apportion.ports import TaskFilter
from apportion.stores.sqlite import SqliteStore
from tests.runtime.killed_run import ledger

SCRIPT = Path(__file__).with_name("killed_run.py")


def kill_after(store: Path, runs: Path, lines: int) -> set[str]:
    """Let a run acknowledge so many submits, kill it, and return all that it acknowledged."""
    command = [sys.executable, str(SCRIPT), str(store), str(runs), "100000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        acknowledged = {run.stdout.readline().strip() for _ in range(lines)}
        run.kill()
        acknowledged |= set(run.stdout.read().splitlines()[:-1])  # the last line may be cut off
    return acknowledged


def finished_in(store: Path) -> set[str]:
    opened = SqliteStore(store)
    try:
        return {task.id for task in opened.page(TaskFilter(state=TaskState.SUCCEEDED), 1_000_000)[0]}
    finally:
        opened.close()


def times_run(runs: Path) -> Counter[str]:
    return Counter(f"t{line}" for line in runs.read_text().split())


@pytest.mark.parametrize("lines", [1, 57, 400, 900])
async def test_nothing_is_lost_and_nothing_that_finished_is_done_again(tmp_path, lines):
    store, runs = tmp_path / "tasks.db", tmp_path / "runs"
    acknowledged = kill_after(store, runs, lines)
    assert len(acknowledged) >= lines
    finished = finished_in(store)
    before = times_run(runs) if runs.exists() else Counter()
    async with TaskDistributor.open(store) as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 8), {"t": ledger(str(runs))})
        await distributor.join()
        tasks, _ = await distributor.page(TaskFilter(), 1_000_000)
    states = {task.id: task.state for task in tasks}
    assert acknowledged <= states.keys()
    assert set(states.values()) == {TaskState.SUCCEEDED}
    after = times_run(runs)
    assert {id for id in finished if after[id] != before[id]} == set()
    assert max(after.values()) <= 2
