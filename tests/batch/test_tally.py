"""What is counted of a run while it goes on, and the figures at its end. Times are seconds since its start."""

from collections import Counter
from pathlib import Path

import pytest

from apportion.batch.summary import summarise
from apportion.batch.tally import Tally
from apportion.events import TaskAssigned, TaskCancelled, TaskFailed, TaskRequeued, TaskSucceeded
from apportion.model.lifecycle import TaskState
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo

WORKERS = [WorkerInfo("a", (), 2), WorkerInfo("b", (), 4)]


def a_tally(*types: str, before: int = 0) -> Tally:
    return Tally(WORKERS, types, Counter({TaskState.SUCCEEDED: before}), now=0.0)


def a_task(id: str = "x", worker: str = "a", complexity: float = 1, **fields) -> Task:
    return Task(id, "hash", requirements=TaskRequirements(complexity=complexity), assigned_worker=worker, **fields)


def assigned(task: Task) -> TaskAssigned:
    return TaskAssigned(0, task)


def succeeded(task: Task) -> TaskSucceeded:
    return TaskSucceeded(0, task.replace(state=TaskState.SUCCEEDED))


def failed(task: Task) -> TaskFailed:
    return TaskFailed(0, task.replace(state=TaskState.FAILED, error="exit code 1", failures=1))


def test_a_task_that_runs_loads_its_worker_until_it_ends():
    tally, task = a_tally("hash"), a_task(complexity=2)
    tally.observe(assigned(task), 1)
    assert (tally.running, tally.workers["a"].load, tally.ended.total()) == (1, 2, 0)
    tally.observe(succeeded(task), 3)
    assert (tally.running, tally.workers["a"].load, tally.ended[TaskState.SUCCEEDED]) == (0, 0, 1)
    assert (tally.workers["a"].tasks, tally.workers["a"].failures) == (1, 0)


def test_a_retry_counts_the_attempt_and_not_the_task():
    tally, task = a_tally("hash"), a_task()
    tally.observe(assigned(task), 0)
    tally.observe(TaskRequeued(0, task, worker_id="a", reason="exit code 3", counted=True), 1)
    assert (tally.retried, tally.ended.total(), tally.workers["a"].failures) == (1, 0, 1)
    assert [(failure.error, failure.final) for failure in tally.failures] == [("exit code 3", False)]
    tally.observe(assigned(a_task(worker="b")), 2)
    tally.observe(failed(a_task(worker="b")), 4)
    assert (tally.retried, tally.ended[TaskState.FAILED], tally.workers["b"].failures) == (1, 1, 1)


def test_an_attempt_that_was_cut_short_counts_for_nobody():
    tally, task = a_tally("hash"), a_task()
    tally.observe(assigned(task), 0)
    tally.observe(TaskRequeued(0, task, worker_id="a", reason="handed back"), 1)
    assert (tally.retried, tally.workers["a"].tasks, tally.running, tally.failure_count) == (0, 0, 0, 0)


def test_a_task_can_fail_without_an_attempt_and_be_cancelled_in_the_middle_of_one():
    tally = a_tally("hash", "hash")
    tally.observe(failed(a_task("late")), 1)
    tally.observe(assigned(a_task("unwanted")), 1)
    tally.observe(TaskCancelled(0, a_task("unwanted", state=TaskState.CANCELLED)), 2)
    assert (tally.ended[TaskState.FAILED], tally.ended[TaskState.CANCELLED]) == (1, 1)
    assert (tally.workers["a"].tasks, tally.running) == (0, 0)


def test_nothing_is_said_about_the_time_left_before_anything_is_known():
    assert a_tally("hash").seconds_left(5) is None


def test_the_time_left_is_the_work_left_shared_by_as_many_hands_as_were_busy():
    tally = a_tally(*["hash"] * 6)
    for id in ("x", "y"):
        tally.observe(assigned(a_task(id)), 0)
    for id in ("x", "y"):
        tally.observe(succeeded(a_task(id)), 10)
    # 4 tasks of 10 s each are left, and 2 hands were busy: 4 · 10 / 2.
    assert tally.seconds_left(10) == pytest.approx(20)


def test_what_ended_in_earlier_runs_is_part_of_the_whole():
    tally = a_tally("hash", before=3)
    assert (tally.total, tally.ended.total()) == (4, 3)


def test_the_summary_has_a_row_a_worker_and_a_row_a_type():
    tally = a_tally("hash", "hash", "hash", before=1)
    tally.observe(assigned(a_task("x")), 0)
    tally.observe(assigned(a_task("y")), 2)
    tally.observe(succeeded(a_task("x")), 4)
    tally.observe(failed(a_task("y")), 6)
    summary = summarise(tally, [], Path("results.jsonl"), Path("logs"), now=10)
    a, b = summary.workers
    # Busy from 0 to 6; used 4 + 4 of 2 · 10 units of capacity times seconds.
    assert (a.tasks, a.failures, a.busy) == (2, 1, 6)
    assert a.utilisation == pytest.approx(0.4)
    assert (b.tasks, b.busy, b.utilisation) == (0, 0, 0)
    (row,) = summary.types
    assert (row.task_type, row.count, row.failed, row.mean, row.p95) == ("hash", 2, 1, 4, 4)
    assert (summary.total, summary.succeeded, summary.failed, summary.waiting, summary.before) == (4, 2, 1, 1, 1)
