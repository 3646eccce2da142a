"""Memory is bounded, whatever the number of decisions, types and ids; rare types share, frequent ones do not."""

import gc
from random import Random

import pytest
from psutil import Process

from apportion.core.balancer import LoadBalancer
from apportion.core.learning import records
from apportion.core.learning.records import OTHER, Records
from apportion.core.pool.pool import WorkerPool
from apportion.core.strategies.adaptive import AdaptiveStrategy
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo


def live_for(balancer, decisions, start=0):
    """Choose and report so often, with an id and a type that were never there before, every time."""
    for number in range(start, start + decisions):
        pool = [WorkerInfo(f"worker-{number}", (), 10), WorkerInfo(f"worker-{number + 1}", (), 10)]
        task = TaskRequirements(task_type=f"type-{number}", affinity_key=f"key-{number}" if number % 3 == 0 else None)
        worker = balancer.select_worker(task, pool)
        balancer.update_context(worker.id, task.task_type, number % 7 > 0, 1.0 + number % 3, task=task)
        balancer.update_context(f"gone-{number}", f"other-{number}", False, 0.5)


def records_of(balancer):
    return balancer.adaptive._learner.records


def sizes(balancer):
    """Return how many of everything the adaptive strategy keeps."""
    known = records_of(balancer)
    return {
        "types": len(known.types),
        "rare": len(known.rare),
        "workers": len(known.workers),
        "arms": sum(len(record.arms) for record in known.types.values()),
        "recent": len(known.recent),
        "ring": max(len(record.ring) for record in known.types.values()),
    }


def test_what_is_kept_of_types_is_bounded_early():
    balancer = LoadBalancer(rng=Random(1), clock=lambda: 0.0)
    live_for(balancer, 1500)
    kept = sizes(balancer)
    assert kept["types"] <= 257
    assert kept["rare"] <= 1024
    assert kept["arms"] == kept["recent"] <= 6000


def test_arms_and_workers_are_bounded_and_the_bound_grows_with_the_fleet(monkeypatch):
    monkeypatch.setattr(records, "_MOST_ARMS", 300)
    monkeypatch.setattr(records, "_MOST_WORKERS", 200)
    balancer = LoadBalancer(rng=Random(1), clock=lambda: 0.0)
    live_for(balancer, 1000)
    kept = sizes(balancer)
    assert kept["arms"] == kept["recent"] <= 300
    assert kept["workers"] <= 200
    fleet = WorkerPool(WorkerInfo(f"w{number}", (), 10) for number in range(500))
    for number in range(3000):
        kind = f"kind-{number % 3}"
        worker = balancer.select_worker(TaskRequirements(task_type=kind), fleet)
        assert worker is not None
        balancer.update_context(worker.id, kind, True, 1.0)
    assert sizes(balancer)["arms"] > 1000


def test_picks_without_outcomes_do_not_pile_up():
    balancer, pool = LoadBalancer(rng=Random(1)), WorkerPool([WorkerInfo("w1", (), 10)])
    for _ in range(3000):
        balancer.select_worker(TaskRequirements(task_type="lint"), pool)
    arm = records_of(balancer).types["lint"].arms["w1"]
    assert len(arm.open) <= 256


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_a_million_decisions_stay_within_a_bound():
    balancer = LoadBalancer(rng=Random(1), clock=lambda: 0.0)
    live_for(balancer, 250_000)
    before, kept = memory(), sizes(balancer)
    live_for(balancer, 750_000, start=250_000)
    assert memory() < 1.1 * before
    assert sizes(balancer) == kept


def memory():
    """Return the bytes that this process holds."""
    gc.collect()
    return Process().memory_info().rss


def test_a_type_that_is_met_often_gets_an_entry_of_its_own():
    met = Records()
    for number in range(2000):
        met.meet_type(f"once-{number}")
    assert met.type("regular").key == OTHER
    for _ in range(20):
        met.meet_type("regular")
    assert met.type("regular").key == "regular"
    assert len(met.types) <= 257


def test_types_that_come_late_are_learned_all_the_same():
    strategy = AdaptiveStrategy(seed=1)
    balancer = LoadBalancer(strategy, rng=Random(1), clock=lambda: 0.0)
    pool, rng = WorkerPool([WorkerInfo("a", (), 10), WorkerInfo("b", (), 10)]), Random(1)
    for number in range(1000):
        worker = balancer.select_worker(TaskRequirements(task_type=f"once-{number}"), pool)
        assert worker is not None
        balancer.update_context(worker.id, f"once-{number}", True, 1.0)
    picks = []
    for _ in range(300):
        kind = rng.choice(("lint", "train"))
        worker = balancer.select_worker(TaskRequirements(task_type=kind), pool)
        assert worker is not None
        good = (kind == "lint") == (worker.id == "a")
        balancer.update_context(worker.id, kind, True, 0.5 if good else 4.0)
        picks.append(good)
    assert sum(picks[150:]) > 120


def test_a_worker_that_was_forgotten_is_met_anew():
    met = Records()
    record = met.type("lint")
    first = met.worker("first")
    arm = met.arm("first", record)
    arm.given = (0.9, 0.5)
    first.take(0.9, 0.5)
    for number in range(40_000):
        met.worker(f"w{number}")
    assert "first" not in met.workers
    again = met.worker("first")
    assert (again.sum_weight, arm.given) == (0.0, (0.0, 0.0))
