"""The facade without await."""

import pytest

from apportion.assemble import SyncTaskDistributor
from apportion.errors import NotRunningError, TaskFailedError
from apportion.model.lifecycle import TaskState
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from tests.runtime.waiting import PATIENCE


def test_the_same_calls_without_await(tmp_path):
    with SyncTaskDistributor.open(tmp_path / "tasks.db") as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 4), {"double": lambda payload: payload * 2})
        assert distributor.submit("double", 2).result(timeout=PATIENCE) == 4
        handles = distributor.submit_many([{"task_type": "double", "payload": number} for number in range(10)])
        distributor.join()
        assert [handle.wait(timeout=PATIENCE).result for handle in handles] == [2 * number for number in range(10)]
        assert distributor.counts()[TaskState.SUCCEEDED] == 11
        assert distributor.explain("double").outcome == "worker"
        assert [worker.id for worker in distributor.workers()] == ["w"]
        waits = distributor.submit("nobody does this")
        waits.cancel()
        with pytest.raises(TaskFailedError):
            distributor.handle(waits.id).result(timeout=PATIENCE)
        assert distributor.explain_task(waits.id).state is TaskState.CANCELLED
        assert distributor.distribute_task(TaskRequirements(task_type="unknown")) is None
        assert distributor.recommendations() == []
    with pytest.raises(NotRunningError):
        distributor.submit("double", 2)


def test_workers_can_be_added_before_it_is_entered():
    distributor = SyncTaskDistributor.open(None)
    distributor.add_local_worker(WorkerInfo("w", (), 4), {"double": lambda payload: payload * 2})
    with distributor:
        assert distributor.submit("double", 2).result(timeout=PATIENCE) == 4
