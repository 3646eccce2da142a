"""Up to the exact limit, each fixed strategy picks what a full scan by its formula picks, and ties rotate."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.model.context import BalancingContext
from apportion.model.metrics import WorkerMetrics
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from tests import fleets
from tests import generators as some
from tests.core.strategies import naive

NOW = 1000.0
CLOSE = 1e-12


def balancer(strategy, **fields):
    made = LoadBalancer(**{"clock": lambda: NOW, "rng": Random(1), **fields})
    made.set_strategy(strategy)
    return made


class Turns:
    """Who was chosen when, kept beside the strategy."""

    def __init__(self):
        self.count = 0
        self.chosen_at = {}

    def note(self, id):
        self.count += 1
        self.chosen_at[id] = self.count

    def first(self, workers):
        """Return whose turn it is: never chosen first, in the order given, then the one chosen longest ago."""
        return min(workers, key=lambda worker: self.chosen_at.get(worker.id, 0))


def check(picked, able, value, turns):
    """Check one pick against the scan: the highest value, and of its equals the one whose turn it is."""
    if not able:
        assert picked is None
        return
    best = max(map(value, able))
    assert picked == turns.first([worker for worker in able if value(worker) == best])
    turns.note(picked.id)


plain = some.tasks(
    affinity=st.just(()), avoid=st.just(()), affinity_key=st.none(), constraints=st.just(()), task_type=st.none()
)


@given(some.fleets(), st.lists(plain, min_size=1, max_size=6))
def test_round_robin_takes_turns(fleet, tasks):
    turns, one = Turns(), balancer("round-robin")
    for task in tasks:
        able = [worker for worker in fleet if naive.eligible(task, worker)]
        check(one.select_worker(task, fleet), able, lambda _: 0, turns)


@given(some.fleets(), st.lists(plain, min_size=1, max_size=6))
def test_least_loaded_takes_the_emptiest_after_placing(fleet, tasks):
    turns, one = Turns(), balancer("least-loaded")
    for task in tasks:
        able = [worker for worker in fleet if naive.eligible(task, worker)]
        check(one.select_worker(task, fleet), able, lambda worker, task=task: naive.after_placing(task, worker), turns)


@given(some.fleets(), st.lists(plain, min_size=1, max_size=6))
def test_capability_based_takes_the_closest_match(fleet, tasks):
    turns, one = Turns(), balancer("capability-based")
    for task in tasks:
        able = [worker for worker in fleet if naive.eligible(task, worker)]
        check(one.select_worker(task, fleet), able, lambda worker, task=task: naive.closeness(task, worker), turns)


outcome = st.tuples(
    st.sampled_from(some.WORKER_IDS), st.sampled_from(some.TASK_TYPES), st.booleans(), st.sampled_from((0.0, 0.5, 3.0))
)


@given(
    some.fleets(),
    st.lists(some.plain_tasks(constraints=st.just(()), task_type=st.sampled_from(some.TASK_TYPES)), min_size=1),
    st.lists(outcome, max_size=30),
    st.dictionaries(st.sampled_from(some.WORKER_IDS), st.sampled_from((900.0, 970.0, 1000.0))),
)
def test_performance_based_takes_the_highest_sum(fleet, tasks, outcomes, failures):
    one = balancer("performance-based", context=BalancingContext(recent_failures=failures))
    heard: dict[tuple[str, str], list[tuple[bool, float]]] = {}
    failed_at = dict(failures)
    for number, task in enumerate(tasks):
        for worker_id, task_type, success, duration in outcomes[number::2]:
            one.update_context(worker_id, task_type, success, duration)
            heard.setdefault((worker_id, task_type), []).append((success, duration))
            if not success:
                failed_at[worker_id] = NOW
        able = [worker for worker in fleet if naive.eligible(task, worker)]

        def value(worker, task=task):
            outcomes = heard.get((worker.id, task.task_type), ())
            return naive.performance(task, worker, outcomes, failed_at.get(worker.id), NOW)

        picked = one.select_worker(task, fleet)
        assert (picked is None) == (not able)
        assert picked is None or value(picked) >= max(map(value, able)) - CLOSE


@pytest.mark.parametrize("strategy", ["least-loaded", "capability-based", "performance-based"])
@pytest.mark.parametrize("size", [1, 24, 25, 60, 512])
@pytest.mark.parametrize("limit", [512, 24])
def test_picks_are_those_of_a_full_scan_up_to_the_limit(strategy, size, limit):
    rng, turns = Random(size), Turns()
    pool = WorkerPool(fleets.a_fleet(rng, size))
    one = balancer(strategy, exact_limit=max(limit, size))
    values = {
        "least-loaded": naive.after_placing,
        "capability-based": naive.closeness,
        "performance-based": naive.performance,
    }
    for _ in range(60):
        task = TaskRequirements(rng.sample(fleets.SKILLS, rng.randint(0, 2)), rng.choice((0.5, 1, 3)))
        able = [worker for worker in pool if naive.eligible(task, worker)]
        picked = one.select_worker(task, pool)
        best = max((values[strategy](task, worker) for worker in able), default=None)
        if picked is None:
            assert not able
            continue
        equals = [worker for worker in able if values[strategy](task, worker) == best]
        assert best is not None
        if strategy == "performance-based":  # sums differ in the last bit by how they are put together
            assert values[strategy](task, picked) >= best - CLOSE
        else:
            assert picked == turns.first(equals)
        turns.note(picked.id)
        pool.reserve(picked.id, task.complexity)


FOUR = ["round-robin", "least-loaded", "capability-based", "performance-based"]


@pytest.mark.parametrize("strategy", FOUR)
@pytest.mark.parametrize("size", [2, 24, 30, 600])
@pytest.mark.parametrize("limit", [1000, 16])
def test_ties_rotate(strategy, size, limit):
    one = balancer(strategy, exact_limit=limit)
    pool = WorkerPool(WorkerInfo(f"w{number}", {"python"}, 10) for number in range(size))
    picked = [one.select_worker(TaskRequirements(), pool).id for _ in range(min(size, 60))]
    assert len(set(picked)) == len(picked) if strategy == "round-robin" or limit > size else len(set(picked)) > 1


def test_adaptive_rotates_among_equals():
    pool = WorkerPool(WorkerInfo(f"w{number}", {"python"}, 10) for number in range(8))
    one = balancer("adaptive")
    assert len({one.select_worker(TaskRequirements(), pool).id for _ in range(8)}) == 8


@pytest.mark.parametrize("failed_at", [999.0, 970.0])
def test_a_failure_in_the_metrics_counts_from_the_first_pick(failed_at):
    fleet = [
        WorkerInfo("failed", (), 10, metrics=WorkerMetrics(last_failure_at=failed_at)),
        WorkerInfo("fine", (), 10, 1, metrics=WorkerMetrics(last_failure_at=100.0)),
    ]
    assert balancer("performance-based").select_worker(TaskRequirements(), fleet).id == "fine"


def test_the_later_of_both_failures_counts():
    fleet = [
        WorkerInfo("a", (), 10, metrics=WorkerMetrics(last_failure_at=999.0)),
        WorkerInfo("b", (), 10, metrics=WorkerMetrics(last_failure_at=100.0)),
    ]
    context = BalancingContext(recent_failures={"a": 100.0, "b": 990.0})
    assert balancer("performance-based", context=context).select_worker(TaskRequirements(), fleet).id == "b"


def test_a_failure_is_forgotten_after_a_minute():
    now = [1000.0]
    one = balancer("performance-based", clock=lambda: now[0])
    fleet = [WorkerInfo("a", (), 10), WorkerInfo("b", (), 10)]
    one.update_context("a", "lint", success=False, duration=1.0)
    task = TaskRequirements(task_type="train")
    assert [one.select_worker(task, fleet).id for _ in range(3)] == ["b", "b", "b"]
    now[0] += 60.0
    assert one.select_worker(task, fleet).id == "a"


def test_speed_is_neutral_where_nothing_was_completed():
    slow = WorkerMetrics(average_task_duration=1.5)  # speed 0.4
    quick = WorkerMetrics(average_task_duration=0.5)  # speed 0.67
    unknown = WorkerInfo("new", (), 10)  # speed 0.5, as if it took a second
    task = TaskRequirements()
    picks = balancer("performance-based")
    assert picks.select_worker(task, [WorkerInfo("slow", (), 10, metrics=slow), unknown]).id == "new"
    assert picks.select_worker(task, [WorkerInfo("quick", (), 10, metrics=quick), unknown]).id == "quick"
