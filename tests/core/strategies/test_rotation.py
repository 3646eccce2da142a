"""Round robin is fair at any size: over a fixed set everyone in turn, over a changing one nobody is left out."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.core.strategies.round_robin import RoundRobinStrategy
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo

TASK = TaskRequirements()


def fleet(size, **fields):
    return [
        WorkerInfo(**{"id": f"w{number}", "capabilities": (), "max_capacity": 10, **fields}) for number in range(size)
    ]


def balancer(limit=512):
    return LoadBalancer(RoundRobinStrategy(), exact_limit=limit, rng=Random(1), clock=lambda: 0.0)


@pytest.mark.parametrize("size", [1, 2, 24, 25, 100, 700, 3000])
def test_the_first_round_is_in_the_order_given_and_so_is_every_other(size):
    one, workers = balancer(), WorkerPool(fleet(size))
    ids = [worker.id for worker in workers]
    assert [one.select_worker(TASK, workers).id for _ in range(2 * size)] == ids + ids


@pytest.mark.parametrize("size", [10, 700, 1500])
def test_every_n_consecutive_picks_are_n_different_workers_with_full_ones_among_all(size):
    one, workers = balancer(limit=8), WorkerPool(fleet(size))
    able = [worker.id for worker in workers if int(worker.id[1:]) % 3]
    for worker in list(workers):
        if worker.id not in able:
            workers.reserve(worker.id, 10)
    picks = [one.select_worker(TASK, workers).id for _ in range(3 * len(able))]
    for start in range(0, len(picks) - len(able), max(1, len(able) // 7)):
        assert set(picks[start : start + len(able)]) == set(able)


@pytest.mark.parametrize("size", [30, 700])
def test_who_was_full_comes_next_when_it_has_room(size):
    one, workers = balancer(limit=8), WorkerPool(fleet(size))
    workers.reserve("w3", 10)
    assert [one.select_worker(TASK, workers).id for _ in range(6)] == ["w0", "w1", "w2", "w4", "w5", "w6"]
    workers.release("w3", 10)
    assert [one.select_worker(TASK, workers).id for _ in range(2)] == ["w3", "w7"]


def test_a_new_worker_comes_next():
    one, workers = balancer(), WorkerPool(fleet(3))
    for _ in range(5):
        one.select_worker(TASK, workers)
    workers.add(WorkerInfo("new", (), 10))
    assert [one.select_worker(TASK, workers).id for _ in range(4)] == ["new", "w2", "w0", "w1"]


@given(st.lists(st.sets(st.integers(0, 7), min_size=1), min_size=20, max_size=60))
def test_a_set_that_changes_starves_nobody(sets):
    one, workers = balancer(), fleet(8)
    waits = dict.fromkeys(range(8), 0)
    for able in sets:
        picked = int(one.select_worker(TASK, [workers[number] for number in sorted(able)]).id[1:])
        for number in able:
            waits[number] += 1
        assert waits[picked] <= 8  # while one waits, each of the seven others is chosen once at most
        waits[picked] = 0
        assert max(waits.values()) < 8


def test_two_sets_by_turns_starve_nobody():
    one, workers = balancer(), fleet(6)
    halves = workers[:4], workers[2:]
    picks = [one.select_worker(TASK, halves[number % 2]).id for number in range(24)]
    assert set(picks) == {worker.id for worker in workers}
    assert min(map(picks.count, set(picks))) >= 3


def test_many_small_sets_by_turns_starve_nobody():
    one, workers = balancer(), fleet(3000)
    groups = [workers[start : start + 100] for start in range(0, 3000, 100)]
    picked = [one.select_worker(TASK, group).id for _ in range(100) for group in groups]
    assert len(set(picked)) == 3000


@pytest.mark.parametrize("seed", range(3))
def test_turns_hold_through_joins_departures_and_updates(seed):
    rng, one, workers = Random(seed), balancer(limit=16), WorkerPool(fleet(40))
    last: dict[str, int] = {}
    count, number = 0, 40
    for _ in range(600):
        step = rng.randrange(6)
        if step == 0:
            number += 1
            workers.add(WorkerInfo(f"w{number}", (), 10))
        elif step == 1 and len(workers) > 5:
            workers.remove(workers[rng.randrange(len(workers))].id)
        elif step == 2:
            workers.update(workers[rng.randrange(len(workers))].id, status=rng.choice(("idle", "busy", "offline")))
        able = [worker for worker in workers if worker.status != "offline"]
        picked = one.select_worker(TASK, workers)
        if not able:
            assert picked is None
            continue
        assert picked == min(able, key=lambda worker: last.get(worker.id, 0))
        count += 1
        last[picked.id] = count
