"""Lists of tasks without names of their own are taken as a whole, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from apportion.assemble import TaskDistributor
from apportion.config import RuntimeConfig
from apportion.errors import FieldError, FieldTypeError, QueueFullError, StoreError
from apportion.model.worker import WorkerInfo
from tests.runtime.faulty_store import FaultyStore


@pytest.mark.parametrize(
    ("last", "error"),
    [
        ({"task_type": "echo", "payload": object()}, FieldTypeError),
        ({"task_type": "echo", "payload": float("nan")}, FieldError),
        ({"task_type": "echo", "timeout": -1}, FieldError),
        ({"task_type": "echo", "after": ["nobody"]}, FieldError),
    ],
)
async def test_one_that_cannot_be_taken_keeps_all_out(last: Any, error: type[Exception]):
    async with TaskDistributor.open(None) as distributor:
        with pytest.raises(error):
            await distributor.submit_many([*[{"task_type": "echo"}] * 3, last])
        assert sum((await distributor.counts()).values()) == 0


async def test_a_queue_without_room_for_all_takes_none():
    async with TaskDistributor.open(None, config=RuntimeConfig(max_queued=3)) as distributor:
        with pytest.raises(QueueFullError):
            await distributor.submit_many([{"task_type": "echo"}] * 4)
        assert sum((await distributor.counts()).values()) == 0
        assert len(await distributor.submit_many([{"task_type": "echo"}] * 3)) == 3


async def test_a_full_disk_takes_none_and_the_next_try_takes_all():
    store = FaultyStore()
    async with TaskDistributor.open(store) as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 4), handlers={"echo": lambda payload: payload})
        store.full = True
        with pytest.raises(StoreError):
            await distributor.submit_many([{"task_type": "echo", "payload": 1}] * 3)
        store.full = False
        handles = await distributor.submit_many([{"task_type": "echo", "payload": 2}] * 3)
        assert [await handle.result(timeout=20) for handle in handles] == [2, 2, 2]
    assert sum(store.counts().values()) == 3
