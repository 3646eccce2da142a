"""The embedded runtime from end to end, in memory and on a file."""

import asyncio
import gc
from typing import Any

import pytest

from apportion.assemble import TaskDistributor
from apportion.config import RuntimeConfig
from apportion.errors import (
    DuplicateError,
    FieldError,
    FieldTypeError,
    QueueFullError,
    ResultTimeoutError,
    TaskConflictError,
    TaskFailedError,
    UnknownTaskError,
)
from apportion.model.lifecycle import TaskState
from apportion.model.worker import WorkerInfo
from apportion.ports import TaskFilter
from tests.runtime.waiting import PATIENCE
from tests.runtime.work import HANDLERS, double, double_soon


@pytest.mark.parametrize("task_type", ["double", "double-soon"])
async def test_a_task_is_done_and_its_result_comes_back(distributor, task_type):
    handle = await distributor.submit(task_type, [1], capabilities={"typescript"}, complexity=3, priority=8)
    assert await handle.result(timeout=PATIENCE) == [1, 1]
    task = await handle.task()
    assert (task.state, task.attempt, task.assigned_worker) == (TaskState.SUCCEEDED, 1, "w")


async def test_functions_run_in_processes(tmp_path):
    async with TaskDistributor.open(tmp_path / "tasks.db") as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 2), {"sum": sum_of}, executor="process")
        handle = await distributor.submit("sum", [1, 2, 3])
        assert await handle.result(timeout=PATIENCE) == 6


def sum_of(numbers):
    return sum(numbers)


@pytest.mark.parametrize("wrong", ["treads", 3, None, object()])
async def test_what_cannot_run_attempts_is_refused_when_it_is_given(distributor, wrong):
    with pytest.raises((TypeError, ValueError), match=r"^executor"):
        distributor.add_local_worker(WorkerInfo("other", (), 2), {"sum": sum_of}, executor=wrong)
    assert "other" not in [worker.id for worker in distributor.workers()]


async def test_commands_run(tmp_path):
    made = tmp_path / "made"
    async with TaskDistributor.open(None) as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 2), executor="command")
        handle = await distributor.submit("any", {"command": ["touch", str(made)]})
        await handle.result(timeout=PATIENCE)
        assert (await handle.task()).exit_code == 0
    assert made.exists()


async def test_many_are_taken_together(distributor):
    handles = await distributor.submit_many(
        [
            {"task_type": "double", "payload": number, "requirements": {"capabilities": ["typescript"]}}
            for number in range(300)
        ]
    )
    assert [await handle.result(timeout=PATIENCE) for handle in handles] == [2 * number for number in range(300)]
    await distributor.join()
    assert (await distributor.counts())[TaskState.SUCCEEDED] == 300


async def test_of_many_those_that_can_be_taken_are_taken_and_the_first_refusal_is_raised(distributor):
    given = [{"task_type": "double", "payload": number, "id": name} for number, name in enumerate("abacca")]
    with pytest.raises(DuplicateError, match="'a'"):
        await distributor.submit_many(given)
    await distributor.join()
    assert (await distributor.counts())[TaskState.SUCCEEDED] == 3


async def test_whoever_gives_up_waiting_for_many_is_told_nothing_more(distributor):
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
    taking = asyncio.create_task(distributor.submit_many([{"task_type": "double", "payload": 1, "id": "same"}] * 5))
    asyncio.get_running_loop().call_soon(taking.cancel)  # once it has asked, and waits
    with pytest.raises(asyncio.CancelledError):
        await taking
    await distributor.join()
    gc.collect()
    assert not complaints
    assert (await distributor.counts())[TaskState.SUCCEEDED] == 1


async def test_a_failure_says_why(distributor):
    handle = await distributor.submit("fail", "out of luck", max_attempts=2)
    with pytest.raises(TaskFailedError, match="out of luck"):
        await handle.result(timeout=PATIENCE)
    task = await handle.task()
    assert (task.failures, task.attempt) == (2, 2)


async def test_waiting_for_a_result_ends_and_the_task_goes_on(distributor):
    handle = await distributor.submit("nobody does this")
    with pytest.raises(ResultTimeoutError):
        await handle.result(timeout=0)
    assert (await handle.task()).state is TaskState.QUEUED


async def test_a_task_can_be_cancelled_and_retried(distributor):
    handle = await distributor.submit("later")
    await handle.cancel()
    with pytest.raises(TaskFailedError, match="cancelled"):
        await handle.result(timeout=PATIENCE)
    with pytest.raises(TaskConflictError):
        await handle.cancel()
    await distributor.retry(handle.id)
    assert not handle.done
    distributor.add_local_worker(WorkerInfo("late", (), 1), {"later": double})
    assert await handle.wait(timeout=PATIENCE)


