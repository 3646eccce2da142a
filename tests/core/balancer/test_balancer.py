"""The balancer: None where nobody can, errors that say what is allowed, a live context, arguments left as they are."""

import copy
import json
import pickle
from dataclasses import FrozenInstanceError
from random import Random, SystemRandom

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.core.pool.view import PoolView
from apportion.core.strategies.least_loaded import LeastLoadedStrategy
from apportion.errors import UnknownStrategyError, UnknownWorkerError
from apportion.model.context import BalancingContext
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from tests import fleets
from tests import generators as some

FLEET = [WorkerInfo(f"w{number}", {"python"}, 10, number) for number in range(4)]
TASK = TaskRequirements({"python"}, task_type="lint")


def balancer(**fields):
    return LoadBalancer(**{"rng": Random(1), "clock": lambda: 123.0, **fields})


# --- choosing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", fleets.STRATEGIES)
@pytest.mark.parametrize("size", [0, 1, 30, 700])
def test_nobody_is_none(strategy, size):
    one = balancer()
    one.set_strategy(strategy)
    full = [WorkerInfo(f"w{number}", {"python"}, 10, 10) for number in range(size)]
    for workers in (full, WorkerPool(full)):
        assert one.select_worker(TASK, workers) is None
        assert one.select_worker(TaskRequirements({"gpu"}), workers) is None
        assert one.select_worker(TaskRequirements(complexity=1e300), workers) is None


@pytest.mark.parametrize("strategy", fleets.STRATEGIES)
@given(fleet=some.fleets(), tasks=st.lists(some.tasks(), min_size=1, max_size=5), context=some.contexts)
def test_a_built_in_strategy_always_chooses_where_somebody_may(strategy, fleet, tasks, context):
    one = balancer(context=context)
    one.set_strategy(strategy)
    for task in tasks:
        may = [entry.worker for entry in one.score_workers(task, fleet) if entry.eligible]
        worker = one.select_worker(task, fleet)
        assert worker in may if may else worker is None


@pytest.mark.parametrize(
    "given_as",
    [list, tuple, iter, set, WorkerPool, lambda fleet: PoolView(WorkerPool(fleet))],
    ids=["list", "tuple", "iterator", "set", "pool", "view"],
)
def test_any_iterable_of_workers_will_do(given_as):
    assert balancer(strategy=LeastLoadedStrategy()).select_worker(TASK, given_as(FLEET)) == FLEET[0]


def test_what_is_returned_of_a_list_is_the_object_that_was_given():
    assert balancer(strategy=LeastLoadedStrategy()).select_worker(TASK, FLEET) is FLEET[0]


@pytest.mark.parametrize("task", [None, {}, "lint", {"capabilities": ["python"]}])
def test_a_task_is_task_requirements(task):
    one = balancer()
    for call in (one.select_worker, one.explain, one.score_workers):
        with pytest.raises(TypeError, match="TaskRequirements"):
            call(task, FLEET)


@pytest.mark.parametrize("workers", [[None], ["w1"], [{"id": "w1"}], [*FLEET, 3]])
def test_workers_are_worker_infos(workers):
    with pytest.raises(TypeError, match="WorkerInfo"):
        balancer().select_worker(TASK, workers)


def test_a_refused_list_leaves_no_trace():
    one = balancer(strategy=LeastLoadedStrategy())
    assert one.select_worker(TASK, FLEET) is FLEET[0]
    with pytest.raises(TypeError):
        one.select_worker(TASK, [FLEET[0].replace(current_load=9), None, *FLEET[2:]])
    with pytest.raises(ValueError, match="w1"):
        one.select_worker(TASK, [FLEET[0].replace(current_load=9), FLEET[1], FLEET[1], FLEET[3]])
    assert one.select_worker(TASK, FLEET) is FLEET[0]


def test_two_workers_of_one_id_are_refused():
    with pytest.raises(ValueError, match="'w1'"):
        balancer().select_worker(TASK, [FLEET[1], FLEET[1]])


@pytest.mark.parametrize("strategy", fleets.STRATEGIES)
@pytest.mark.parametrize("size", [20, 60, 300, 1200])
def test_anti_affinity_is_absolute_at_any_size(strategy, size):
    one, pool = balancer(), WorkerPool(WorkerInfo(f"w{number}", {"python"}, 10) for number in range(size))
    one.set_strategy(strategy)
    excluded = {f"w{number}" for number in range(size) if number % 10}
    for _ in range(30):
        worker = one.select_worker(TASK.replace(anti_affinity=excluded), pool)
        assert worker is not None
        assert worker.id not in excluded


