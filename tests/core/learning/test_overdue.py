"""A task that has not ended says something too: that it takes long."""

from collections import Counter
from random import Random

import pytest

from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.core.strategies.adaptive import AdaptiveStrategy
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from tests.core.learning.worlds import SEEDS, World, share

TASK = TaskRequirements(task_type="lint")


def test_of_unknown_workers_those_not_heard_of_are_not_preferred():
    slow, quick = [f"slow-{number}" for number in range(4)], [f"quick-{number}" for number in range(4)]
    got: Counter[str] = Counter()
    for seed in SEEDS:
        world = World(seed, dict.fromkeys(slow, 20.0) | dict.fromkeys(quick, 0.5))
        world.gap = 0.2
        got += world.run(28)
        assert world.now < 1000.0 + 12.0  # hardly any slow worker has ended its first task
    assert share(got, *slow) < 0.25  # at least four of each 28, so that every worker is tried


def test_one_whose_tasks_never_end_gets_no_more_of_them():
    now = [0.0]
    pool = WorkerPool([WorkerInfo(id, (), 100) for id in ("stuck", "a", "b")])
    balancer = LoadBalancer(AdaptiveStrategy(seed=1), clock=lambda: now[0], rng=Random(1))
    got = []
    for _ in range(300):
        now[0] += 1.0
        worker = balancer.select_worker(TASK, pool)
        assert worker is not None
        got.append(worker.id)
        pool.reserve(worker.id, 1)
        if worker.id != "stuck":
            now[0] += 1.0
            balancer.update_context(worker.id, "lint", True, 1.0, task=TASK)
            pool.release(worker.id, 1)
    assert got.count("stuck") < 12


@pytest.mark.parametrize("told", [0.3, 0.7])
def test_outcomes_that_are_never_told_starve_and_flood_nobody(told, monkeypatch):
    world = World(3, dict.fromkeys("abcdef", 1.0), load=0.4)
    rng = Random(5)
    tell = world.balancer.update_context

    def sometimes(*said, **more):
        if rng.random() < told:
            tell(*said, **more)

    monkeypatch.setattr(world.balancer, "update_context", sometimes)
    world.run(200)
    got = world.run(2000)
    assert max(got.values()) < 3 * 2000 / 6
    assert len(got) == 6
