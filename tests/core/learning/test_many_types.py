"""What a worker has shown at other types counts at a type of which little is known yet."""

from random import Random

import pytest

from apportion.core.balancer import LoadBalancer
from apportion.core.learning.learner import Learner
from apportion.core.learning.records import CREDIT, PURSE, Records
from apportion.core.learning.state import learner_state, restore_learner
from apportion.core.strategies.adaptive import AdaptiveStrategy
from tests.core.learning.worlds import SEEDS, World, share

GOOD = {f"good{number}": 1.0 for number in range(6)}
BAD = {f"bad{number}": 3.0 for number in range(6)}


@pytest.mark.parametrize("seed", SEEDS)
def test_not_each_new_type_tries_everybody(seed):
    world = World(seed, GOOD | BAD, load=0.15)
    world.run(1200, [f"known{number}" for number in range(12)])
    got = world.run(200, [f"new{number}" for number in range(20)])
    assert share(got, *BAD) < 0.05


@pytest.mark.parametrize("seed", SEEDS)
def test_who_is_bad_elsewhere_is_tried_in_the_end(seed):
    world = World(seed, GOOD | BAD, load=0.15)
    world.run(1200, [f"known{number}" for number in range(12)])
    world.speeds.update(dict.fromkeys(BAD, lambda kind: 0.3 if kind == "new" else 3.0))
    world.run(1000, ["new"])
    assert share(world.run(200, ["new"]), *BAD) > 0.8


def test_a_type_that_only_the_quick_have_had_does_not_make_others_look_quick_at_it():
    strategy, luck = AdaptiveStrategy(seed=1), Random(1)
    balancer = LoadBalancer(strategy, clock=lambda: 0.0, rng=luck)
    for number in range(400):
        for id, seconds in (("quick", 0.25), ("slow", 1.0)):
            balancer.update_context(id, f"known{number % 10}", True, seconds * luck.lognormvariate(0.0, 0.3))
    for _ in range(3):
        balancer.update_context("quick", "new", True, 0.25)
    assert strategy.expected("quick", "new")[0] == pytest.approx(0.25, rel=0.3)
    assert strategy.expected("slow", "new")[0] == pytest.approx(1.0, rel=0.3)


def test_types_begin_with_credit_out_of_one_purse():
    records = Records()
    credit = [records.type(f"t{number}").account for number in range(40)]
    assert credit[:16] == [CREDIT] * 16
    assert sum(credit) == PURSE


def test_what_is_left_in_the_purse_is_saved():
    learner, again = Learner(), Learner()
    learner.records.type("lint")
    restore_learner(again, learner_state(learner))
    assert again.records.purse == learner.records.purse == PURSE - CREDIT
