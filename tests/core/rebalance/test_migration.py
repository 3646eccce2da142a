"""Moves of tasks, and of work at large."""

import pytest

from apportion.core.rebalance.migration import suggest_migration
from apportion.model.constraint import Constraint
from apportion.model.context import BalancingContext
from apportion.model.task import QueuedTask, TaskRequirements
from apportion.model.worker import WorkerInfo

NOTHING = BalancingContext()


def worker(id, load, status="busy", capacity=10, **fields):
    return WorkerInfo(id, fields.pop("capabilities", ("python",)), capacity, load, status, **fields)


def task(id, holder, complexity=2, **needs):
    return QueuedTask(id, TaskRequirements(complexity=complexity, **needs), holder)


def moves(workers, queue, context=NOTHING, rules=()):
    return [
        (each.task_id, each.from_worker, each.to_worker) for each in suggest_migration(workers, queue, context, rules)
    ]


def test_a_task_moves_from_the_busy_to_the_idle_and_says_so():
    (only,) = suggest_migration([worker("hot", 8), worker("cold", 2)], [task("t", "hot", 3)], NOTHING)
    assert only.reason == "hot is at 80% and cold at 20%: moving t (3) evens them out"
    assert (only.task_id, only.from_worker, only.to_worker, only.priority) == ("t", "hot", "cold", 8)


def test_moves_go_on_until_it_is_even():
    queue = [task(f"t{number}", "hot", 1) for number in range(8)]
    found = moves([worker("hot", 8), worker("cold", 0)], queue)
    assert found == [(f"t{number}", "hot", "cold") for number in range(4)]


def test_the_best_comes_first():
    queue = [task("small", "hot", 1), task("large", "hot", 3), task("medium", "hot", 2)]
    assert moves([worker("hot", 8), worker("cold", 2)], queue)[0] == ("large", "hot", "cold")


def test_the_busiest_gives_first():
    queue = [task("a", "warm"), task("b", "hot")]
    assert moves([worker("warm", 6), worker("hot", 10), worker("cold", 0)], queue)[0][0] == "b"


def test_none_is_more_urgent_than_the_one_before():
    queue = [task("a", "hot", 1), task("b", "warm", 4)]
    found = suggest_migration([worker("hot", 10), worker("warm", 8), worker("cold", 0)], queue, NOTHING)
    assert [(each.task_id, each.priority) for each in found] == [("b", 8), ("a", 8)]


@pytest.mark.parametrize("few", [0, 64])
def test_what_a_move_has_made_worse_waits_for_what_is_better_now(few, monkeypatch):
    monkeypatch.setattr("apportion.core.rebalance.moves.FEW", few)
    # Between workers of one size a move of x is worth x * (difference - x). At first a and b are worth 3 * (9 - 3), to
    # c1, and c 2 * (9 - 2); when c1 has got a, b is worth 3 * (6 - 3), and c 2 * (8 - 2), to c2.
    queue = [task("a", "h1", 3, anti_affinity=["c2"]), task("b", "h2", 3, anti_affinity=["c2"]), task("c", "h3", 2)]
    workers = [worker("h1", 9), worker("h2", 9), worker("h3", 9), worker("c1", 0), worker("c2", 1)]
    assert [each[0] for each in moves(workers, queue)][:2] == ["a", "c"]


def test_whoever_is_below_the_average_does_not_give():
    workers = [worker("hot", 18, capacity=20), worker("mid", 300, capacity=1000), worker("small", 2)]
    assert moves(workers, [task("t", "mid", 1)]) == []


def test_a_task_larger_than_its_worker_s_load_is_not_believed():
    assert moves([worker("hot", 5), worker("cold", 0, capacity=100)], [task("t", "hot", 6)]) == []


