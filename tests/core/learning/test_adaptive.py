"""What the adaptive strategy must do, in small worlds of five seeds each, with margins that chance does not cross."""

import pytest

from apportion.model.task import TaskRequirements
from tests.core.learning.worlds import SEEDS, World, share

TEN = {f"w{number}": 1.0 for number in range(10)}

every_seed = pytest.mark.parametrize("seed", SEEDS)


# --- what it learns ---------------------------------------------------------------------------------------------------


@every_seed
def test_the_quick_get_the_traffic(seed):
    world = World(seed, {**TEN, "quick": 0.3, "slow": 4.0}, load=0.1)
    world.run(600)
    got = world.run(400)
    assert share(got, "slow") < 0.05
    assert share(got, "quick") > 0.3


@every_seed
def test_it_learns_by_type_who_is_good_at_what(seed):
    specialist = {"a": lambda kind: 0.5 if kind == "lint" else 3.0, "b": lambda kind: 0.5 if kind == "train" else 3.0}
    world = World(seed, specialist, load=0.2)
    world.run(600, ("lint", "train"))
    assert share(world.run(200, ("lint",)), "a") > 0.85
    assert share(world.run(200, ("train",)), "b") > 0.85


@every_seed
def test_who_fails_often_loses_its_traffic(seed):
    world = World(seed, TEN, {"w3": 0.6}, load=0.3)
    world.run(800)
    assert share(world.run(400), "w3") < 0.05


# --- it forgets -------------------------------------------------------------------------------------------------------


@every_seed
def test_traffic_leaves_within_tens_of_tasks_after_a_worker_turns_slow(seed):
    world = World(seed, {**TEN, "w0": 0.4}, load=0.15)
    world.run(800)
    assert share(world.run(200), "w0") > 0.25
    world.speeds["w0"] = 5.0
    assert world.run(300)["w0"] < 60
    assert share(world.run(300), "w0") < 0.05


@every_seed
def test_traffic_leaves_within_tens_of_tasks_after_a_worker_starts_failing(seed):
    world = World(seed, {**TEN, "w0": 0.4}, load=0.15)
    world.run(800)
    world.failing["w0"] = 0.9
    assert world.run(300)["w0"] < 60
    assert share(world.run(300), "w0") < 0.06


@every_seed
def test_after_it_recovers_it_is_found_again(seed):
    world = World(seed, {**TEN, "w0": 0.4}, load=0.15)
    world.run(600)
    world.speeds["w0"] = 5.0
    world.run(600)
    world.speeds["w0"] = 0.4
    world.run(1500)
    assert share(world.run(300), "w0") > 0.2


@every_seed
def test_after_it_stops_failing_it_is_found_again(seed):
    world = World(seed, {**TEN, "w0": 0.4}, load=0.15)
    world.run(600)
    world.failing["w0"] = 0.95
    world.run(600)
    world.failing["w0"] = 0.0
    world.run(2000)
    assert share(world.run(300), "w0") > 0.2


# --- failures ---------------------------------------------------------------------------------------------------------


@every_seed
@pytest.mark.parametrize("seconds", [0.001, 0.05, 1.0])
def test_a_black_hole_loses_its_traffic_within_tens_of_tasks(seed, seconds):
    world = World(seed, TEN, load=0.4)
    world.run(400)
    world.speeds["w0"], world.failing["w0"] = seconds, 1.0
    assert world.run(400)["w0"] < 60
    assert share(world.run(400), "w0") < 0.05


@every_seed
def test_a_black_hole_from_the_start_loses_its_traffic_within_tens_of_tasks(seed):
    world = World(seed, {**TEN, "w0": 0.001}, {"w0": 1.0}, load=0.4)
    assert world.run(500)["w0"] < 60
    assert share(world.run(400), "w0") < 0.05


@every_seed
def test_a_type_that_fails_everywhere_blames_nobody(seed):
    world = World(
        seed, {**TEN, "quick": 0.4}, {id: lambda kind: float(kind == "broken") for id in [*TEN, "quick"]}, load=0.2
    )
    world.run(1000, ("lint", "broken"))
    got = world.run(400, ("lint",))
    assert share(got, "quick") > 0.25
    succeeding = [world.strategy.belief(id, "lint").success for id in TEN]
    assert min(succeeding) > 0.7


@every_seed
def test_who_fails_at_a_type_is_no_worse_at_another(seed):
    world = World(seed, {"a": 1.0, "b": 1.0, "c": 1.0}, {"a": lambda kind: 0.95 * (kind == "train")}, load=0.3)
    world.run(900, ("lint", "train"))
    assert share(world.run(200, ("train",)), "a") < 0.15
    assert share(world.run(300, ("lint",)), "a") > 0.08


