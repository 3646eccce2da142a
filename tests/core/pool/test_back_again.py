"""A worker that is removed and added again between two picks: a list of the same workers gives the same picks."""

from __future__ import annotations

from random import Random

import pytest

from apportion import LoadBalancer, TaskRequirements, WorkerInfo, WorkerMetrics, WorkerPool

TASK = TaskRequirements(task_type="t")


@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("strategy", ["adaptive", "performance-based"])
@pytest.mark.parametrize("seed", range(12))
def test_who_is_back_never_left(seed: int, strategy: str, changed: bool) -> None:
    """As it was, or with another record."""
    pool = WorkerPool(WorkerInfo(f"w{number}", (), 10) for number in range(20))
    by_list, by_pool = (LoadBalancer(rng=Random(2), clock=lambda: 9.0) for _ in range(2))
    for balancer in (by_list, by_pool):
        balancer.set_strategy(strategy)
    random = Random(seed)
    for number in range(250):
        chosen = by_pool.select_worker(TASK, pool)
        assert chosen is not None
        assert by_list.select_worker(TASK, list(pool)) == chosen
        duration = random.random() * 3
        for balancer in (by_list, by_pool):
            balancer.update_context(chosen.id, "t", success=True, duration=duration)
        if number in {40, 80, 120}:
            worker = random.choice(list(pool))
            pool.remove(worker.id)
            pool.add(worker.replace(metrics=WorkerMetrics(0.5, 3.0, 4)) if changed else worker)
