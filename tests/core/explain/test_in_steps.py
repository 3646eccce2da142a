"""An explanation of a big fleet is made in steps, names a few, and counts all."""

from random import Random

import pytest

from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.core.steps import finished
from apportion.model.constraint import Constraint
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo, WorkerStatus
from tests import fleets

TASK = TaskRequirements({"python"}, task_type="lint")


def balancer(**fields):
    return LoadBalancer(**{"rng": Random(1), "clock": lambda: 1000.0, **fields})


def pool_of(size, **fields):
    return WorkerPool([WorkerInfo(f"w{number}", {"python"}, 10, number % 9, **fields) for number in range(size)])


@pytest.mark.parametrize("needs", [TASK, TaskRequirements({"gpu"}), TaskRequirements(complexity=4)])
def test_few_are_named_and_all_are_counted(needs):
    pool, one = pool_of(60), balancer()
    whole, some = one.explain(needs, pool), finished(one.explaining(needs, pool, most=5))
    assert some.ranking == whole.ranking[:5]
    assert some.beliefs.keys() == {entry.worker.id for entry in whole.ranking[:5]}
    assert some.rejected == {code: ids[:5] for code, ids in whole.rejected.items()}
    assert (some.counts, some.ranked, some.narrowed) == (whole.counts, 60, whole.narrowed)
    assert (some.worker, some.votes, some.suggestions) == (whole.worker, whole.votes, whole.suggestions)


def test_what_is_not_named_is_said():
    said = str(finished(balancer().explaining(TaskRequirements({"gpu"}), pool_of(60), most=2)))
    assert "60 refused by missing-capability: w0, w1 and 58 more" in said


def test_it_pauses_often_enough():
    pauses = sum(1 for _ in balancer().explaining(TASK, pool_of(3000)))
    assert pauses >= 6


def test_workers_may_come_and_go_between_two_steps():
    pool, one = pool_of(1200), balancer()
    steps = one.explaining(TASK, pool)
    next(steps)
    pool.add(WorkerInfo("new", {"python"}, 10))
    for number in range(1150):
        pool.remove(f"w{number}")
    explained = finished(steps)
    assert explained.worker in pool
    assert {entry.worker.id for entry in explained.ranking} >= {f"w{number}" for number in range(1150, 1200)}


@pytest.mark.parametrize("strategy", fleets.STRATEGIES)
@pytest.mark.parametrize("size", [5, 60, 700])
def test_workers_are_judged_as_they_are_seen(strategy, size):
    """A worker that does not ask for work at this moment is overloaded to the balancer, and idle to people."""
    asleep, awake = pool_of(size, status="overloaded", labels={"zone": "a"}), pool_of(size, labels={"zone": "a"})
    task = TASK.replace(constraints=(Constraint("zone", "==", "a", weight=1),))

    def explained(pool, **how):
        one = balancer()
        one.set_strategy(strategy)
        return finished(one.explaining(task, pool, **how))

    seen = explained(asleep, seen=lambda worker: worker.with_status(WorkerStatus.IDLE))
    plain = explained(awake)
    assert explained(asleep).outcome == "full"
    assert (seen.outcome, seen.worker.id) == ("worker", plain.worker.id)
    assert (seen.votes, seen.rejected, seen.narrowed) == (plain.votes, plain.rejected, plain.narrowed)
