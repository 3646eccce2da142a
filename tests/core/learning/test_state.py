"""All that was learned goes through plain JSON: a fresh balancer with it chooses as the old one did."""

import json
from random import Random

import pytest

from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.core.strategies.adaptive import AdaptiveStrategy
from apportion.model.task import TaskRequirements
from tests import fleets

KINDS = ("lint", "train", None)


def train(balancer, pool, rng, number):
    """Place tasks and tell what became of them; return the picks."""
    picks: list[str | None] = []
    for _ in range(number):
        task = TaskRequirements(task_type=rng.choice(KINDS), explore=rng.random() < 0.8)
        worker = balancer.select_worker(task, pool)
        if worker is None:
            picks.append(None)
            continue
        picks.append(worker.id)
        speed = 1 + int(worker.id[1:]) % 5
        balancer.update_context(
            worker.id, task.task_type, rng.random() < 0.9, speed * rng.lognormvariate(0, 0.3), task=task
        )
    return picks


def fresh(seed, now=1000.0):
    strategy = AdaptiveStrategy(seed=seed)
    return LoadBalancer(strategy, rng=Random(99), clock=lambda: now), strategy


def handed_over(strategy, seed=12345):
    balancer, other = fresh(seed)
    other.load_state_dict(json.loads(json.dumps(strategy.state_dict(), allow_nan=False)))
    return balancer, other


@pytest.mark.parametrize("size", [3, 12, 60, 300])
@pytest.mark.parametrize("seed", range(3))
def test_a_fresh_balancer_chooses_as_the_old_one_did(size, seed):
    pool = WorkerPool(fleets.a_fleet(Random(seed), size))
    old, strategy = fresh(seed)
    train(old, pool, Random(seed), 400)
    new, _ = handed_over(strategy)
    assert train(new, pool, Random(7), 300) == train(old, pool, Random(7), 300)


def test_it_does_so_without_feedback_and_without_a_seed():
    pool = WorkerPool(fleets.a_fleet(Random(1), 20))
    old = LoadBalancer(rng=Random(1), clock=lambda: 1000.0)
    train(old, pool, Random(1), 300)
    new = LoadBalancer(rng=Random(2), clock=lambda: 1000.0)
    assert old.adaptive is not None
    assert new.adaptive is not None
    new.adaptive.load_state_dict(json.loads(json.dumps(old.adaptive.state_dict())))
    task = TaskRequirements(task_type="lint")
    assert [new.select_worker(task, pool) for _ in range(40)] == [old.select_worker(task, pool) for _ in range(40)]


def test_it_does_so_where_outcomes_come_before_the_first_choice():
    pool = WorkerPool(fleets.a_fleet(Random(1), 12))
    old, strategy = fresh(1)
    train(old, pool, Random(1), 300)
    new, _ = handed_over(strategy)
    for each in (old, new):
        for number in range(30):
            each.update_context(f"w{number % 12}", "lint", number % 4 > 0, 1.0 + number % 3)
    assert train(new, pool, Random(7), 200) == train(old, pool, Random(7), 200)


def test_weights_and_beliefs_are_the_same():
    pool = WorkerPool(fleets.a_fleet(Random(1), 12))
    old, strategy = fresh(1)
    train(old, pool, Random(1), 300)
    _, other = handed_over(strategy)
    assert other.get_weights() == strategy.get_weights()
    for worker in pool:
        for kind in (*KINDS, "never-seen"):
            assert other.belief(worker.id, kind) == strategy.belief(worker.id, kind)


def test_saving_changes_nothing_and_what_was_saved_stays():
    pool = WorkerPool(fleets.a_fleet(Random(1), 12))
    (one, strategy), (other, _) = fresh(1), fresh(1)
    for number in range(10):
        strategy.state_dict()
        assert train(one, pool, Random(number), 20) == train(other, pool, Random(number), 20)
    saved = strategy.state_dict()
    before = json.dumps(saved)
    train(one, pool, Random(3), 50)
    assert json.dumps(saved) == before


def test_a_state_that_was_loaded_is_saved_again_as_it_was():
    pool = WorkerPool(fleets.a_fleet(Random(1), 12))
    old, strategy = fresh(1)
    train(old, pool, Random(1), 300)
    _, other = handed_over(strategy)
    assert json.dumps(other.state_dict()) == json.dumps(strategy.state_dict())


def test_loading_replaces_what_was_known():
    pool = WorkerPool(fleets.a_fleet(Random(1), 12))
    old, strategy = fresh(1)
    train(old, pool, Random(1), 200)
    other, learned = fresh(2)
    train(other, pool, Random(5), 300)
    learned.load_state_dict(json.loads(json.dumps(strategy.state_dict())))
    assert train(other, pool, Random(7), 200) == train(old, pool, Random(7), 200)


def test_a_state_of_nothing_is_a_fresh_start():
    pool = WorkerPool(fleets.a_fleet(Random(1), 12))
    new, _ = handed_over(AdaptiveStrategy(seed=3))
    assert train(new, pool, Random(7), 100) == train(fresh(3)[0], pool, Random(7), 100)


@pytest.mark.parametrize("state", [{}, {"version": 0}, {"version": "1"}, {"version": None}])
def test_a_state_of_another_version_is_refused(state):
    with pytest.raises(ValueError, match=r"state\.version"):
        AdaptiveStrategy().load_state_dict(state)


@pytest.mark.parametrize("state", [None, 3, "learned", [1, 2]])
def test_what_is_no_state_is_refused(state):
    with pytest.raises(TypeError, match=r"^state: must be"):
        AdaptiveStrategy().load_state_dict(state)


WRONG = {"count": "x", "rng": "x", "learner": "x", "credit": {}, "turns": 5, "experts": 5}


@pytest.mark.parametrize("part", WRONG)
@pytest.mark.parametrize("missing", [True, False])
def test_a_damaged_state_changes_nothing(part, missing):
    strategy, pool = AdaptiveStrategy(seed=3), WorkerPool(fleets.a_fleet(Random(1), 12))
    train(LoadBalancer(strategy), pool, Random(7), 100)
    known = strategy.state_dict()
    state = dict(known)
    if missing:
        del state[part]
    else:
        state[part] = WRONG[part]
    with pytest.raises(ValueError, match="state: is damaged"):
        strategy.load_state_dict(state)
    assert strategy.state_dict() == known