# --- new workers ------------------------------------------------------------------------------------------------------


@every_seed
def test_a_new_worker_is_tried_soon_and_not_flooded(seed):
    world = World(seed, TEN, load=0.4)
    world.run(500)
    world.join("new", 1.0)
    first = world.run(60)
    assert 1 <= first["new"] <= 20
    assert 0.003 < share(world.run(1500), "new") < 0.3


@every_seed
def test_a_new_worker_that_is_quick_gets_its_share(seed):
    world = World(seed, TEN, load=0.15)
    world.run(500)
    world.join("new", 0.3)
    world.run(300)
    assert share(world.run(300), "new") > 0.3


@every_seed
def test_a_new_worker_that_is_slow_costs_little(seed):
    world = World(seed, TEN, load=0.3)
    world.run(500)
    world.join("new", 8.0)
    assert 1 <= world.run(400)["new"] < 25


@every_seed
def test_a_new_worker_starts_from_what_its_kind_is_like(seed):
    kinds = {f"w{number}": ("large" if number < 5 else "small") for number in range(10)}
    world = World(seed, {id: 0.4 if kind == "large" else 2.0 for id, kind in kinds.items()}, load=0.3, kinds=kinds)
    world.run(800)
    world.join("big", 0.4, kind="large")
    world.join("little", 2.0, kind="small")
    got = world.run(100)
    assert got["big"] >= 2 * max(1, got["little"])
    costs = {id: world.strategy.belief(id, "lint").log_cost for id in ("big", "little")}
    assert costs["big"] < costs["little"]


@every_seed
def test_many_new_workers_at_once_are_all_tried(seed):
    world = World(seed, TEN, load=0.5)
    world.run(300)
    for number in range(10):
        world.join(f"new{number}", 1.0)
    got = world.run(300)
    assert all(got[f"new{number}"] >= 1 for number in range(10))


def test_a_newcomer_among_equals_gets_its_share_even_if_its_first_tasks_were_unlucky():
    shares = []
    for seed in range(16):
        world = World(seed, TEN, load=0.15)
        world.run(400)
        world.join("new", 1.0)
        world.run(100)
        shares.append(share(world.run(600), "new") * 11)  # of what is due to it
    assert sum(min(1.0, each) for each in shares) / 16 > 0.7


# --- exploring is bounded ---------------------------------------------------------------------------------------------


@every_seed
def test_the_clearly_bad_get_few_percent(seed):
    speeds = {f"good{number}": 1.0 for number in range(6)} | {f"bad{number}": 6.0 for number in range(6)}
    world = World(seed, speeds, load=0.15)
    world.run(600)
    got = world.run(1500)
    assert share(got, *(id for id in speeds if id.startswith("bad"))) < 0.05


@every_seed
def test_a_task_can_say_not_with_me(seed):
    speeds = {f"good{number}": 1.0 for number in range(4)} | {f"bad{number}": 4.0 for number in range(4)}
    world = World(seed, speeds, load=0.1)
    world.run(600)
    got = world.run(600, explore=False)
    assert share(got, *(id for id in speeds if id.startswith("bad"))) == 0


@every_seed
def test_a_task_that_says_not_with_me_is_not_given_to_somebody_unknown(seed):
    world = World(seed, TEN, load=0.1)
    world.run(600)
    world.join("new", 1.0)
    assert world.run(100, explore=False)["new"] == 0
    assert world.run(100)["new"] > 0


def test_doubt_that_comes_back_is_about_a_change_and_not_about_how_far_workers_differ():
    world = World(1, {"slow": 30.0, "snail": 30.0, "a": 1.0, "b": 1.0}, load=0.1)
    world.run(400)
    known = world.strategy.belief("slow", "lint")
    record = world.strategy._learner.records.types["lint"]
    record.arms["slow"].tried_at = record.decisions - 100_000  # not tried for very long
    idle = world.strategy.belief("slow", "lint")
    assert idle.log_cost == known.log_cost
    assert known.doubt < idle.doubt < 0.6  # while it lies four standard deviations of that behind


def test_who_is_picked_for_its_doubt_is_picked_once_and_then_heard():
    world = World(1, {"slow": 5.0, "a": 1.0}, load=0.1)
    world.run(300)
    record = world.strategy._learner.records.types["lint"]
    arm = record.arms["slow"]
    arm.draw, arm.probe, arm.tried_at = -50.0, False, record.decisions - 50
    world.strategy._learner._costs.renew("slow", record, arm)
    task = TaskRequirements(task_type="lint")
    picks = [world.balancer.select_worker(task, world.pool) for _ in range(4)]
    assert [pick and pick.id for pick in picks] == ["slow", "a", "a", "a"]
