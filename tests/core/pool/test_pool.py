"""A pool is a sequence of workers that books capacity; what it is asked that makes no sense, it refuses."""

import copy
import gc
import pickle
import weakref

import pytest

from apportion.core.pool.pool import WorkerPool
from apportion.core.pool.view import PoolView
from apportion.errors import UnknownWorkerError
from apportion.model.metrics import WorkerMetrics
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo, WorkerStatus


def worker(id="w1", **fields):
    return WorkerInfo(**{"id": id, "capabilities": {"python"}, "max_capacity": 10, **fields})


def ids(workers):
    return [each.id for each in workers]


@pytest.fixture
def pool():
    return WorkerPool(worker(id) for id in ("a", "b", "c"))


def test_it_is_a_sequence_in_the_order_of_adding(pool):
    assert (len(pool), ids(pool), ids(reversed(pool))) == (3, ["a", "b", "c"], ["c", "b", "a"])
    assert (pool[0].id, pool[-1].id, ids(pool[1:]), ids(pool[::-1])) == ("a", "c", ["b", "c"], ["c", "b", "a"])
    assert pool.index(worker("b")) == 1
    assert pool.count(worker("b")) == 1
    assert worker("b") in pool
    assert worker("b", current_load=1) not in pool
    assert "b" not in pool


def test_an_empty_pool_is_false():
    assert not WorkerPool()
    assert list(WorkerPool()) == []


@pytest.mark.parametrize("index", [3, -4])
def test_there_is_nobody_beyond_the_end(pool, index):
    with pytest.raises(IndexError):
        pool[index]


def test_an_id_is_there_once(pool):
    with pytest.raises(ValueError, match="'a'"):
        pool.add(worker("a"))
    with pytest.raises(ValueError, match="'a'"):
        WorkerPool([worker("a"), worker("a")])
    assert ids(pool) == ["a", "b", "c"]


@pytest.mark.parametrize("junk", [None, "a", {"id": "a"}, 3])
def test_only_workers_are_taken_in(junk):
    with pytest.raises(TypeError, match="WorkerInfo"):
        WorkerPool([junk])
    with pytest.raises(TypeError, match="WorkerInfo"):
        WorkerPool().add(junk)


@pytest.mark.parametrize(
    "call",
    [
        lambda pool: pool.remove("z"),
        lambda pool: pool.update("z", current_load=1),
        lambda pool: pool.reserve("z", 1),
        lambda pool: pool.release("z", 1),
    ],
)
def test_an_unknown_id_is_a_key_error_that_names_it(pool, call):
    with pytest.raises(UnknownWorkerError, match="'z'") as raised:
        call(pool)
    assert isinstance(raised.value, KeyError)
    assert pool.get("z") is None


@pytest.mark.parametrize("amount", [-1, float("nan"), float("inf"), 10**400, "1", None, True])
def test_an_amount_is_a_number_from_0_on(pool, amount):
    for book in (pool.reserve, pool.release):
        with pytest.raises((ValueError, TypeError), match="amount"):
            book("a", amount)
    assert pool.get("a").current_load == 0


def test_reserving_is_all_or_nothing(pool):
    assert pool.reserve("a", 7)
    assert not pool.reserve("a", 4)
    assert pool.get("a").current_load == 7
    assert pool.reserve("a", 3)
    assert pool.get("a").free_capacity == 0


@pytest.mark.parametrize("status", WorkerStatus)
def test_reserving_looks_at_capacity_alone(status):
    pool = WorkerPool([worker("a", status=status)])
    assert pool.reserve("a", 10)
    assert pool.get("a") == worker("a", status=status, current_load=10)


def test_releasing_never_goes_below_nothing(pool):
    pool.reserve("a", 2)
    pool.release("a", 5)
    assert pool.get("a") == worker("a")


def test_whole_loads_stay_whole(pool):
    pool.reserve("a", 2)
    assert repr(pool.get("a").current_load) == "2"


def test_update_changes_what_is_named_and_nothing_else(pool):
    pool.reserve("b", 3)
    pool.update("b", status="draining", metrics=WorkerMetrics(success_rate=0.5))
    assert pool.get("b") == worker(
        "b", current_load=3, status=WorkerStatus.DRAINING, metrics=WorkerMetrics(success_rate=0.5)
    )
    assert ids(pool) == ["a", "b", "c"]


def test_an_id_cannot_be_changed(pool):
    with pytest.raises(TypeError, match="id"):
        pool.update("a", id="z")
    assert ids(pool) == ["a", "b", "c"]


@pytest.mark.parametrize("changes", [{"load": 3}, {"current_load": -1}, {"status": "asleep"}, {"capabilities": "gpu"}])
def test_an_update_that_makes_no_sense_changes_nothing(pool, changes):
    with pytest.raises((ValueError, TypeError), match=next(iter(changes))):
        pool.update("a", **changes)
    assert pool.get("a") == worker("a")


def test_snapshots_stay_as_they_were(pool):
    before = pool.get("a")
    pool.reserve("a", 4)
    assert (before.current_load, pool.get("a").current_load) == (0, 4)


def test_what_has_not_changed_is_the_same_object(pool):
    assert pool.get("a") is pool.get("a") is pool[0]


def test_it_may_be_changed_while_it_is_walked_through():
    pool = WorkerPool(worker(f"w{number}") for number in range(300))
    seen = []
    for each in pool:
        seen.append(each.id)
        if pool.get(each.id) is not None:
            pool.remove(each.id)
        if len(pool) > 1:
            pool.remove(pool[-1].id)
        pool.add(worker(f"new{each.id}"))
    assert seen == [f"w{number}" for number in range(300)]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda pool: pickle.loads(pickle.dumps(pool))])
def test_a_copy_is_a_pool_of_its_own(pool, copied):
    pool.reserve("a", 4)
    other = copied(pool)
    other.reserve("a", 1)
    other.remove("b")
    assert list(pool) == [worker("a", current_load=4), worker("b"), worker("c")]
    assert list(other) == [worker("a", current_load=5), worker("c")]


def test_a_label_that_turns_from_1_to_true_is_another_label():
    from apportion.model.constraint import Constraint

    pool = WorkerPool([worker("a", labels={"fast": 1})])
    task = TaskRequirements(constraints=[Constraint("fast", "==", True)])
    assert pool.members(task).seats == []
    pool.update("a", labels={"fast": True})
    assert pool.members(task).seats == [0]


def test_a_view_shows_the_pool_live_and_changes_nothing(pool):
    view = PoolView(pool)
    pool.reserve("a", 4)
    pool.remove("b")
    assert list(view) == list(pool)
    assert (len(view), view[0], view.get("a"), view.get("z")) == (2, pool[0], pool[0], None)
    assert not hasattr(view, "reserve")


def test_a_pool_that_nobody_holds_goes_away():
    from apportion import LoadBalancer

    balancer = LoadBalancer()
    pool = WorkerPool([worker("a"), worker("b")])
    balancer.select_worker(TaskRequirements(), pool)
    gone = weakref.ref(pool)
    balancer.select_worker(TaskRequirements(), [worker("a"), worker("b")])
    del pool
    gc.collect()
    assert gone() is None
