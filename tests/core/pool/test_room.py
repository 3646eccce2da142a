"""How many have room is counted exactly, however loads have changed since it was last asked."""

from random import Random

import pytest

from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo


def fleet(size):
    return WorkerPool(WorkerInfo(f"w{number}", {"python"}, 4) for number in range(size))


@pytest.mark.parametrize("seed", range(5))
def test_the_count_follows_every_change(seed):
    rng, pool = Random(seed), fleet(40)
    members = pool.members(TaskRequirements({"python"}))
    for _ in range(600):
        id = f"w{rng.randrange(40)}"
        step, amount = rng.randrange(4), rng.choice((0.5, 1, 3, 8))
        if step == 0:
            pool.reserve(id, amount)
        elif step == 1:
            pool.release(id, amount)
        elif step == 2:
            pool.update(id, current_load=amount)
        else:
            pool.update(id, max_capacity=amount)
        size = rng.choice((0.75, 1, 3, 4, 7))
        room = sum(worker.current_load + size <= worker.max_capacity for worker in pool)
        assert members.more_with_room_than(room - 1, size)
        assert not members.more_with_room_than(room, size)


def test_the_count_is_right_after_many_more_changes_than_it_is_away_from_the_limit():
    pool = fleet(10)
    members = pool.members(TaskRequirements({"python"}))
    assert members.more_with_room_than(9, 1)
    for _ in range(1500):
        for number in range(3):
            pool.reserve(f"w{number}", 4)
            pool.release(f"w{number}", 4)
    pool.reserve("w0", 4)
    assert members.more_with_room_than(8, 1)
    assert not members.more_with_room_than(9, 1)


@pytest.mark.parametrize("strategy", ["least-loaded", "capability-based", "performance-based"])
def test_once_few_have_room_every_one_of_them_is_weighed(strategy):
    pool, task = fleet(200), TaskRequirements({"python"})
    balancer = LoadBalancer(exact_limit=50, rng=Random(1), clock=lambda: 0.0)
    balancer.set_strategy(strategy)
    assert balancer.select_worker(task, pool) is not None  # of a crowd
    for number in range(199):
        pool.reserve(f"w{number}", 4 if number % 4 else 2)
    pool.reserve("w199", 1)
    emptiest = pool.get("w199")
    assert balancer.select_worker(task, pool) == emptiest  # of the fifty-one that are left


def test_room_for_little_is_not_taken_for_room_for_much():
    members = fleet(10).members(TaskRequirements({"python"}))
    assert members.more_with_room_than(5, 1)
    assert not members.more_with_room_than(5, 8)
    assert members.more_with_room_than(5, 4)
    assert members.more_with_room_than(5, 1)


def test_who_has_left_is_counted_no_more():
    pool = fleet(10)
    members = pool.members(TaskRequirements({"python"}))
    assert members.more_with_room_than(5, 1)
    for number in range(5):
        pool.remove(f"w{number}")
    assert not members.more_with_room_than(5, 1)
