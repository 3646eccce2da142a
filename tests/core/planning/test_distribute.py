"""The guide's distribution by priority, with capacity."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given

from apportion.clock import VirtualClock, fresh_random
from apportion.core.balancer import LoadBalancer
from apportion.core.planning.distribute import distribute_tasks
from apportion.core.pool.pool import WorkerPool
from apportion.core.rules import eligible
from apportion.model.task import QueuedTask, TaskRequirements
from apportion.model.worker import WorkerInfo
from tests import generators as some


def balancer():
    return LoadBalancer(clock=VirtualClock(1000.0), rng=fresh_random(1))


def test_higher_priority_first_and_what_does_not_fit_is_left_out():
    low, high, later = (TaskRequirements(complexity=2, priority=priority) for priority in (1, 9, 9))
    found = distribute_tasks([low, high, later], [WorkerInfo("w1", (), 4)], balancer())
    assert [id(task) for task in found["w1"]] == [id(high), id(later)]


def test_workers_without_tasks_are_not_named():
    assert distribute_tasks([], [WorkerInfo("w1", (), 4)], balancer()) == {}
    assert distribute_tasks([TaskRequirements(["gpu"])], [WorkerInfo("w1", (), 4)], balancer()) == {}


def test_a_pool_of_the_callers_is_not_touched():
    pool = WorkerPool([WorkerInfo("w1", (), 4)])
    assert distribute_tasks([TaskRequirements()], pool, balancer())
    assert pool[0].current_load == 0


@given(some.queues(), some.fleets())
def test_it_can_be_carried_out_in_its_order_and_changes_no_argument(queue, workers):
    tasks = [queued.requirements for queued in queue]
    before = deepcopy((tasks, workers))
    found = distribute_tasks(iter(tasks), iter(workers), balancer())
    assert (tasks, workers) == before
    now = {worker.id: worker for worker in workers}
    for id, placed in found.items():
        assert [task.priority for task in placed] == sorted((task.priority for task in placed), reverse=True)
        for task in placed:
            assert eligible(task, now[id])
            now[id] = now[id].with_load(now[id].current_load + task.complexity)


def test_what_is_no_task_is_refused_by_name():
    wrongs: list[Any] = [None, "lint", [QueuedTask("t1", TaskRequirements())]]
    for wrong in wrongs:
        with pytest.raises(TypeError, match="task"):
            distribute_tasks(wrong, [WorkerInfo("w1", (), 4)], balancer())
