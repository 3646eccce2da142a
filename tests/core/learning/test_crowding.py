"""Slots that share one machine slow each other down: that is learned, and not invented where it is not so."""

import json
from math import exp
from random import Random

import pytest

from apportion.core.balancer import LoadBalancer
from apportion.core.learning.load_slope import LoadSlope
from apportion.core.learning.pick import Pick, place_of
from apportion.core.strategies.adaptive import AdaptiveStrategy
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from tests.core.learning.worlds import SEEDS, World

QUICK = {f"quick-{number}": 0.5 for number in range(3)}
SLOW = {f"slow-{number}": 1.0 for number in range(3)}


class SharedMachines(World):
    """Workers whose tasks take longer the fuller the worker is when they begin.

    Args:
        sharing: worker id -> how many times longer a task takes when all other slots are taken.
    """

    def __init__(self, seed, speeds, sharing, **more):
        super().__init__(seed, speeds, capacity=8, **more)
        self.sharing = sharing
        self.seconds = []

    def _seconds(self, id, task):
        others = (self.pool.load_of(id) - 1) / (self.capacity - 1)
        found = super()._seconds(id, task) * (1 + (self.sharing.get(id, 1.0) - 1) * others)
        self.seconds.append(found)
        return found

    def slowed(self, id):
        """Return what is believed of a worker: how many times longer when it is full."""
        return self.strategy.describe(id, "lint")["slowed_when_full"]


@pytest.mark.parametrize("seed", SEEDS)
def test_tasks_are_spread_where_slots_share_a_machine(seed):
    everybody = QUICK | SLOW
    world = SharedMachines(seed, everybody, dict.fromkeys(everybody, 6.0), load=0.15)
    world.run(600)
    got = world.run(2000)
    assert sum(got[id] for id in SLOW) > 0.08 * 2000  # who is blind to load crowds the quick ones
    assert all(2.5 < world.slowed(id) < 20 for id in everybody)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_effect_of_load_is_invented_where_there_is_none(seed):
    world = SharedMachines(seed, QUICK | SLOW, {}, load=0.3)
    world.run(3000)
    assert all(world.slowed(id) < 1.3 for id in world.speeds)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_worker_that_shares_its_machine_among_others_that_do_not_is_told_apart(seed):
    world = SharedMachines(seed, dict.fromkeys(("a", "b", "c", "d"), 1.0), {"a": 8.0}, load=0.4)
    world.run(4000)
    assert world.slowed("a") > 1.5 * max(world.slowed(id) for id in "bcd")


def test_only_what_varies_with_load_counts():
    slope = LoadSlope(memory=1000, prior=1.0, doubt=1.0)
    rng = Random(1)
    for _ in range(500):
        slope.observe(rng.gauss(0, 0.3), rng.gauss(0, 0.3), 0.09)
    assert abs(slope.beyond(0.0)) < 0.1
    for _ in range(500):
        load = rng.gauss(0, 0.3)
        slope.observe(load, 2.0 * load + rng.gauss(0, 0.3), 0.09)
    assert slope.beyond(0.0) > 0.7
    assert slope.beyond(slope.beyond(0.0)) < 0.2


def test_the_believed_effect_of_load_survives_a_restart_and_is_explained():
    everybody = QUICK | SLOW
    world = SharedMachines(0, everybody, dict.fromkeys(everybody, 6.0) | {"slow-0": 1.0}, load=0.2)
    world.run(3000)
    saved = json.loads(json.dumps(world.strategy.state_dict(), allow_nan=False))
    other = AdaptiveStrategy(seed=1)
    other.load_state_dict(saved)
    task = TaskRequirements(task_type="lint")
    fresh = LoadBalancer(other, rng=Random(1), clock=lambda: world.now)
    beliefs = fresh.explain(task, world.pool).beliefs
    assert beliefs == world.balancer.explain(task, world.pool).beliefs
    assert beliefs["quick-0"]["slowed_when_full"] > 2
    assert other.state_dict()["learner"] == world.strategy.state_dict()["learner"]


def test_a_plan_spreads_tasks_where_slots_share_a_machine():
    world = SharedMachines(0, QUICK | SLOW, dict.fromkeys(QUICK | SLOW, 6.0), load=0.15)
    world.run(2000)
    workers = [WorkerInfo(worker.id, worker.capabilities, 8) for worker in world.pool]
    preference = world.strategy.preference(world.balancer.context)
    falls = preference.crowding(workers)
    assert all(0.1 < fall < 1.0 for fall in falls)
    task = TaskRequirements(task_type="lint")
    empty = preference.values(task, workers)
    busy = preference.values(task, [worker.replace(current_load=6) for worker in workers[:3]] + workers[3:])
    assert empty[0] > empty[4]
    assert busy[0] < busy[4]


def test_an_outcome_belongs_to_the_task_that_began_when_it_did():
    task = TaskRequirements(task_type="lint")
    picks = [Pick(task, None, at, at / 100) for at in (10.0, 20.0, 30.0)]
    assert place_of(picks, "lint", task, 29.0) == 2
    assert place_of(picks, "lint", None, 21.0) == 1
    assert place_of(picks, "lint", task, None) == 0
    assert place_of(picks, "train", None, 21.0) is None
    assert place_of([picks[0]._replace(at=5.0), *picks], "lint", TaskRequirements(), 30.0) == 0


def test_durations_by_another_clock_say_nothing_about_load():
    pick = Pick(TaskRequirements(), None, 1000.0, 0.5)
    assert pick.load_of(1000.1, 1.0) == 0.5
    assert pick.load_of(990.0, 10.0) is None


def test_what_is_learned_of_a_mean_does_not_move_with_the_slope():
    world = SharedMachines(0, QUICK, dict.fromkeys(QUICK, 6.0), load=0.4)
    world.run(3000)
    usual = sorted(world.seconds[-500:])[250]
    believed = world.strategy.describe("quick-0", "lint")["typical_duration"]
    assert believed == pytest.approx(usual, rel=0.35)
    assert exp(world.strategy.belief("quick-0", "lint").log_cost) < 1.5
