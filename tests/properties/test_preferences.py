"""Whom a task prefers, against a model of its own, written from the words of the promise: narrowing after narrowing."""

from random import Random

import pytest
from hypothesis import given

from apportion.core.balancer import LoadBalancer
from apportion.core.candidates import find_candidates
from apportion.core.pool.pool import WorkerPool
from apportion.core.preferences import has_preferences, narrow
from apportion.core.rules import eligible
from apportion.model.constraint import Constraint
from apportion.model.context import BalancingContext
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from tests import fleets
from tests import generators as some


def narrowed(task, able, context, owner):
    """Return whom the task prefers; ``owner``: (key, calm workers) -> the one that has the key."""

    def calm(workers):
        return [worker for worker in workers if worker.current_load / worker.max_capacity <= context.load_threshold]

    able = [worker for worker in able if worker.id not in task.avoid] or able
    named = [worker for worker in able if worker.id in task.affinity]
    by_rule = [worker for worker in able if worker.id in context.affinity_rules.get(task.task_type, ())]
    if named or by_rule:
        able = named or by_rule
    elif task.affinity_key is not None and calm(able):
        able = [owner(task.affinity_key, calm(able))]
    preferred = [each for each in task.constraints if each.weight is not None]
    if preferred and calm(able):
        sums = {worker.id: sum(each.weight for each in preferred if each.holds(worker.labels)) for worker in calm(able)}
        able = [worker for worker in calm(able) if sums[worker.id] == max(sums.values())]
    return able


def the_owner(key, workers):
    """Return whom the key belongs to among these: what a task that prefers nothing else is given."""
    task = TaskRequirements(affinity_key=key, complexity=1e-9)
    owner = picked(task, [WorkerInfo(worker.id, (), 1) for worker in workers])
    return next(worker for worker in workers if worker.id == owner.id)


def picked(task, workers, context=None):
    return LoadBalancer(context=context, rng=Random(1), clock=lambda: 0.0).select_worker(task, workers)


@given(some.tasks(), some.fleets(), some.contexts)
def test_preferences_narrow_one_after_the_other(task, fleet, context):
    able = [worker for worker in fleet if eligible(task, worker)]
    found = find_candidates(WorkerPool(fleet), task, 100, Random(0))
    if not able:
        assert found is None
        return
    assert found is not None
    preferred = narrow(found, task, context).everyone().workers()
    assert preferred == narrowed(task, able, context, the_owner)
    if not has_preferences(task, context):
        assert preferred == able


@given(some.tasks(), some.fleets(), some.contexts)
def test_the_pick_is_one_of_the_preferred(task, fleet, context):
    able = [worker for worker in fleet if eligible(task, worker)]
    one = picked(task, fleet, context)
    assert one in narrowed(task, able, context, the_owner) if able else one is None


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("size", [60, 300])
@pytest.mark.parametrize("strategy", fleets.STRATEGIES)
def test_preferences_hold_in_large_fleets_and_beyond_the_exact_limit(strategy, size, seed):
    rng = Random(seed)
    pool = WorkerPool(fleets.a_fleet(rng, size))
    context = BalancingContext(affinity_rules={"lint": [f"w{number}" for number in range(0, size, 9)]})
    one = LoadBalancer(context=context, exact_limit=50, rng=rng, clock=lambda: 1000.0)
    one.set_strategy(strategy)
    for _ in range(40):
        task = fleets.a_task(rng, [f"w{rng.randrange(size)}" for _ in range(20)])
        able = [worker for worker in pool if eligible(task, worker)]
        worker = one.select_worker(task, pool)
        if worker is None:
            assert not able
            continue
        assert worker in narrowed(task, able, context, the_owner)
        pool.reserve(worker.id, task.complexity)


EU, US = (Constraint("zone", "==", zone, weight) for zone, weight in (("eu", 3), ("us", 2)))
A, B, C = (
    WorkerInfo(id, {"python"}, 10, labels={"zone": zone}) for id, zone in (("a", "eu"), ("b", "us"), ("c", "us"))
)
FLEET = [A, B, C]
RULES = BalancingContext(affinity_rules={"lint": ["b"]})
CASES = [
    ("affinity chooses", {"affinity": ["b"]}, FLEET, {"b"}),
    ("affinity is no requirement", {"affinity": ["gone"]}, FLEET, {"a", "b", "c"}),
    ("affinity switches off no requirement", {"affinity": ["d"]}, [*FLEET, WorkerInfo("d", (), 10)], {"a", "b", "c"}),
    ("anti-affinity beats affinity", {"affinity": ["a"], "anti_affinity": ["a"]}, FLEET, {"b", "c"}),
    ("avoid goes elsewhere", {"avoid": ["a", "b"]}, FLEET, {"c"}),
    ("avoid goes never nowhere", {"avoid": ["a", "b", "c"]}, FLEET, {"a", "b", "c"}),
    ("avoid comes before affinity", {"avoid": ["a"], "affinity": ["a"]}, FLEET, {"b", "c"}),
    ("rules choose", {"task_type": "lint"}, FLEET, {"b"}),
    ("affinity comes before rules", {"task_type": "lint", "affinity": ["a"]}, FLEET, {"a"}),
    ("rules step in for affinity", {"task_type": "lint", "affinity": ["gone"]}, FLEET, {"b"}),
    ("rules are for their type", {"task_type": "train"}, FLEET, {"a", "b", "c"}),
    ("labels choose", {"constraints": [US]}, FLEET, {"b", "c"}),
    ("labels choose among the named", {"affinity": ["a"], "constraints": [US]}, FLEET, {"a"}),
    ("weights decide", {"constraints": [EU, US]}, FLEET, {"a"}),
    ("labels do not choose the busy", {"constraints": [EU]}, [A.replace(current_load=9), B, C], {"b", "c"}),
    ("at the threshold is not above it", {"constraints": [EU]}, [A.replace(current_load=8), B, C], {"a"}),
]


@pytest.mark.parametrize(("needs", "fleet", "allowed"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_preference_by_a_case(needs, fleet, allowed):
    one = LoadBalancer(context=RULES, rng=Random(1), clock=lambda: 0.0)
    one.set_strategy("round-robin")
    task = TaskRequirements({"python"}, **needs)
    assert {worker.id for _ in range(6) if (worker := one.select_worker(task, fleet))} == allowed
