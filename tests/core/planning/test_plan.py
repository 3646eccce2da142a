"""Plans of whole queues, case by case."""

import numpy as np
import pytest

from apportion.core.planning.by_score import by_score
from apportion.core.planning.plan import plan
from apportion.core.planning.preference import Preference
from apportion.core.scoring import ScoreWeights
from apportion.errors import StrategyError
from apportion.model.constraint import Constraint
from apportion.model.context import BalancingContext
from apportion.model.task import QueuedTask, TaskRequirements
from apportion.model.worker import WorkerInfo

NOTHING = BalancingContext()
SCORE = by_score(NOTHING, ScoreWeights())


def worker(id, capacity=1, capabilities=("python",), **fields):
    return WorkerInfo(id, capabilities, capacity, **fields)


def task(id, assigned=None, **needs):
    return QueuedTask(id, TaskRequirements(**needs), assigned)


def liked(**by_type):
    """Return a preference given as type -> worker -> value."""

    def values(task, workers):
        return np.array([by_type[task.task_type][worker.id] for worker in workers], dtype=float)

    return Preference(values, name="told")


def planned(queue, workers, preference=SCORE, context=NOTHING, rules=()):
    return {each.id: each.assigned_worker for each in plan(queue, workers, preference, context, rules)}


def test_higher_priority_first_equals_in_their_order_and_what_does_not_fit_keeps_its_place():
    queue = [
        task("a", priority=1),
        task("b", priority=9, capabilities=["gpu"]),
        task("c", priority=9),
        task("d", priority=1),
    ]
    found = plan(queue, [worker("w1", 2)], SCORE, NOTHING)
    assert [(each.id, each.assigned_worker) for each in found] == [("b", None), ("c", "w1"), ("a", "w1"), ("d", None)]


def test_without_workers_or_tasks():
    assert planned([task("a")], []) == {"a": None}
    assert planned([], [worker("w1")]) == {}


def test_a_freed_worker_gets_the_waiting_task_that_it_is_best_at():
    preference = liked(lint={"free": -3.0, "full": -1.0}, test={"free": -1.0, "full": -3.0})
    queue = [task("first", task_type="lint"), task("second", task_type="test")]
    workers = [worker("free"), worker("full", current_load=1)]
    assert planned(queue, workers, preference) == {"first": None, "second": "free"}


def test_each_goes_where_the_sum_is_highest_not_where_the_first_is_happiest():
    # One by one: a takes w1 (5), b is left with w2 (0): 5. Crossed: a takes w2 (4), b takes w1 (5): 9.
    preference = liked(a={"w1": 5.0, "w2": 4.0}, b={"w1": 5.0, "w2": 0.0})
    queue = [task("a", task_type="a"), task("b", task_type="b")]
    assert planned(queue, [worker("w1"), worker("w2")], preference) == {"a": "w2", "b": "w1"}


def test_a_flexible_task_moves_over_for_one_that_can_go_nowhere_else():
    preference = liked(any={"w1": 9.0, "w2": 0.0}, gpu={"w1": 0.0, "w2": 0.0})
    queue = [task("flexible", task_type="any"), task("bound", task_type="gpu", capabilities=["gpu"])]
    workers = [worker("w1", capabilities=["gpu"]), worker("w2")]
    assert planned(queue, workers, preference) == {"flexible": "w2", "bound": "w1"}


def test_chains_of_moves_are_found():
    skills = [["a", "b"], ["b", "c"], ["c", "d"], ["d", "e"]]
    workers = [worker(f"w{number}", capabilities=has) for number, has in enumerate(skills)]
    queue = [task(name, capabilities=[name]) for name in "bcda"]
    found = planned(queue, workers)
    assert None not in found.values()


def test_no_chain_ends_where_it_takes_room_itself():
    # "small" must not move over within w1, where its leaving is what makes room for "large".
    queue = [task("small", complexity=1), task("large", complexity=2, capabilities=["x"])]
    workers = [
        worker("w1", 3, ["x"], current_load=1),
        worker("w2", 3, ["z"]),
        worker("w3", 2, ["x", "z"], current_load=1),
    ]
    flat = Preference(lambda _task, workers: np.zeros(len(workers)))
    assert planned(queue, workers, flat) == {"small": "w2", "large": "w1"}


