"""Tasks of one key stay on one worker; keys are spread evenly, and few move when workers come and go."""

from collections import Counter

import pytest

from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo

KEYS_EACH = 100


def fleet(size, name="worker-{}", **fields):
    return WorkerPool(WorkerInfo(**{"id": name.format(number), "capabilities": (), "max_capacity": 10, **fields})
                      for number in range(size))  # fmt: skip


def keys_of(number, name="session-{}"):
    return [name.format(index) for index in range(number)]


def picked(balancer, task, workers):
    return balancer.select_worker(task, workers).id


def owners(workers, keys, **needs):
    """Return key -> id of the worker that it is given to."""
    balancer = LoadBalancer()
    return {key: picked(balancer, TaskRequirements(affinity_key=key, **needs), workers) for key in keys}


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 50, 200])
@pytest.mark.parametrize(
    ("worker", "key"), [("worker-{}", "session-{}"), ("{}", "{}"), ("node{:04d}.example", "repo/{:x}")]
)
def test_every_worker_has_between_half_and_1_8_times_its_share(size, worker, key):
    held = Counter(owners(fleet(size, worker), keys_of(KEYS_EACH * size, key)).values())
    assert len(held) == size
    assert KEYS_EACH / 2 <= min(held.values()) <= max(held.values()) <= 1.8 * KEYS_EACH


@pytest.mark.parametrize("size", [2, 10, 40])
def test_a_worker_that_joins_takes_its_share_and_nothing_else_moves(size):
    workers, keys = fleet(size), keys_of(KEYS_EACH * size)
    before = owners(workers, keys)
    workers.add(WorkerInfo("new", (), 10))
    after = owners(workers, keys)
    moved = [key for key in keys if before[key] != after[key]]
    assert {after[key] for key in moved} == {"new"}
    assert 0.5 * KEYS_EACH * size / (size + 1) <= len(moved) <= 1.8 * KEYS_EACH * size / (size + 1)


@pytest.mark.parametrize("size", [2, 10, 40])
def test_of_a_worker_that_leaves_only_its_own_keys_move_and_spread(size):
    workers, keys = fleet(size), keys_of(KEYS_EACH * size)
    before = owners(workers, keys)
    workers.remove("worker-1")
    after = owners(workers, keys)
    assert all((before[key] != after[key]) == (before[key] == "worker-1") for key in keys)
    assert len({after[key] for key in keys if before[key] == "worker-1"}) >= min(size - 1, 20)


@pytest.mark.parametrize("hindrance", [{"status": "offline"}, {"status": "draining"}, {"current_load": 9}])
def test_a_key_spills_to_a_stable_second_choice_and_comes_back(hindrance):
    workers, keys = fleet(12), keys_of(240)
    first = owners(workers, keys)
    busy = workers.get("worker-3")
    workers.update("worker-3", **hindrance)
    second = owners(workers, keys)
    assert second == owners(workers, keys)
    assert all((first[key] != second[key]) == (first[key] == "worker-3") for key in keys)
    assert len({second[key] for key in keys if first[key] == "worker-3"}) > 5
    workers.update("worker-3", status=busy.status, current_load=busy.current_load)
    assert owners(workers, keys) == first


def test_a_key_stays_up_to_the_load_threshold():
    workers = fleet(5)
    owner = owners(workers, ["k"])["k"]
    workers.update(owner, current_load=8)
    assert owners(workers, ["k"])["k"] == owner
    workers.update(owner, current_load=8.1)
    assert owners(workers, ["k"])["k"] != owner


def test_where_everybody_is_above_the_threshold_the_strategy_chooses():
    workers = fleet(4, current_load=9)
    balancer = LoadBalancer()
    balancer.set_strategy("round-robin")
    task = TaskRequirements(affinity_key="k")
    assert len({picked(balancer, task, workers) for _ in range(4)}) == 4


def test_a_key_switches_off_no_requirement():
    workers = fleet(6)
    owner = owners(workers, ["k"])["k"]
    other = owners(workers, ["k"], anti_affinity=[owner])["k"]
    assert other != owner
    workers.update("worker-0", capabilities=["gpu"])
    assert owners(workers, ["k"], capabilities=["gpu"])["k"] == "worker-0"


def test_owners_do_not_depend_on_order_or_process():
    workers, keys = fleet(20), keys_of(50)
    assert owners(list(reversed(workers)), keys) == owners(workers, keys)
    pinned = ["worker-6", "worker-4", "worker-11", "worker-14"]  # the same in every process and every release
    assert list(owners(workers, keys_of(4)).values()) == pinned


def test_keys_spread_over_a_crowd_beyond_the_exact_limit():
    workers = fleet(700)
    held = Counter(owners(workers, keys_of(1400)).values())
    assert len(held) > 500
    assert max(held.values()) < 12
