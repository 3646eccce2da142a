"""None where nobody can, errors that say what is allowed, arguments left as they are."""

import copy
from random import Random, SystemRandom

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.core.pool.view import PoolView
from apportion.core.strategies.least_loaded import LeastLoadedStrategy
from apportion.errors import UnknownWorkerError
from apportion.model.context import BalancingContext
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from tests import fleets
from tests import generators as some

FLEET = [WorkerInfo(f"w{number}", {"python"}, 10, number) for number in range(4)]
TASK = TaskRequirements({"python"}, task_type="lint")


def balancer(**fields):
    return LoadBalancer(**{"rng": Random(1), "clock": lambda: 123.0, **fields})


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


@pytest.mark.parametrize(
    ("argument", "wrong"),
    [("context", {}), ("weights", 3), ("clock", 1000.0), ("rng", 7), ("rules", 3), ("rules", ["no tests at night"])],
)
def test_what_a_balancer_could_not_work_with_is_refused_when_it_is_made(argument, wrong):
    with pytest.raises(TypeError, match=f"^{argument}"):
        balancer(**{argument: wrong})


@pytest.mark.parametrize("wrong", [None, 3, "t1", {"id": "t1"}, [TASK], [None]])
def test_a_queue_holds_queued_tasks_only(wrong):
    one = balancer()
    with pytest.raises(TypeError, match=r"^queue"):
        one.reorder_queue(wrong, FLEET)
    with pytest.raises(TypeError, match=r"^queue"):
        one.suggest_migration(FLEET, wrong)