@pytest.mark.parametrize("strategy", fleets.STRATEGIES)
def test_the_same_seed_gives_the_same_picks(strategy):
    def picks(rng):
        pool, source = WorkerPool(fleets.a_fleet(Random(3), 700)), Random(4)
        one = LoadBalancer(rng=rng, clock=lambda: 1000.0)
        one.set_strategy(strategy)
        found = []
        for _ in range(60):
            task = fleets.a_task(source, ["w1", "w2"])
            worker = one.select_worker(task, pool)
            found.append(worker and worker.id)
            if worker is not None:
                one.update_context(worker.id, task.task_type, source.random() < 0.9, source.random())
        return found

    assert picks(Random(1)) == picks(Random(1))


def test_a_seeded_adaptive_strategy_draws_from_its_own_source():
    from apportion.core.strategies.adaptive import AdaptiveStrategy

    def picks(rng):
        one, pool = LoadBalancer(AdaptiveStrategy(seed=5), rng=rng), WorkerPool(fleets.a_fleet(Random(3), 700))
        found = []
        for number in range(60):
            worker = one.select_worker(TASK.replace(capabilities=()), pool)
            assert worker is not None
            found.append(worker.id)
            one.update_context(worker.id, "lint", number % 7 > 0, 1.0 + number % 3)
        return found

    assert picks(Random(1)) == picks(Random(2))


@pytest.mark.parametrize("strategy", fleets.STRATEGIES)
def test_no_argument_is_changed(strategy):
    rng = Random(2)
    fleet = fleets.a_fleet(rng, 40)
    context = BalancingContext({"w1": ["lint"]}, {"w1": 3.0}, {"lint": ["w1"]})
    tasks = [fleets.a_task(rng, ["w1", "w2"]) for _ in range(30)]
    before = copy.deepcopy((fleet, context, tasks))
    one = balancer(context=context)
    one.set_strategy(strategy)
    for task in tasks:
        worker = one.select_worker(task, fleet)
        one.explain(task, fleet)
        one.score_workers(task, fleet)
        if worker is not None:
            one.update_context(worker.id, task.task_type, False, 1.0, task=task)
    one.update_context_settings(load_threshold=0.5, affinity_rules={})
    assert (fleet, context, tasks) == before


def test_a_planned_pick_can_be_confirmed():
    one, other = balancer(), balancer()
    for each in (one, other):
        each.set_strategy("round-robin")
    other.select_worker(TASK, FLEET)
    one.explain(TASK, FLEET)
    one.confirm(TASK, "w0", FLEET)
    assert one.select_worker(TASK, FLEET) is other.select_worker(TASK, FLEET)
    with pytest.raises(UnknownWorkerError):
        one.confirm(TASK, "gone", FLEET)


def test_a_planned_pick_takes_no_turn_of_a_choice_that_was_only_explained():
    one, other = balancer(), balancer()
    one.explain(TASK, FLEET)
    for each in (one, other):
        each.confirm(TASK, "w0", FLEET)
        each.confirm(TASK, "w2", FLEET)
    assert [one.select_worker(TASK, FLEET) for _ in range(12)] == [other.select_worker(TASK, FLEET) for _ in range(12)]


def test_chance_itself_is_a_random_source_too():
    one = balancer(rng=SystemRandom())
    assert one.explain(TASK, FLEET).worker in FLEET
    assert one.select_worker(TASK, FLEET) in FLEET


@pytest.mark.parametrize("limit", [0, -1, 1.5, "many", None])
def test_the_exact_limit_is_a_whole_number_from_1_on(limit):
    with pytest.raises((ValueError, TypeError), match="exact_limit"):
        LoadBalancer(exact_limit=limit)


def test_scores_are_of_everyone_online_the_eligible_first_and_the_best_first():
    fleet = [*FLEET, WorkerInfo("gone", {"python"}, 10, status="offline"), WorkerInfo("gpu", {"gpu"}, 10)]
    found = balancer().score_workers(TASK, fleet)
    assert [entry.worker.id for entry in found] == ["w0", "w1", "w2", "w3", "gpu"]
    assert [entry.eligible for entry in found] == [True] * 4 + [False]
    assert [[reason.code for reason in entry.rejections] for entry in found] == [[]] * 4 + [["missing-capability"]]