def test_a_higher_priority_never_moves_for_a_lower_one():
    preference = liked(any={"w1": 9.0, "w2": 0.0}, gpu={"w1": 0.0, "w2": 0.0})
    queue = [task("high", task_type="any", priority=9), task("low", task_type="gpu", capabilities=["gpu"], priority=1)]
    workers = [worker("w1", capabilities=["gpu"]), worker("w2")]
    assert planned(queue, workers, preference) == {"high": "w1", "low": None}


def test_small_tasks_are_not_shut_out_by_a_large_one_of_their_priority():
    queue = [task("large", complexity=4), *(task(f"small{number}", complexity=1) for number in range(4))]
    found = planned(queue, [worker("w1", 4)])
    assert found == {"large": None, "small0": "w1", "small1": "w1", "small2": "w1", "small3": "w1"}


def test_among_equal_tasks_the_first_in_the_queue_are_placed():
    assert planned([task("a"), task("b"), task("c")], [worker("w1", 2)]) == {"a": "w1", "b": "w1", "c": None}


def test_load_is_spread_as_it_is_by_the_score():
    found = planned([task(f"t{number}") for number in range(8)], [worker("w1", 10), worker("w2", 10)])
    assert sorted(found.values()) == ["w1"] * 4 + ["w2"] * 4


def test_a_worker_that_a_task_names_already_has_no_say():
    assert planned([task("a", "w2", capabilities=["gpu"])], [worker("w1", capabilities=["gpu"]), worker("w2")]) == {
        "a": "w1"
    }


def test_affinity_holds_while_there_is_room_and_spills_then():
    queue = [task("a", affinity=["w2"]), task("b", affinity=["w2"])]
    assert planned(queue, [worker("w1", 9), worker("w2", 1)]) == {"a": "w2", "b": "w1"}


def test_whom_one_task_alone_would_rather_have_is_not_taken_by_others():
    queue = [task("other"), task("fond", affinity=["w1"])]
    assert planned(queue, [worker("w1", 1), worker("w2", 1, current_load=0)]) == {"other": "w2", "fond": "w1"}


def test_to_be_placed_counts_more_than_affinity():
    queue = [task("fond", affinity=["w1"]), task("bound", capabilities=["gpu"])]
    assert planned(queue, [worker("w1", 1, ["gpu"]), worker("w2")]) == {"fond": "w2", "bound": "w1"}


def test_avoid_key_rules_and_labels_are_heeded():
    queue = [
        task("again", avoid=["w1"]),
        task("by-rule", task_type="lint"),
        task("labelled", constraints=[Constraint("zone", "==", "eu", weight=1)]),
        task("k1", affinity_key="session"),
        task("k2", affinity_key="session"),
    ]
    workers = [worker("w1", 20), worker("w2", 20), worker("w3", 20, labels={"zone": "eu"})]
    context = BalancingContext(affinity_rules={"lint": ["w2"]})
    found = planned(queue, workers, context=context)
    assert found["again"] != "w1"
    assert found["by-rule"] == "w2"
    assert found["labelled"] == "w3"
    assert found["k1"] == found["k2"]


def test_a_rule_of_the_users_own_is_asked():
    def not_w1(task, worker):
        return "no" if worker.id == "w1" else None

    assert planned([task("a"), task("b")], [worker("w1", 9), worker("w2", 1)], rules=[not_w1]) == {"a": "w2", "b": None}


@pytest.mark.parametrize("wrong", [np.array([np.nan]), np.array([np.inf]), np.zeros(2)])
def test_a_preference_that_gives_what_it_must_not_is_named(wrong):
    preference = Preference(lambda _task, _workers: wrong, name="my-strategy")
    with pytest.raises(StrategyError, match="'my-strategy'"):
        planned([task("a")], [worker("w1")], preference)


def test_sums_that_do_not_come_out_even_never_overfill():
    queue = [task(f"t{number}", complexity=size) for number, size in enumerate((0.1, 0.2, 0.3, 0.1, 0.2, 0.3))]
    found = plan(queue, [worker("w1", 0.6), worker("w2", 0.6)], SCORE, NOTHING)
    for id in ("w1", "w2"):
        load = 0.0
        for each in found:
            if each.assigned_worker == id:
                load += each.requirements.complexity
        assert load <= 0.6
