"""A list and a pool of the same workers give the same picks, whatever happens to the workers in between."""

from random import Random
from typing import Any

import pytest

from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.model.metrics import WorkerMetrics
from apportion.model.worker import WorkerInfo
from tests import fleets

SIZES = (1, 5, 30, 100, 600, 3000)


class Twins:
    """Two balancers of one seed: one is handed the pool, the other whatever ``given_as`` makes of it."""

    def __init__(self, strategy, size, given_as, seed, **fields):
        self.rng = Random(seed)
        self.now = 1000.0
        self.pool = WorkerPool(fleets.a_fleet(self.rng, size, **fields))
        self.given_as = given_as
        self.number = size
        self.held = []
        self.by_pool, self.by_list = (LoadBalancer(rng=Random(7), clock=lambda: self.now) for _ in range(2))
        for each in (self.by_pool, self.by_list):
            each.set_strategy(strategy)

    def pick(self):
        task = fleets.a_task(self.rng, self.pool_ids())
        one = self.by_pool.select_worker(task, self.pool)
        other = self.by_list.select_worker(task, self.given_as(self.pool))
        assert one == other
        if one is not None and self.pool.reserve(one.id, task.complexity):
            self.held.append((one.id, task))
        return one

    def pool_ids(self):
        return [self.pool[self.rng.randrange(len(self.pool))].id for _ in range(3)] if len(self.pool) else []

    def finish(self):
        if self.held:
            id, task = self.held.pop(self.rng.randrange(len(self.held)))
            if self.pool.get(id) is not None:
                self.pool.release(id, task.complexity)
            self.tell(id, task)

    def tell(self, id, task):
        success, duration = self.rng.random() < 0.9, self.rng.choice((0.0, 0.5, 1.0, 4.0))
        for balancer in (self.by_pool, self.by_list):
            balancer.update_context(id, task.task_type, success, duration, task=task)

    def join(self):
        self.number += 1
        self.pool.add(fleets.a_worker(self.rng, f"w{self.number}"))

    def leave(self):
        if len(self.pool) > 1:
            self.pool.remove(self.pool[self.rng.randrange(len(self.pool))].id)

    def change(self):
        id = self.pool[self.rng.randrange(len(self.pool))].id
        changes: list[dict[str, Any]] = [
            {"metrics": WorkerMetrics(success_rate=self.rng.random())},
            {"labels": {"zone": "eu", "memory": 24}},
            {"status": self.rng.choice(("idle", "busy", "draining", "offline"))},
            {"current_load": self.rng.randint(0, 6)},
            {"capabilities": fleets.SKILLS},
            {"max_capacity": self.rng.choice((2, 4, 8))},
            {"kind": self.rng.choice((None, "small"))},
        ]
        self.pool.update(id, **self.rng.choice(changes))

    def explain_to_one(self):
        task = fleets.a_task(self.rng, self.pool_ids())
        self.by_pool.explain(task, self.pool)

    def wait(self):
        self.now += self.rng.choice((0.1, 5.0, 60.0))


def rebuilt(pool):
    """Return the workers as new objects that are equal to those of the pool."""
    return [WorkerInfo.from_dict(worker.to_dict()) for worker in pool]


@pytest.mark.parametrize("strategy", fleets.STRATEGIES)
@pytest.mark.parametrize("size", SIZES)
def test_lists_and_pools_give_the_same_picks(strategy, size):
    twins = Twins(strategy, size, list, seed=size)
    steps = [twins.pick] * 6 + [twins.finish] * 5 + [twins.change, twins.change, twins.join, twins.leave, twins.wait]
    for _ in range(400 if size < 1000 else 150):
        twins.rng.choice(steps)()


@pytest.mark.parametrize("strategy", fleets.STRATEGIES)
def test_lists_of_equal_workers_give_the_same_picks_as_lists_of_the_same(strategy):
    twins = Twins(strategy, 30, rebuilt, seed=5)
    steps = [twins.pick] * 6 + [twins.finish] * 5 + [twins.change, twins.join, twins.leave, twins.wait]
    for _ in range(300):
        twins.rng.choice(steps)()


@pytest.mark.parametrize("strategy", fleets.STRATEGIES)
@pytest.mark.parametrize("size", [5, 30, 600])
def test_what_is_explained_to_one_changes_none_of_its_picks(strategy, size):
    twins = Twins(strategy, size, list, seed=size + 1)
    steps = [twins.pick] * 6 + [twins.finish] * 5 + [twins.explain_to_one] * 3 + [twins.change, twins.join, twins.leave]
    for _ in range(400 if size < 600 else 120):
        twins.rng.choice(steps)()


@pytest.mark.parametrize("strategy", fleets.STRATEGIES)
def test_a_crowd_of_which_few_have_room_gives_the_same_picks(strategy):
    twins = Twins(strategy, 1500, list, seed=3, max_capacity=1, current_load=0)
    steps = [twins.pick] * 8 + [twins.finish] * 3
    for _ in range(400):
        twins.rng.choice(steps)()
    for worker in list(twins.pool)[:850]:  # now about as many have room as are weighed one by one
        twins.pool.reserve(worker.id, worker.free_capacity)
    for _ in range(400):
        twins.rng.choice(steps)()
