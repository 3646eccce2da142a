"""The guide's three calls on the distributor."""

import pytest

from apportion.assemble import TaskDistributor
from apportion.errors import (
    TaskConflictError,
)
from apportion.events import TaskAssigned
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from tests.runtime.waiting import Seen


async def test_a_task_is_distributed_at_once_or_not_at_all(store):
    seen = Seen()
    async with TaskDistributor.open(store, observers=[seen]) as distributor:
        assert await distributor.distribute_task(TaskRequirements()) is None
        assert sum((await distributor.counts()).values()) == 0
        distributor.add_worker(WorkerInfo("theirs", (), 1))
        task_id = await distributor.distribute_task(TaskRequirements(task_type="test-generation"), {"file": "a.ts"})
        assert task_id is not None
        assert [fact.task_id for fact in seen.of(TaskAssigned)] == [task_id]
        assert await distributor.distribute_task(TaskRequirements()) is None
        await distributor.handle_task_completion("theirs", task_id, success=True, duration=5.0, result="done")
        assert (await distributor.task(task_id)).result == "done"
        with pytest.raises(TaskConflictError):
            await distributor.handle_task_completion("theirs", task_id, success=True, duration=5.0)


async def test_overload_is_noticed():
    async with TaskDistributor.open(None) as distributor:
        distributor.add_worker(WorkerInfo("full", (), 1))
        distributor.add_worker(WorkerInfo("free", (), 100))
        await distributor.distribute_task(TaskRequirements(affinity=["full"]))
        advice = distributor.monitor_and_rebalance()
        assert "overloaded" in advice[0].reason
        assert (advice[0].from_worker, advice[0].to_worker) == ("full", "free")