# --- strategies -----------------------------------------------------------------------------------------------------


def test_five_strategies_are_known_from_the_start_and_adaptive_decides():
    one = LoadBalancer()
    assert sorted(one.get_available_strategies()) == sorted(fleets.STRATEGIES)
    assert one.get_current_strategy() == "adaptive"


@pytest.mark.parametrize("name", ["", "fastest", "Round-Robin", None, 3])
def test_an_unknown_strategy_is_an_error_that_lists_the_known_ones(name):
    one = balancer()
    with pytest.raises(UnknownStrategyError) as raised:
        one.set_strategy(name)
    assert isinstance(raised.value, ValueError)
    assert all(known in str(raised.value) for known in fleets.STRATEGIES)
    assert one.get_current_strategy() == "adaptive"


def test_a_registered_strategy_decides_once_it_is_set():
    class First:
        name = "first"

        def select_worker(self, _task, workers):
            return workers[0]

    one = balancer()
    one.register_strategy(First())
    assert one.get_current_strategy() == "adaptive"
    assert "first" in one.get_available_strategies()
    one.set_strategy("first")
    assert [one.select_worker(TASK, FLEET) for _ in range(3)] == [FLEET[0]] * 3


def test_a_strategy_of_a_known_name_replaces_it_also_where_it_decides():
    class Last:
        name = "least-loaded"

        def select_worker(self, _task, workers):
            return workers[-1]

    one = balancer(strategy=LeastLoadedStrategy())
    assert one.select_worker(TASK, FLEET) is FLEET[0]
    one.register_strategy(Last())
    assert one.select_worker(TASK, FLEET) is FLEET[-1]
    assert one.get_available_strategies().count("least-loaded") == 1


# --- context --------------------------------------------------------------------------------------------------------


def test_the_context_is_live():
    one = balancer()
    view = one.context
    one.update_context("w1", "lint", False, 1.0)
    one.update_context("w1", "train", True, 1.0)
    one.update_context_settings(load_threshold=0.5, affinity_rules={"lint": ["w2"]})
    assert view.task_history == {"w1": ("lint", "train")}
    assert view.recent_failures == {"w1": 123.0}
    assert view.affinity_rules == {"lint": frozenset({"w2"})}
    assert view.load_threshold == 0.5


def test_the_context_equals_what_it_was_made_of_until_something_happens():
    given = BalancingContext({"w1": ["lint"]}, {"w1": 3.0}, {"lint": ["w1"]}, 0.7)
    one = balancer(context=given)
    assert one.context == given
    one.update_context("w2", "lint", True, 1.0)
    assert one.context != given
    assert given == BalancingContext({"w1": ["lint"]}, {"w1": 3.0}, {"lint": ["w1"]}, 0.7)


def test_nobody_outside_can_change_the_context():
    one = balancer(context=BalancingContext({"w1": ["lint"]}, {"w1": 3.0}, {"lint": ["w1"]}))
    view = one.context
    for name in ("load_threshold", "task_history", "now", "rng", "anything"):
        with pytest.raises(FrozenInstanceError):
            setattr(view, name, 1)
        with pytest.raises(FrozenInstanceError):
            delattr(view, name)
    for mapping in (view.task_history, view.recent_failures, view.affinity_rules):
        with pytest.raises((TypeError, AttributeError)):
            mapping["w9"] = ("x",)
        with pytest.raises((TypeError, AttributeError)):
            mapping.clear()
    with pytest.raises(AttributeError):
        view.task_history["w1"].append("x")
    assert view == BalancingContext({"w1": ["lint"]}, {"w1": 3.0}, {"lint": ["w1"]})


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda view: pickle.loads(pickle.dumps(view))])
def test_a_copy_of_the_context_is_a_snapshot(copied):
    one = balancer()
    one.update_context("w1", "lint", False, 1.0)
    snapshot = copied(one.context)
    one.update_context("w1", "train", True, 1.0)
    assert snapshot == BalancingContext({"w1": ["lint"]}, {"w1": 123.0})
    assert BalancingContext.from_dict(json.loads(json.dumps(one.context.to_dict()))) == one.context


