"""A store that is full, fails, or lies: what was acknowledged is kept, what is refused never was."""

import asyncio

import pytest

from apportion.assemble import TaskDistributor
from apportion.config import RuntimeConfig
from apportion.errors import StoreError, StoreFullError
from apportion.events import StoreTroubled, TaskSucceeded
from apportion.model.lifecycle import TaskState
from apportion.model.worker import WorkerInfo
from apportion.ports import TaskFilter
from tests.runtime.faulty_store import FaultyStore
from tests.runtime.waiting import PATIENCE, Seen

QUICK = RuntimeConfig(retry_backoff=0.0)


class Gate:
    """Handlers that start, and end when they are let."""

    def __init__(self):
        self.started = asyncio.Event()
        self.opened = asyncio.Event()
        self.runs = 0

    async def __call__(self, payload):
        self.runs += 1
        self.started.set()
        await self.opened.wait()
        return payload


@pytest.fixture
async def gate():
    return Gate()


@pytest.fixture
async def seen():
    return Seen()


@pytest.fixture
async def store():
    return FaultyStore()


@pytest.fixture
async def distributor(store, gate, seen):
    async def gated(payload):
        return await gate(payload)

    async with TaskDistributor.open(store, config=QUICK, observers=[seen]) as opened:
        opened.add_local_worker(WorkerInfo("w", (), 2), {"t": gated})
        yield opened
        store.full = False
        gate.opened.set()


async def test_a_full_disk_refuses_what_is_asked_and_does_nothing_of_it(distributor, store, gate):
    store.full = True
    results = await asyncio.gather(*(distributor.submit("t", number) for number in range(5)), return_exceptions=True)
    assert [type(result) for result in results] == [StoreFullError] * 5
    assert gate.runs == 0
    store.full = False
    assert (await distributor.counts())[TaskState.QUEUED] == 0
    gate.opened.set()
    handle = await distributor.submit("t", "after")
    assert await handle.result(timeout=PATIENCE) == "after"
    assert gate.runs == 1


async def test_what_ends_while_the_disk_is_full_is_kept_and_written_later(distributor, store, gate, seen):
    handle = await distributor.submit("t", "precious")
    await gate.started.wait()
    store.full = True
    gate.opened.set()
    await seen.until(lambda: seen.of(StoreTroubled))
    assert not handle.done
    assert seen.of(TaskSucceeded) == []
    store.full = False
    assert await handle.result(timeout=PATIENCE) == "precious"
    assert gate.runs == 1


async def test_while_the_disk_is_full_submits_are_refused_at_once(distributor, store, gate):
    await distributor.submit("t", "running")
    await gate.started.wait()
    store.full = True
    gate.opened.set()
    for _ in range(3):
        with pytest.raises(StoreFullError):
            await distributor.submit("t", "refused")


async def test_nothing_starts_before_its_assignment_is_written(distributor, store, gate, seen):
    waits = await distributor.submit("only the late one does this")
    store.full = True

    async def late(_payload):
        gate.runs += 1

    distributor.add_local_worker(WorkerInfo("late", (), 1), {"only the late one does this": late})
    await seen.until(lambda: seen.of(StoreTroubled))
    assert gate.runs == 0
    store.full = False
    await waits.wait(timeout=PATIENCE)
    assert gate.runs == 1


async def test_a_short_trouble_is_not_even_noticed(distributor, store, gate):
    store.fails = 2
    gate.opened.set()
    handle = await distributor.submit("t", "kept")
    assert await handle.result(timeout=PATIENCE) == "kept"


async def test_a_long_trouble_refuses(distributor, store):
    store.fails = 3
    with pytest.raises(StoreError, match="locked"):
        await distributor.submit("t", "refused")
    assert sum((await distributor.counts()).values()) == 0


async def test_what_was_written_though_it_was_reported_as_failed_is_there_once(distributor, store, gate, seen):
    gate.opened.set()
    store.lies = 1
    handle = await distributor.submit("t", "once")
    assert await handle.result(timeout=PATIENCE) == "once"
    store.lies = 1
    handle = await distributor.submit("t", "twice")
    assert await handle.result(timeout=PATIENCE) == "twice"
    assert gate.runs == 2
    assert len(seen.of(TaskSucceeded)) == 2


async def test_with_a_store_that_lies_now_and_then_submits_that_are_repeated_are_tasks_once(distributor, store, gate):
    gate.opened.set()

    async def submit(number):
        for _ in range(10):
            try:
                return await distributor.submit("t", number, idempotency_key=f"key {number}")
            except StoreError:
                continue
        pytest.fail("refused ten times")

    for number in range(0, 200, 20):
        store.lies, store.fails = number // 20 % 3, number // 40 % 5
        await asyncio.gather(*(submit(each) for each in range(number, number + 20)))
    await distributor.join()
    tasks, _ = await distributor.page(TaskFilter(), limit=1000)
    assert sorted(task.payload for task in tasks) == list(range(200))
    assert {task.state for task in tasks} == {TaskState.SUCCEEDED}
    assert gate.runs == 200


async def test_what_was_written_is_not_refused_though_the_store_says_so_again_and_again(distributor, store, gate):
    gate.opened.set()
    store.lies, store.fails_after_lies = 1, 5
    handle = await distributor.submit("t", "there")
    assert await handle.result(timeout=PATIENCE) == "there"
    assert gate.runs == 1


async def test_a_store_that_stays_full_does_not_keep_the_run_from_ending(store, gate):
    async def gated(payload):
        return await gate(payload)

    distributor = TaskDistributor.open(store, config=QUICK)
    async with distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 2), {"t": gated})
        handle = await distributor.submit("t", "again")
        await gate.started.wait()
        store.full = True
    store.full = False
    task = store.get(handle.id)
    assert task is not None
    assert (task.state, task.failures) == (TaskState.ASSIGNED, 0), "the next run queues it again"
