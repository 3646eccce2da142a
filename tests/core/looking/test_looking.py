"""What is said of a pick: how sure it was, as often as it says, and without changing any."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from apportion.clock import fresh_random
from apportion.core.balancer import LoadBalancer
from apportion.core.looking import Look, look_at
from apportion.core.pool.pool import WorkerPool
from apportion.core.strategies import STRATEGIES
from apportion.core.strategies.adaptive import AdaptiveStrategy
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo


class Looking:
    """Looks at every pick."""

    def __init__(self) -> None:
        self.looks: list[Look] = []

    def saw(self, strategy: Any, task, candidates, seat, context, *, planned: bool) -> None:
        self.looks.append(look_at(strategy, task, candidates, seat, context, planned=planned))


class First:
    name = "first"

    def select_worker(self, task, workers, context):
        return workers[0]


def pool_of(workers: int, capacity: float = 1000) -> WorkerPool:
    pool = WorkerPool()
    for number in range(workers):
        pool.add(WorkerInfo(f"w{number}", (), capacity))
    return pool


def picks(name: str, workers: int, *, watched: bool, tasks: int = 150) -> tuple[list[str], list[Look]]:
    """Return whom a strategy chooses one after the other, and what was said of each."""
    balancer, looking = LoadBalancer(rng=fresh_random(1)), Looking()
    balancer.set_strategy(name)
    if watched:
        balancer.watch(looking)
    pool, luck, chosen = pool_of(workers), fresh_random(2), []
    for number in range(tasks):
        task = TaskRequirements(task_type=("a", "b")[number % 2], explore=number % 5 > 0)
        worker = balancer.select_worker(task, pool)
        assert worker is not None
        chosen.append(worker.id)
        seconds = (1 + int(worker.id[1:]) % 4) * luck.lognormvariate(0.0, 0.4)
        balancer.update_context(worker.id, task.task_type, luck.random() < 0.9, seconds, task=task)
    return chosen, looking.looks


@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize("workers", [1, 5, 40, 520])
def test_the_same_workers_are_chosen_whoever_looks_on(name: str, workers: int):
    alone, _ = picks(name, workers, watched=False)
    seen, looks = picks(name, workers, watched=True)
    assert seen == alone
    assert len(looks) == len(seen)
    assert all(look.probability is None or 0 < look.probability <= 1 for look in looks)
    for id, look in zip(seen, looks, strict=True):
        assert not look.scores or id in look.scores


def test_of_a_crowd_only_that_it_was_a_sample_is_said():
    _, looks = picks("least-loaded", 520, watched=True)
    assert {(look.how, look.probability, look.eligible) for look in looks} == {("sample", None, 520)}
    _, looks = picks("round-robin", 520, watched=True)
    assert {(look.how, look.probability) for look in looks} == {("certain", 1.0)}


def test_one_of_the_users_own_says_nothing():
    balancer, looking = LoadBalancer(First(), rng=fresh_random(1)), Looking()
    balancer.watch(looking)
    balancer.select_worker(TaskRequirements(), pool_of(3))
    assert looking.looks == [Look("own", None, 3, {})]


def test_a_confirmed_plan_is_without_chance():
    balancer, looking = LoadBalancer(rng=fresh_random(1)), Looking()
    balancer.watch(looking)
    balancer.confirm(TaskRequirements(), "w1", pool_of(3))
    assert [(look.how, look.probability) for look in looking.looks] == [("plan", 1.0)]


@pytest.mark.parametrize("seed", range(4))
def test_probabilities_are_as_often_as_they_say(seed: int):
    """Doubts are drawn anew many times, and it is counted whom the strategy chooses."""
    strategy = AdaptiveStrategy()
    balancer = LoadBalancer(strategy, rng=fresh_random(seed))
    pool, luck = pool_of(4), fresh_random(seed + 100)
    task = TaskRequirements(task_type="a")
    for number in range(12):  # few outcomes: much doubt
        id = f"w{number % 4}"
        balancer.confirm(task, id, pool)
        balancer.update_context(id, "a", True, (1.0 + 0.15 * (number % 4)) * luck.lognormvariate(0.0, 0.3), task=task)
    looking = Looking()
    balancer.watch(looking)
    learner = strategy._learner
    record = learner.records.known_type("a")
    assert record is not None
    said: dict[str, list[float]] = {}
    counted: Counter[str] = Counter()
    for _ in range(1500):
        for id, arm in record.arms.items():
            arm.draw, arm.probe = luck.gauss(0.0, 1.0), False
            learner._costs.renew(id, record, arm)
        context = balancer._history.at(1e9)
        candidates = balancer._candidates(task, pool, context)
        assert candidates is not None
        seat = strategy.choose(task, candidates, context)
        assert seat is not None
        looking.saw(strategy, task, candidates, seat, context, planned=False)
        strategy._credit.pass_turn()
        strategy._rotation.note(pool, seat, pool.at(seat).id)
        counted[pool.at(seat).id] += 1
        said.setdefault(pool.at(seat).id, []).append(looking.looks[-1].probability or 0.0)
    for id, probabilities in said.items():
        assert sum(probabilities) / len(probabilities) == pytest.approx(counted[id] / 1500, abs=0.12)
