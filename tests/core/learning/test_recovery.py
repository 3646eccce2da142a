"""A worker that was bad and has recovered is found again, however bad it was."""

from __future__ import annotations

from random import Random

import pytest

from apportion import LoadBalancer, TaskRequirements, WorkerInfo, WorkerPool
from apportion.clock import VirtualClock

BAD_FOR = 1_000
TASK = TaskRequirements(task_type="work")


@pytest.mark.parametrize("workers", [2, 10])
@pytest.mark.parametrize(("slowness", "fails"), [(6.0, False), (30.0, False), (1.0, True)])
@pytest.mark.parametrize("seed", range(3))
def test_whoever_recovers_is_found_again(workers: int, slowness: float, fails: bool, seed: int) -> None:
    """After a thousand bad tasks the worker becomes the best; within 2,500 more it has most of the traffic."""
    clock, random = VirtualClock(), Random(100 + seed)
    balancer = LoadBalancer(clock=clock, rng=Random(seed))
    pool = WorkerPool(WorkerInfo(f"w{number}", (), 100) for number in range(workers))
    given = 0
    for number in range(BAD_FOR + 4_000):
        worker = balancer.select_worker(TASK, pool)
        assert worker is not None
        changing, bad = worker.id == "w0", number < BAD_FOR
        duration = random.lognormvariate(0, 0.2) * ((slowness if bad else 0.5) if changing else 1.0)
        success = not (changing and bad and fails)
        balancer.update_context(worker.id, "work", success, duration if success else 0.01, task=TASK)
        clock.advance(0.1)
        given += changing and number >= BAD_FOR + 2_500
    assert given > 0.8 * 1_500
