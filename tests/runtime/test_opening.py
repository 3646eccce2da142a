"""What opening finds, what closing leaves, and what cannot be opened."""

import asyncio
import json
import threading

import pytest

from apportion.assemble import TaskDistributor
from apportion.errors import (
    ConfigurationError,
    FieldTypeError,
    NotRunningError,
    StoreHeldError,
    UnknownStrategyError,
)
from apportion.events import TaskSucceeded
from apportion.model.lifecycle import TaskState
from apportion.model.worker import WorkerInfo
from tests.runtime.waiting import PATIENCE, Seen
from tests.runtime.work import HANDLERS


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
