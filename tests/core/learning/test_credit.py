"""An outcome rewards or blames the strategies that wanted that worker for that task, and says nothing about others."""

from random import Random

import pytest

from apportion.core.balancer import LoadBalancer
from apportion.core.learning.credit import Credit
from apportion.core.strategies.adaptive import AdaptiveStrategy
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from tests.core.learning.worlds import SEEDS

FLEET = [WorkerInfo(id, {"python"}, 10) for id in ("good", "bad", "other")]
TASK = TaskRequirements({"python"}, task_type="lint")


class Fan:
    """Wants one worker, and no other."""

    def __init__(self, name, wanted):
        self.name = name
        self.wanted = wanted

    def select_worker(self, _task, workers, _context):
        return next((worker for worker in workers if worker.id == self.wanted), None)


def adaptive(seed=0):
    """Return a balancer whose experts want one worker each; the first two share their taste."""
    fans = [Fan("one", "good"), Fan("two", "good"), Fan("three", "bad"), Fan("four", "other"), Fan("five", "nobody")]
    strategy = AdaptiveStrategy(fans, seed=seed)
    return LoadBalancer(strategy, rng=Random(seed), clock=lambda: 0.0), strategy


def place_on(balancer, id):
    """Have the task placed on this worker, as far as the strategy may choose."""
    task = TASK.replace(affinity={id})
    assert balancer.select_worker(task, FLEET).id == id
    return task


def steady(balancer):
    """Let everybody be known as usual: a second each, and hardly a failure."""
    for _ in range(5):
        for worker in FLEET:
            balancer.update_context(worker.id, "lint", True, 1.0)


OUTCOMES = [(True, 0.2, 1), (True, 5.0, -1), (False, 1.0, -1), (False, 0.0, -1)]


@pytest.mark.parametrize(("success", "duration", "sign"), OUTCOMES)
@pytest.mark.parametrize("worker", ["good", "bad"])
def test_who_wanted_the_worker_gains_or_loses_by_how_it_went(worker, success, duration, sign):
    balancer, strategy = adaptive()
    steady(balancer)
    task = TASK
    picked = None
    while picked is None or picked.id != worker:  # everybody is alike, so each has its turn
        picked = balancer.select_worker(task, FLEET)
    before = strategy.get_weights()
    balancer.update_context(worker, "lint", success, duration, task=task)
    after = strategy.get_weights()
    wanted = {"good": ("one", "two"), "bad": ("three",)}[worker]
    for name, weight in before.items():
        assert ((after[name] - weight) * sign > 0) == (name in wanted)
    rest = [name for name in before if name not in wanted]
    first = rest[0]
    for name in rest:  # the others hold the same among themselves: only the sum was brought to 1 again
        assert after[name] / after[first] == pytest.approx(before[name] / before[first], rel=1e-6)
    assert after["one"] == pytest.approx(after["two"])


def test_weights_sum_to_1_and_stay_above_0():
    balancer, strategy = adaptive()
    rng = Random(1)
    for _ in range(2000):
        worker = balancer.select_worker(TASK, FLEET)
        balancer.update_context(worker.id, "lint", worker.id == "good" or rng.random() < 0.2, rng.choice((0.01, 50.0)))
        weights = strategy.get_weights()
        assert sum(weights.values()) == pytest.approx(1)
        assert min(weights.values()) > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_in_the_long_run_who_wants_the_good_outweighs_who_wants_the_bad(seed):
    balancer, strategy = adaptive(seed)
    rng = Random(seed)
    for _ in range(250):
        worker = balancer.select_worker(TASK, FLEET)
        slow = 3.0 if worker.id == "bad" else 1.0
        balancer.update_context(worker.id, "lint", True, slow * rng.lognormvariate(0, 0.2))
    weights = strategy.get_weights()
    assert weights["one"] > weights["three"]


@pytest.mark.parametrize("outcome", [(True, 0.01), (False, 30.0)])
def test_a_pick_that_nobody_made_credits_nobody(outcome):
    balancer, strategy = adaptive()
    before = strategy.get_weights()
    balancer.update_context("good", "lint", *outcome)
    balancer.update_context("gone", "lint", *outcome)
    assert strategy.get_weights() == before


def test_a_failure_that_was_the_tasks_own_blames_nobody():
    balancer, strategy = adaptive()
    steady(balancer)
    worker = balancer.select_worker(TASK, FLEET)
    before = strategy.get_weights()
    balancer.update_context(worker.id, "lint", False, 1.0, task=TASK, fault="task")
    assert strategy.get_weights() == before
    assert strategy.belief(worker.id, "lint").success > 0.85


def test_a_failure_of_a_type_that_fails_everywhere_blames_hardly_anybody():
    balancer, strategy = adaptive()
    for _ in range(60):
        for worker in FLEET:
            balancer.update_context(worker.id, "lint", False, 1.0)
    worker = balancer.select_worker(TASK, FLEET)
    before = strategy.get_weights()
    balancer.update_context(worker.id, "lint", False, 1.0, task=TASK)
    assert strategy.get_weights() == pytest.approx(before, abs=0.003)


def test_an_outcome_without_its_task_belongs_to_the_oldest_open_pick():
    balancer, strategy = adaptive()
    steady(balancer)
    place_on(balancer, "bad")
    place_on(balancer, "good")
    before = strategy.get_weights()
    balancer.update_context("bad", "lint", True, 0.1)
    after = strategy.get_weights()
    assert after["three"] > before["three"]
    balancer.update_context("bad", "lint", True, 0.1)  # no pick is open there any more
    assert strategy.get_weights() == after


def test_each_decides_as_often_as_its_weight_says():
    credit = Credit(["a", "b", "c"])
    for _ in range(20):
        credit.judge(["a"], 1.0)
        credit.judge(["b"], 0.3)
    weights = credit.weights()
    turns = []
    for _ in range(1000):
        turns.append(credit.next_turn())
        credit.pass_turn()
    for name, weight in weights.items():
        assert turns.count(name) == pytest.approx(1000 * weight, abs=2)


def test_who_was_wrong_for_long_can_come_back():
    credit = Credit(["a", "b"])
    for _ in range(500):
        credit.judge(["a"], -2.0)
    assert credit.weights()["a"] < 0.05
    for _ in range(500):
        credit.judge(["a"], 2.0)
    assert credit.weights()["a"] > 0.5