def test_a_context_can_be_handed_on():
    one = balancer()
    one.update_context("w1", "lint", False, 1.0)
    other = balancer(context=one.context)
    one.update_context("w1", "train", True, 1.0)
    assert other.context == BalancingContext({"w1": ["lint"]}, {"w1": 123.0})


def test_history_is_a_window():
    one = balancer()
    for number in range(500):
        one.update_context("w1", f"type-{number}", True, 1.0)
    history = one.context.task_history["w1"]
    assert len(history) < 500
    assert history[-1] == "type-499"


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"load_threshold": 0}, "load_threshold"),
        ({"load_threshold": 1.5}, "load_threshold"),
        ({"load_threshold": "much"}, "load_threshold"),
        ({"affinity_rules": {"lint": "w1"}}, "affinity_rules"),
        ({"affinity_rules": ["w1"], "load_threshold": 0.5}, "affinity_rules"),
        ({"load_threshold": 2, "affinity_rules": {"lint": ["w1"]}}, "load_threshold"),
    ],
)
def test_settings_that_make_no_sense_change_nothing(settings, field):
    one = balancer()
    with pytest.raises((ValueError, TypeError), match=field):
        one.update_context_settings(**settings)
    assert one.context == BalancingContext()


def test_rules_can_be_taken_away():
    one = balancer(context=BalancingContext(affinity_rules={"lint": ["w3"]}))
    assert one.select_worker(TASK, FLEET) is FLEET[3]
    one.update_context_settings(affinity_rules={})
    one.set_strategy("least-loaded")
    assert one.select_worker(TASK, FLEET) is FLEET[0]
    assert one.context.load_threshold == 0.8


@pytest.mark.parametrize("context", [{}, "none", 3, [BalancingContext()]])
def test_a_context_is_a_balancing_context(context):
    with pytest.raises(TypeError, match="context"):
        LoadBalancer(context=context)


OUTCOME = {"worker_id": "w1", "task_type": "lint", "success": True, "duration": 1.0}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"worker_id": ""}, "worker_id"),
        ({"worker_id": None}, "worker_id"),
        *(({"task_type": value}, "task_type") for value in ("", 3)),
        *(({"success": value}, "success") for value in (None, "yes", 2)),
        *(({"duration": value}, "duration") for value in (-1, float("nan"), float("inf"), "1", None, True)),
        *(({"fault": value}, "fault") for value in ("nobody", "")),
        *(({"task": value}, "task") for value in ("lint", "")),
    ],
)
def test_an_outcome_that_makes_no_sense_is_refused_and_nothing_is_learned(changes, field):
    one = balancer()
    before = json.dumps(one.adaptive.state_dict())
    with pytest.raises((ValueError, TypeError), match=field):
        one.update_context(**{**OUTCOME, **changes})
    assert one.context == BalancingContext()
    assert json.dumps(one.adaptive.state_dict()) == before


@pytest.mark.parametrize("duration", [0, 0.0, 5e-324, 1e-300, 1e-9, 1e9, 1e300, 1.7e308])
@pytest.mark.parametrize("success", [True, False])
@pytest.mark.parametrize("fault", [None, "task", "worker"])
def test_any_duration_and_any_worker_are_fine(duration, success, fault):
    one = balancer()
    for seconds in (1.0, duration, 1e300, 1e-300, duration):
        for worker_id in ("w1", "w2", "gone"):
            one.update_context(worker_id, "lint", success, seconds, fault=fault)
            one.update_context(worker_id, None, success, seconds, fault=fault, task=TASK)
            assert one.select_worker(TASK, FLEET) in FLEET
    assert json.dumps(one.adaptive.state_dict(), allow_nan=False)


def test_a_copy_of_a_balancer_chooses_as_it_does_and_is_its_own():
    one = balancer()
    for number in range(40):
        worker = one.select_worker(TASK, FLEET)
        assert worker is not None
        one.update_context(worker.id, "lint", number % 5 > 0, 1.0 + number % 3)
    other = copy.deepcopy(one)
    before = json.dumps(one.adaptive.state_dict())
    picks = [other.select_worker(TASK, FLEET) for _ in range(20)]
    assert json.dumps(one.adaptive.state_dict()) == before
    assert picks == [one.select_worker(TASK, FLEET) for _ in range(20)]
