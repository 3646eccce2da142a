"""The embedded runtime from end to end, in memory and on a file."""

import asyncio
import json
import threading
from typing import Any

import pytest

from apportion.assemble import TaskDistributor
from apportion.config import RuntimeConfig
from apportion.errors import (
    ConfigurationError,
    DuplicateError,
    FieldError,
    FieldTypeError,
    NotRunningError,
    QueueFullError,
    ResultTimeoutError,
    StoreHeldError,
    TaskConflictError,
    TaskFailedError,
    UnknownStrategyError,
    UnknownTaskError,
)
from apportion.events import TaskAssigned, TaskSucceeded
from apportion.model.lifecycle import TaskState
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from apportion.ports import TaskFilter
from tests.runtime.waiting import PATIENCE, Seen


def double(payload):
    return payload * 2


async def double_soon(payload):
    return payload * 2


def fail(payload):
    raise ValueError(payload)


HANDLERS = {"double": double, "double-soon": double_soon, "fail": fail}
QUICK = RuntimeConfig(retry_backoff=0.0)


@pytest.fixture(params=["memory", "file"])
def store(request, tmp_path):
    return None if request.param == "memory" else tmp_path / "tasks.db"


@pytest.fixture
async def distributor(store):
    async with TaskDistributor.open(store, config=QUICK) as opened:
        opened.add_local_worker(WorkerInfo("w", {"typescript"}, 10), HANDLERS)
        yield opened


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


# --- the guide's three ----------------------------------------------------------------------------------------------


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


# --- opening and closing --------------------------------------------------------------------------------------------


async def test_what_is_done_stays_done_and_what_waits_goes_on(tmp_path):
    ran: list[str] = []
    async with TaskDistributor.open(tmp_path / "tasks.db") as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 1), {"known": ran.append})
        done = await distributor.submit("known", "first")
        await done.wait(timeout=PATIENCE)
        waits = await distributor.submit("not known yet", "second")
    async with TaskDistributor.open(tmp_path / "tasks.db") as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 1), {"known": ran.append, "not known yet": ran.append})
        handle = await distributor.handle(waits.id)
        await handle.wait(timeout=PATIENCE)
        assert (await (await distributor.handle(done.id)).wait(timeout=PATIENCE)).state is TaskState.SUCCEEDED
    assert ran == ["first", "second"]


async def test_what_runs_when_it_is_closed_is_queued_again_uncounted(tmp_path):
    started = asyncio.Event()

    async def forever(_payload):
        started.set()
        await asyncio.Event().wait()

    async with TaskDistributor.open(tmp_path / "tasks.db") as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 1), {"t": forever})
        handle = await distributor.submit("t", 1, max_attempts=1)
        await started.wait()
        await distributor.stop(grace=0)
        with pytest.raises(NotRunningError):
            await handle.task()
    async with TaskDistributor.open(tmp_path / "tasks.db") as distributor:
        task = await distributor.task(handle.id)
        assert (task.state, task.failures) == (TaskState.QUEUED, 0)


async def test_who_still_waits_when_it_is_closed_is_told(distributor):
    handle = await distributor.submit("nobody does this")
    waiting = asyncio.create_task(handle.wait())
    joining = asyncio.create_task(distributor.join())
    await distributor.counts()
    await distributor.stop()
    for task in (waiting, joining):
        with pytest.raises(NotRunningError):
            await task


async def test_closed_is_closed():
    distributor = TaskDistributor.open(None)
    with pytest.raises(NotRunningError):
        await distributor.submit("t")
    async with distributor:
        pass
    with pytest.raises(NotRunningError):
        await distributor.submit("t")
    await distributor.stop()
    with pytest.raises(NotRunningError):
        async with distributor:
            pass


async def test_a_file_is_opened_by_one_at_a_time(tmp_path):
    async with TaskDistributor.open(tmp_path / "tasks.db"):
        with pytest.raises(StoreHeldError):
            async with TaskDistributor.open(tmp_path / "tasks.db"):
                pass


async def test_what_was_learned_is_there_when_it_is_opened_again(tmp_path):
    async def slow(_payload):
        return None

    async with TaskDistributor.open(tmp_path / "tasks.db") as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 4), {"t": slow})
        await distributor.submit_many([{"task_type": "t"}] * 20)
        await distributor.join()
        before = learned_by(distributor)
    async with TaskDistributor.open(tmp_path / "tasks.db") as distributor:
        assert json.loads(json.dumps(learned_by(distributor))) == json.loads(json.dumps(before))


async def test_an_observer_that_fails_stops_nothing():
    problems = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: problems.append(context["message"]))

    def fails(_fact):
        raise RuntimeError("not my day")

    seen = Seen()
    async with TaskDistributor.open(None, observers=[fails, seen]) as distributor:
        distributor.add_local_worker(WorkerInfo("w", (), 1), HANDLERS)
        handle = await distributor.submit("double", 1)
        assert await handle.result(timeout=PATIENCE) == 2
    assert "an observer failed on TaskSucceeded" in problems
    assert len(seen.of(TaskSucceeded)) == 1


def learned_by(distributor):
    return distributor.balancer.adaptive.state_dict()


def test_what_cannot_be_opened_is_refused_by_name(tmp_path):
    with pytest.raises(UnknownStrategyError):
        TaskDistributor.open(None, strategy="no such strategy")
    with pytest.raises(ConfigurationError, match="sqlite"):
        TaskDistributor.open("sqlit:///x.db")
    with pytest.raises(FieldTypeError):
        TaskDistributor.open(42)  # type: ignore[arg-type]


async def test_a_url_names_a_file(tmp_path):
    async with TaskDistributor.open(f"sqlite:///{tmp_path}/tasks.db") as distributor:
        await distributor.submit("t")
    async with TaskDistributor.open(tmp_path / "tasks.db") as distributor:
        assert (await distributor.counts())[TaskState.QUEUED] == 1


def test_handlers_run_off_the_event_loop_thread():
    threads = []

    async def main():
        async with TaskDistributor.open(None) as distributor:
            distributor.add_local_worker(WorkerInfo("w", (), 1), {"t": lambda _: threads.append(threading.get_ident())})
            await (await distributor.submit("t")).wait(timeout=PATIENCE)

    asyncio.run(main())
    assert threads != [threading.get_ident()]


async def test_what_is_remembered_of_equal_requirements_lets_no_wrong_value_in(distributor):
    await distributor.submit("double", 1, complexity=1, capabilities=["typescript"])
    with pytest.raises(FieldTypeError):
        await distributor.submit("double", 1, complexity=True, capabilities=["typescript"])
    capabilities = ["typescript"]
    await distributor.submit("double", 1, capabilities=capabilities)
    capabilities[0] = "gpu"
    handle = await distributor.submit("double", 1, capabilities=capabilities)
    assert (await handle.task()).requirements.capabilities == {"gpu"}