@pytest.mark.parametrize(
    ("cold", "needs"),
    [
        ({"status": "draining"}, {}),
        ({"status": "overloaded"}, {}),
        ({"status": "offline"}, {}),
        ({"task_types": ["test"]}, {"task_type": "lint"}),
        ({}, {"capabilities": ["gpu"]}),
        ({"capacity": 2}, {"complexity": 3}),
        ({}, {"anti_affinity": ["cold"]}),
        ({}, {"avoid": ["cold"]}),
        ({}, {"affinity": ["hot"]}),
        ({"labels": {"zone": "us"}}, {"constraints": [Constraint("zone", "==", "eu")]}),
    ],
)
def test_nobody_is_sent_where_it_may_not_or_would_rather_not_go(cold, needs):
    assert moves([worker("hot", 9), worker("cold", 0, **cold)], [task("t", "hot", **needs)]) == []


def test_a_rule_of_the_users_own_is_asked():
    def not_cold(_task, worker):
        return "too cold" if worker.id == "cold" else None

    workers = [worker("hot", 9), worker("cold", 0), worker("cool", 2)]
    assert moves(workers, [task("t", "hot")], rules=[not_cold]) == [("t", "hot", "cool")]


def test_affinity_leaves_for_another_that_it_names():
    workers = [worker("hot", 9), worker("cold", 0), worker("friend", 3)]
    assert moves(workers, [task("t", "hot", affinity=["hot", "friend"])]) == [("t", "hot", "friend")]


def test_the_rules_for_a_type_hold_tasks_as_affinity_does():
    rules = BalancingContext(affinity_rules={"lint": ["hot"]})
    assert moves([worker("hot", 9), worker("cold", 0)], [task("t", "hot", task_type="lint")], rules) == []


def test_a_keyed_task_stays_while_its_worker_is_not_above_the_threshold():
    queue = [task("t", "home", affinity_key="session")]
    assert moves([worker("home", 7), worker("cold", 0)], queue) == []
    assert moves([worker("home", 9), worker("cold", 0)], queue) == [("t", "home", "cold")]


def test_no_target_is_brought_above_the_threshold():
    assert moves([worker("hot", 20, capacity=20), worker("warm", 6)], [task("t", "hot", 3)]) == []
    assert moves([worker("hot", 20, capacity=20), worker("warm", 5)], [task("t", "hot", 3)]) == [("t", "hot", "warm")]


def test_tasks_of_nobody_of_strangers_and_of_the_offline_stay():
    workers = [worker("hot", 9), worker("gone", 9, "offline"), worker("cold", 0)]
    queue = [task("a", None), task("b", "stranger"), task("c", "gone"), task("d", "hot")]
    assert moves(workers, queue) == [("d", "hot", "cold")]


def test_an_id_that_is_there_twice_moves_once():
    assert moves([worker("hot", 9), worker("cold", 0)], [task("t", "hot"), task("t", "hot")]) == [("t", "hot", "cold")]


def test_a_balanced_fleet_needs_nothing():
    assert moves([worker("a", 5), worker("b", 5)], [task("t", "a"), task("u", "b")]) == []
    assert moves([worker("a", 5), worker("b", 4)], [task("t", "a", 1)]) == []
    assert moves([worker("a", 5), worker("b", 5)], []) == []
    assert moves([], []) == []


def test_with_no_assigned_task_whole_workers_are_named():
    found = suggest_migration([worker("hot", 9), worker("cold", 1)], [task("t", None)], NOTHING)
    assert [(each.from_worker, each.to_worker, each.task_id, each.priority) for each in found] == [
        ("hot", "cold", None, 9)
    ]
    assert found[0].reason == "hot is at 90% and cold at 10%: moving work would even them out"


@pytest.mark.parametrize("other", [worker("b", 0, "draining"), worker("b", 0, "offline"), worker("b", 7),
                                   worker("b", 0, capabilities=["gpu"])])  # fmt: skip
def test_whole_workers_give_only_to_one_who_could_take_it_and_is_less_utilised(other):
    assert moves([worker("hot", 9), other], []) == []


def test_with_one_assigned_task_that_cannot_move_no_whole_worker_is_named():
    assert moves([worker("hot", 9), worker("cold", 1)], [task("t", "hot", capabilities=["gpu"])]) == []