async def test_the_same_key_is_the_same_task(distributor):
    first = await distributor.submit("double", 1, idempotency_key="k")
    assert await first.result(timeout=PATIENCE) == 2
    second = await distributor.submit("double", 1, idempotency_key="k")
    assert second.id == first.id
    assert await second.result(timeout=PATIENCE) == 2
    with pytest.raises(TaskConflictError):
        await distributor.submit("double", 2, idempotency_key="k")
    other = await distributor.submit("double", 2, idempotency_key="k", tenant="other")
    assert other.id != first.id


async def test_the_same_key_at_the_same_time_is_one_task(distributor):
    handles = await asyncio.gather(*(distributor.submit("double", 1, idempotency_key="k") for _ in range(20)))
    assert len({handle.id for handle in handles}) == 1
    await distributor.join()
    assert (await distributor.counts())[TaskState.SUCCEEDED] == 1


async def test_an_id_that_is_taken_is_refused(distributor):
    await distributor.submit("double", 1, id="one")
    with pytest.raises(DuplicateError):
        await distributor.submit("double", 1, id="one")


async def test_what_is_no_json_is_refused_alone(distributor):
    results: Any = await asyncio.gather(
        distributor.submit("double", 1),
        distributor.submit("double", {"a": {1, 2}}),
        distributor.submit("double", float("nan")),
        distributor.submit("double", 2),
        return_exceptions=True,
    )
    assert isinstance(results[1], FieldTypeError)
    assert isinstance(results[2], FieldError)
    assert [await results[index].result(timeout=PATIENCE) for index in (0, 3)] == [2, 4]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"priorty": 3}, "priority"),
        ({"complexity": 0}, "complexity"),
        ({"timeout": -1}, "timeout"),
        ({"max_attempts": 0}, "max_attempts"),
        ({"id": "x" * 256}, "255"),
        ({"tenant": ""}, "tenant"),
        ({"requirements": {"complexity": 2}, "priority": 2}, "once"),
        ({"capabilities": [["nested"]]}, "capabilities"),
        ({"capabilities": "typescript"}, "capabilities"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(distributor, options, problem):
    with pytest.raises((FieldError, FieldTypeError), match=problem):
        await distributor.submit("double", 1, **options)


async def test_a_full_queue_refuses(store):
    async with TaskDistributor.open(store, config=RuntimeConfig(max_queued=2)) as distributor:
        results = await asyncio.gather(*(distributor.submit("t") for _ in range(3)), return_exceptions=True)
        assert [type(result) for result in results].count(QueueFullError) == 1
        assert (await distributor.counts())[TaskState.QUEUED] == 2


async def test_it_explains_what_would_happen_and_what_did(distributor):
    assert distributor.explain("double").outcome == "worker"
    impossible = await distributor.submit("double", 1, capabilities={"gpu"})
    explained = await distributor.explain_task(impossible.id)
    assert "could ever take it" in explained.reason
    assert explained.now is not None
    assert "missing-capability" in explained.now.rejected
    done = await distributor.submit("double", 1)
    await done.wait(timeout=PATIENCE)
    assert (await distributor.explain_task(done.id)).decision["strategy"] == "adaptive"
    with pytest.raises(UnknownTaskError):
        await distributor.explain_task("no such task")


async def test_tasks_are_listed_by_what_is_asked_for(distributor):
    handles = await distributor.submit_many([{"task_type": "double", "payload": 1}] * 3)
    await distributor.join()
    found, cursor = await distributor.page(TaskFilter(state=TaskState.SUCCEEDED), limit=2)
    rest, end = await distributor.page(TaskFilter(state=TaskState.SUCCEEDED), limit=2, cursor=cursor)
    assert {task.id for task in found + rest} == {handle.id for handle in handles}
    assert end is None


async def test_a_drained_worker_gets_nothing_new(distributor):
    await distributor.drain("w")
    handle = await distributor.submit("double", 1)
    distributor.add_local_worker(WorkerInfo("other", (), 1), HANDLERS)
    await handle.wait(timeout=PATIENCE)
    assert (await handle.task()).assigned_worker == "other"


async def test_what_a_removed_worker_runs_is_done_by_another(distributor):
    started = asyncio.Event()

    async def forever(_payload):
        started.set()
        await asyncio.Event().wait()

    distributor.add_local_worker(WorkerInfo("leaving", (), 1), {"slow": forever})
    handle = await distributor.submit("slow", 1)
    await started.wait()
    await distributor.remove_worker("leaving", grace=0)
    distributor.add_local_worker(WorkerInfo("staying", (), 1), {"slow": double_soon})
    assert await handle.result(timeout=PATIENCE) == 2
    assert (await handle.task()).failures == 0
